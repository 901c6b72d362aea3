using Harmony4.Format.Internal;

namespace Harmony4.Format;

/// <content>Verification.</content>
public sealed partial class H4mkContainer
{
    /// <summary>Reads the whole file and checks all of it. Damage is a finding, never an exception.</summary>
    /// <param name="progress">Receives progress reports; <see langword="null"/> to report none.</param>
    /// <param name="cancellationToken">Cancels the verification.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="H4mkFormatException">The file changed under the reader so that it is no container any more, or became shorter.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    /// <remarks>
    /// Version 1.1: every CRC, and that pages, SEEK, ROOT and TAIL are what the blocks give, byte for byte; on as many threads as
    /// <see cref="H4mkContainerOptions.MaxDegreeOfParallelism"/> says. Version 1.0: every CRC, VERI, META, SAFE and the order of SEEK.
    /// </remarks>
    public ValueTask<VerificationResult> VerifyAsync(IProgress<VerificationProgress>? progress = null, CancellationToken cancellationToken = default) =>
        FileVerifier.VerifyAsync(Source, _options, progress, cancellationToken, Length);

    /// <summary>Checks a whole file, also one that cannot be opened: what opening would throw is a finding.</summary>
    /// <param name="source">Where its bytes are. It is left open.</param>
    /// <param name="options">Limits; <see langword="null"/> for the defaults.</param>
    /// <param name="progress">Receives progress reports; <see langword="null"/> to report none.</param>
    /// <param name="cancellationToken">Cancels the verification.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="H4mkFormatException">The file is no container: it neither begins with a sound file header nor ends in TAIL. Or it became shorter meanwhile.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public static ValueTask<VerificationResult> VerifyAsync(
        H4mkSource source,
        H4mkContainerOptions? options = null,
        IProgress<VerificationProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return FileVerifier.VerifyAsync(source, options ?? new H4mkContainerOptions(), progress, cancellationToken);
    }
}
