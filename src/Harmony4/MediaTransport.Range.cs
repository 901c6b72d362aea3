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
    /// <param name="output">Receives the bytes; it is flushed with every piece and not completed. Of a piece with damage in it nothing is handed over.</param>
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
        var copy = new PieceCopy(container.Source, output, length);
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
        await new PieceCopy(source, output, length).CopyAsync(offset, length, expectedCrc: null, cancellationToken).ConfigureAwait(false);
    }

    private sealed class PieceCopy(H4mkSource source, PipeWriter output, long total)
    {
        private Memory<byte> _piece;
        private int _filled;

        /// <summary>Copies a part of the file; <see langword="false"/> when nobody reads the output any more.</summary>
        public async ValueTask<bool> CopyAsync(long offset, long count, uint? expectedCrc, CancellationToken cancellationToken)
        {
            var crc = default(Crc32);
            var begin = offset;
            for (var left = count; left > 0;)
            {
                if (_piece.IsEmpty)
                {
                    var length = (int)Math.Min(total, RangePieceLength);
                    _piece = output.GetMemory(length)[..length];
                }

                var part = _piece.Slice(_filled, (int)Math.Min(_piece.Length - _filled, left));
                var read = await source.ReadAsync(offset, part, cancellationToken).ConfigureAwait(false);
                if (read.Count < part.Length)
                {
                    throw new H4mkFormatException(H4mkErrorCode.Overrun, offset + read.Count, "expected the bytes that were there when the file was opened, found the end");
                }

                left -= part.Length;
                offset += part.Length;
                if (expectedCrc is { } expected)
                {
                    crc.Append(part.Span);
                    if (left == 0 && crc.Value != expected)
                    {
                        throw Damaged(begin, expected, crc.Value);
                    }
                }

                _filled += part.Length;
                if (_filled == _piece.Length && !await SendAsync(cancellationToken).ConfigureAwait(false))
                {
                    return false;
                }
            }

            return true;
        }

        // A whole piece at once: what an output has been given cannot be taken back when the next block turns out to be damaged.
        private async ValueTask<bool> SendAsync(CancellationToken cancellationToken)
        {
            output.Advance(_filled);
            total -= _filled;
            (_piece, _filled) = (default, 0);
            return !(await output.FlushAsync(cancellationToken).ConfigureAwait(false)).IsCompleted;
        }

        private static H4mkFormatException Damaged(long payloadOffset, uint expected, uint found) => new(
            H4mkErrorCode.Crc,
            payloadOffset - ChunkHeaderLength,
            string.Create(CultureInfo.InvariantCulture, $"expected CRC-32 {expected:x8}, found {found:x8}"),
            ChunkTag.Core);
    }
}
