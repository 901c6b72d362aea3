using System.Globalization;
using System.IO.Pipelines;
using Harmony4.Format;
using Harmony4.Internal;
using Harmony4.Transport.Crypto;

namespace Harmony4;

/// <summary>A sealed track as the plain stream that was sealed: how long it is, and where its blocks begin in it.</summary>
/// <remarks>
/// Made once of the track's index, without a key; streams of it are opened for who has one. Immutable, safe for concurrent use, and valid as long as its container.
/// </remarks>
public sealed class SealedTrack
{
    private const int BlocksOfAStart = 64;
    private const int MostStarts = 1 << 16;
    private const int CopyLength = 64 * 1024;

    private readonly H4mkContainer _container;
    private readonly long _stride;

    // The plain offset of each stride-th block.
    private readonly long[] _starts;

    private SealedTrack(H4mkContainer container, H4mkTrack track)
    {
        _container = container;
        Track = track;
        _stride = Math.Max(BlocksOfAStart, (track.BlockCount + MostStarts - 1) / MostStarts);
        _starts = new long[(track.BlockCount + _stride - 1) / _stride];
    }

    /// <summary>Gets what the container says of the track.</summary>
    public H4mkTrack Track { get; }

    /// <summary>Gets the length of the plain stream in bytes: 32 less than is stored for each block.</summary>
    public long ByteLength { get; private set; }

    /// <summary>Gets the length of the longest block in bytes, as it is stored: who reads the stream holds it sealed and plain.</summary>
    public long LongestBlock { get; private set; }

    /// <summary>Reads the whole index of a track, and nothing of its blocks.</summary>
    /// <param name="container">The container.</param>
    /// <param name="track">The track's id; null for the first track.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <returns>The track.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such track.</exception>
    /// <exception cref="H4mkFormatException">A page of the index is damaged, or it lists a block that is neither sealed nor lost.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public static async ValueTask<SealedTrack> ReadAsync(H4mkContainer container, int? track = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(container);
        var plain = new SealedTrack(container, container.GetTrack(track));
        for (long ordinal = 0; ordinal < plain.Track.BlockCount; ordinal++)
        {
            if (ordinal % plain._stride == 0)
            {
                plain._starts[ordinal / plain._stride] = plain.ByteLength;
            }

            var block = await container.GetBlockAsync(plain.Track.Id, ordinal, cancellationToken).ConfigureAwait(false);
            plain.ByteLength += LengthOf(plain.Track.Id, block);
            plain.LongestBlock = Math.Max(plain.LongestBlock, block.Length);
        }

        return plain;
    }

    /// <summary>Tells where a block begins in the plain stream.</summary>
    /// <param name="ordinal">Position of the block in the track, from 0; the number of blocks for the end of the stream.</param>
    /// <param name="cancellationToken">Cancels the read of an index page.</param>
    /// <returns>The position in bytes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such block.</exception>
    /// <exception cref="H4mkFormatException">The page of the index is damaged.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public async ValueTask<long> GetOffsetAsync(long ordinal, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ordinal);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ordinal, Track.BlockCount);
        if (ordinal == Track.BlockCount)
        {
            return ByteLength;
        }

        var offset = _starts[ordinal / _stride];
        for (var before = ordinal - (ordinal % _stride); before < ordinal; before++)
        {
            offset += await GetLengthAsync(before, cancellationToken).ConfigureAwait(false);
        }

        return offset;
    }

    /// <summary>Opens the plain stream for the holder of a key.</summary>
    /// <param name="keys">The container's keys; they have to outlive the stream.</param>
    /// <returns>
    /// A read-only, seekable stream with a position of its own. It holds the block at its position, which was checked, opened and is zeroed afterwards; disposing it leaves keys and
    /// container open.
    /// </returns>
    /// <remarks>
    /// Reading raises <see cref="H4mkFormatException"/> where a block is damaged, is not what was sealed for its place and time, or is longer than
    /// <see cref="H4mkContainerOptions.MaxBlockLength"/>; the sound bytes before it are returned first.
    /// </remarks>
    public Stream OpenStream(ContainerKeys keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return new OpenedTrackStream(_container, this, keys);
    }

    /// <summary>Copies bytes of the plain stream, block by block; each block is checked and opened before any byte of it is handed over.</summary>
    /// <param name="keys">The container's keys.</param>
    /// <param name="offset">Position in the plain stream, in bytes.</param>
    /// <param name="length">How many bytes; the stream must have them.</param>
    /// <param name="output">Receives the bytes in pieces of 64 KiB; it is flushed with every piece and not completed. The copying ends early when its reader has completed.</param>
    /// <param name="cancellationToken">Cancels the copying.</param>
    /// <returns>A task that ends when all bytes are flushed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the stream.</exception>
    /// <exception cref="H4mkFormatException">As reading the stream of <see cref="OpenStream"/> raises.</exception>
    /// <exception cref="IOException">The source or the output failed.</exception>
    public async Task CopyAsync(ContainerKeys keys, long offset, long length, PipeWriter output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, ByteLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, ByteLength - offset);
        var stream = OpenStream(keys);
        await using (stream.ConfigureAwait(false))
        {
            stream.Position = offset;
            for (var left = length; left > 0;)
            {
                var count = (int)Math.Min(left, CopyLength);
                var read = await stream.ReadAsync(output.GetMemory(count)[..count], cancellationToken).ConfigureAwait(false);
                output.Advance(read);
                left -= read;
                if ((await output.FlushAsync(cancellationToken).ConfigureAwait(false)).IsCompleted)
                {
                    return;
                }
            }
        }
    }

    /// <summary>Finds the block that holds a byte of the plain stream, and where that block begins in it.</summary>
    internal async ValueTask<(BlockLocation Block, long Start)> FindAsync(long offset, CancellationToken cancellationToken)
    {
        var found = Array.BinarySearch(_starts, offset);
        var ordinal = (found >= 0 ? LastOf(found) : ~found - 1) * _stride;
        for (var start = _starts[ordinal / _stride]; ; ordinal++)
        {
            var block = await _container.GetBlockAsync(Track.Id, ordinal, cancellationToken).ConfigureAwait(false);
            var length = LengthOf(Track.Id, block);
            if (offset < start + length)
            {
                return (block, start);
            }

            start += length;
        }
    }

    /// <summary>Bytes of a block in the plain stream.</summary>
    internal static long LengthOf(int track, in BlockLocation block)
    {
        if ((block.Flags & BlockFlags.Lost) != 0)
        {
            return 0;
        }

        return (block.Flags & BlockFlags.Sealed) != 0 && block.Length >= SealedFrame.Overhead
            ? block.Length - SealedFrame.Overhead
            : throw new H4mkFormatException(
                H4mkErrorCode.Block,
                block.FileOffset - ChunkInfo.HeaderLength,
                string.Create(CultureInfo.InvariantCulture, $"expected block {block.Ordinal} of track {track} to be sealed, found one of {block.Length} bytes that is not"),
                ChunkTag.Core);
    }

    private async ValueTask<long> GetLengthAsync(long ordinal, CancellationToken cancellationToken) =>
        LengthOf(Track.Id, await _container.GetBlockAsync(Track.Id, ordinal, cancellationToken).ConfigureAwait(false));

    // Where all blocks of a stride are empty, the next stride begins at the same offset.
    private int LastOf(int found)
    {
        while (found + 1 < _starts.Length && _starts[found + 1] == _starts[found])
        {
            found++;
        }

        return found;
    }
}
