using System.IO.Pipelines;
using Harmony4.Format.Internal;

namespace Harmony4.Format;

/// <content>Byte ranges of track streams.</content>
public sealed partial class H4mkContainer
{
    /// <summary>Copies bytes of a track stream in pieces of 64 KiB, whatever the length of blocks.</summary>
    /// <param name="track">The track's id.</param>
    /// <param name="offset">Position in the track stream, in bytes.</param>
    /// <param name="length">How many bytes; the stream must have them.</param>
    /// <param name="output">Receives the bytes; it is flushed with every piece and not completed. The copying ends early when its reader has completed.</param>
    /// <param name="check">
    /// Whether each block is checked: by its digest, in version 1.0 by its CRC. A block of up to 1 MiB is checked before any of its bytes is
    /// handed over; of a longer one the last piece is withheld until the block is known to be sound. A block that the range covers in part is
    /// read whole for it, unless it is longer than <see cref="H4mkContainerOptions.MaxBlockLength"/>: then this part is not checked. Once a block was found sound, the container remembers the CRC-32
    /// of its pieces of 16 KiB, as <see cref="H4mkContainerOptions.CheckedBlockMemory"/> allows, and goes by these: the rest of the block is not read again.
    /// </param>
    /// <param name="cancellationToken">Cancels the copying.</param>
    /// <returns>A task that ends when all bytes are flushed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such track, or the range is not inside its stream.</exception>
    /// <exception cref="H4mkFormatException">A block or a page of the index is damaged, or the file has changed.</exception>
    /// <exception cref="IOException">The source or the output failed.</exception>
    public async Task CopyTrackAsync(int track, long offset, long length, PipeWriter output, bool check = true, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        var position = PositionOf(track);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Tracks[position].ByteLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Tracks[position].ByteLength - offset);
        if (length == 0)
        {
            return;
        }

        using var copy = new TrackCopy(_blocks, output, _sound, position, length, check ? _options.MaxBlockLength : -1, _options.BlockMemory);
        await copy.StartAsync(cancellationToken).ConfigureAwait(false);
        var block = await _index.FindBlockAsync(position, offset, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var start = offset - block.StreamOffset;
            var count = Math.Min(block.Length - start, length);
            if (count > 0 && !await copy.CopyAsync(block, start, count, cancellationToken).ConfigureAwait(false))
            {
                return;
            }

            offset += count;
            length -= count;
            if (length == 0)
            {
                return;
            }

            block = await _index.GetBlockAsync(position, block.Ordinal + 1, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Copies bytes of a track stream in pieces of 64 KiB, whatever the length of blocks.</summary>
    /// <param name="track">The track's id.</param>
    /// <param name="offset">Position in the track stream, in bytes.</param>
    /// <param name="length">How many bytes; the stream must have them.</param>
    /// <param name="output">Receives the bytes; it is flushed and not closed.</param>
    /// <param name="check">Whether each block is checked, as <see cref="CopyTrackAsync(int, long, long, PipeWriter, bool, CancellationToken)"/> says.</param>
    /// <param name="cancellationToken">Cancels the copying.</param>
    /// <returns>A task that ends when all bytes are flushed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such track, or the range is not inside its stream.</exception>
    /// <exception cref="H4mkFormatException">A block or a page of the index is damaged, or the file has changed.</exception>
    /// <exception cref="IOException">The source or the output failed.</exception>
    public async Task CopyTrackAsync(int track, long offset, long length, Stream output, bool check = true, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        var writer = PipeWriter.Create(output, new StreamPipeWriterOptions(leaveOpen: true));
        await CopyTrackAsync(track, offset, length, writer, check, cancellationToken).ConfigureAwait(false);
        await writer.CompleteAsync().ConfigureAwait(false);
    }
}
