using Harmony4.Format;
using Harmony4.Internal;

namespace Harmony4;

/// <content>Recovery.</content>
public sealed partial class MediaTransport
{
    /// <summary>Makes a sound container of a recording that was cut or damaged; see <see cref="H4mkRecovery"/>.</summary>
    /// <param name="source">The recording; it is not changed, and stays open.</param>
    /// <param name="output">Receives the container; it need not seek. Verify what it received before relying on it.</param>
    /// <param name="options">What to use for damaged chunks, and limits; null for the defaults.</param>
    /// <param name="progress">Told how far the work is: the recording's length counts twice. Null for nobody.</param>
    /// <param name="cancellationToken">Cancels the work, and leaves the output cut.</param>
    /// <returns>What was written and what was lost.</returns>
    /// <exception cref="ArgumentException">TRAK, META or SAFE given cannot be written.</exception>
    /// <exception cref="H4mkFormatException">Nothing can be recovered, or a limit is passed.</exception>
    /// <exception cref="IOException">The source or the output failed.</exception>
    public async Task<H4mkRecoveryReport> RecoverAsync(
        H4mkSource source,
        Stream output,
        H4mkRecoveryOptions? options = null,
        IProgress<TransportProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        await H4mkRecovery.RecoverAsync(source, output, options ?? new H4mkRecoveryOptions { Limits = _options.Container }, ProgressRelay.To(progress), cancellationToken).ConfigureAwait(false);
}
