using System.IO.Pipelines;
using Harmony4.Format;

namespace Harmony4;

/// <content>Byte ranges of files.</content>
public sealed partial class MediaTransport
{
    private const int RangePieceLength = 64 * 1024;

    /// <summary>Copies bytes of a source as they are, in pieces of 64 KiB. Those of a track are copied by <see cref="H4mkContainer"/>, which checks them.</summary>
    /// <param name="source">Where they are.</param>
    /// <param name="offset">Position in the source, in bytes.</param>
    /// <param name="length">How many bytes; the source must have them.</param>
    /// <param name="output">Receives the bytes; it is flushed as they come and not completed. The copying ends early when its reader has completed.</param>
    /// <param name="cancellationToken">Cancels the copying.</param>
    /// <exception cref="H4mkFormatException">The source has become shorter.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public async Task CopySourceAsync(H4mkSource source, long offset, long length, PipeWriter output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        while (length > 0)
        {
            var count = (int)Math.Min(length, RangePieceLength);
            var read = await source.ReadAsync(offset, output.GetMemory(count)[..count], cancellationToken).ConfigureAwait(false);
            if (read.Count < count)
            {
                throw new H4mkFormatException(H4mkErrorCode.Overrun, offset + read.Count, "expected the bytes that were there when the file was opened, found the end");
            }

            output.Advance(count);
            offset += count;
            length -= count;
            if ((await output.FlushAsync(cancellationToken).ConfigureAwait(false)).IsCompleted)
            {
                return;
            }
        }
    }
}
