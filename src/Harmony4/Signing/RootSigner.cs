using Harmony4.Format;
using Harmony4.Transport.Crypto;

namespace Harmony4;

/// <summary>Signs containers: SIGN kind 1, a COSE_Sign1 over the root header (docs/format/h4mk-1.1.md section 9).</summary>
/// <param name="signer">The signer, which stays the caller's to dispose.</param>
/// <remarks>Not safe for concurrent use, as the signer is not.</remarks>
public sealed class RootSigner(StatementSigner signer) : IRootAuthenticator
{
    private readonly StatementSigner _signer = signer ?? throw new ArgumentNullException(nameof(signer));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SignContent>> AuthenticateAsync(H4mkRoot root, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(root);
        cancellationToken.ThrowIfCancellationRequested();
        return new([new SignContent(SignContent.Cose, _signer.Sign(root.Header.Span, RootSeal.Domain))]);
    }
}
