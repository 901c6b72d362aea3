using System.Globalization;
using System.IO.Pipelines;
using Harmony4.Format;
using Harmony4.Hashing;

namespace Harmony4;

/// <content>Byte ranges of track streams and files.</content>
public sealed partial class MediaTransport
{
    private const int RangePieceLength = 64 * 1024;
    private const int ChunkHeaderLength = 12;

    /// <summary>Copies bytes of a track stream in pieces of 64 KiB, whatever the length of blocks.</summary>
    /// <param name="container">The container.</param>
    /// <param name="track">The track's id.</param>
    /// <param name="offset">Position in the track stream, in bytes.</param>
    /// <param name="length">How many bytes; the stream must have them.</param>
    /// <param name="output">Receives the bytes; it is flushed as they come and not completed.</param>
    /// <param name="check">
    /// Whether the CRC of every block that is copied whole is computed as it passes. The last piece of a damaged block is then withheld. Parts of
    /// blocks, which only the first and the last of a range can be, are not checked: that would take reading the rest of them.
    /// </param>
    /// <param name="cancellationToken">Cancels the copying.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such track, or the range is not inside its stream.</exception>
    /// <exception cref="H4mkFormatException">A block does not match its CRC, or the file has changed.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public async Task CopyTrackAsync(
        H4mkContainer container,
        int track,
        long offset,
        long length,
        PipeWriter output,
        bool check = true,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(container);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (length == 0)
        {
            return;
        }

        var first = await container.FindBlockAsync(track, offset, cancellationToken).ConfigureAwait(false);
        var ordinal = first?.Ordinal ?? throw new ArgumentOutOfRangeException(nameof(offset), offset, "expected a position inside the track stream");
        var total = container.Tracks.Single(t => t.Id == track).ByteLength;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, total - offset);
        var copy = new PieceCopy(container.Source, output);
        while (length > 0)
        {
            var block = await container.GetBlockAsync(track, ordinal++, cancellationToken).ConfigureAwait(false);
            var start = offset - block.StreamOffset;
            var count = Math.Min(block.Length - start, length);
            var expected = check && count == block.Length ? block.Crc : (uint?)null;
            if (!await copy.CopyAsync(block.FileOffset + start, count, expected, cancellationToken).ConfigureAwait(false))
            {
                return;
            }

            offset += count;
            length -= count;
        }

        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Copies bytes of a source as they are, in pieces of 64 KiB.</summary>
    /// <param name="source">Where they are.</param>
    /// <param name="offset">Position in the source, in bytes.</param>
    /// <param name="length">How many bytes; the source must have them.</param>
    /// <param name="output">Receives the bytes; it is flushed as they come and not completed.</param>
    /// <param name="cancellationToken">Cancels the copying.</param>
    /// <exception cref="H4mkFormatException">The source has become shorter.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public async Task CopySourceAsync(H4mkSource source, long offset, long length, PipeWriter output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        await new PieceCopy(source, output).CopyAsync(offset, length, expectedCrc: null, cancellationToken).ConfigureAwait(false);
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private sealed class PieceCopy(H4mkSource source, PipeWriter output)
    {
        private int _unflushed;

        /// <summary>Copies a part of the file; <see langword="false"/> when nobody reads the output any more.</summary>
        public async ValueTask<bool> CopyAsync(long offset, long count, uint? expectedCrc, CancellationToken cancellationToken)
        {
            var crc = default(Crc32);
            var begin = offset;
            for (var left = count; left > 0;)
            {
                var memory = output.GetMemory((int)Math.Min(left, RangePieceLength - _unflushed));
                var piece = memory[..(int)Math.Min(memory.Length, left)];
                var read = await source.ReadAsync(offset, piece, cancellationToken).ConfigureAwait(false);
                if (read.Count < piece.Length)
                {
                    throw new H4mkFormatException(H4mkErrorCode.Overrun, offset + read.Count, "expected the bytes that were there when the file was opened, found the end");
                }

                left -= piece.Length;
                offset += piece.Length;
                if (expectedCrc is { } expected)
                {
                    crc.Append(piece.Span);
                    if (left == 0 && crc.Value != expected)
                    {
                        throw Damaged(begin, expected, crc.Value);
                    }
                }

                output.Advance(piece.Length);
                _unflushed += piece.Length;
                if (_unflushed >= RangePieceLength)
                {
                    _unflushed = 0;
                    if ((await output.FlushAsync(cancellationToken).ConfigureAwait(false)).IsCompleted)
                    {
                        return false;
                    }
                }
            }

            return true;
        }

        private static H4mkFormatException Damaged(long payloadOffset, uint expected, uint found) => new(
            H4mkErrorCode.Crc,
            payloadOffset - ChunkHeaderLength,
            string.Create(CultureInfo.InvariantCulture, $"expected CRC-32 {expected:x8}, found {found:x8}"),
            ChunkTag.Core);
    }
}
