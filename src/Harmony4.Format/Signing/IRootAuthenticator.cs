namespace Harmony4.Format;

/// <summary>Says something of a finished container that goes into its SIGN chunks: a signature, a code, a receipts key. Keys stay with whoever implements it.</summary>
public interface IRootAuthenticator
{
    /// <summary>Authenticates a container.</summary>
    /// <param name="root">What the container holds.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>What to write, in this order; may be nothing.</returns>
    ValueTask<IReadOnlyList<SignContent>> AuthenticateAsync(H4mkRoot root, CancellationToken cancellationToken);
}
