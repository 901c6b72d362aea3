using Harmony4.Format.Internal;

namespace Harmony4.Format;

/// <content>Verification.</content>
public sealed partial class H4mkContainer
{
    /// <summary>Reads the whole file and checks all of it: every CRC, VERI, META, SAFE and the order of SEEK. Damage is a finding, never an exception.</summary>
    /// <param name="progress">Told of every MiB read; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the verification.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="H4mkFormatException">The file changed under the reader so that its chunks are no longer where they were.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public async ValueTask<VerificationResult> VerifyAsync(IProgress<VerificationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using var verifier = new ContainerVerifier(Source, (WalkedIndex)_index, _options);
        return await verifier.RunAsync(progress, cancellationToken).ConfigureAwait(false);
    }
}
