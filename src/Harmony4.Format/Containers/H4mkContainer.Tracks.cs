using System.Buffers;
using Harmony4.Format.Internal;

namespace Harmony4.Format;

/// <content>Blocks, keyframes and track streams.</content>
public sealed partial class H4mkContainer
{
    /// <summary>Tells where a block stands.</summary>
    /// <param name="track">The track's id.</param>
    /// <param name="ordinal">Position of the block in the track, from 0.</param>
    /// <param name="cancellationToken">Cancels the read of an index page, where the version has them.</param>
    /// <returns>The block's place.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such track or block.</exception>
    public ValueTask<BlockLocation> GetBlockAsync(int track, long ordinal, CancellationToken cancellationToken = default)
    {
        CheckTrack(track);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)ordinal, (ulong)_map.Blocks.Count, nameof(ordinal));
        return new ValueTask<BlockLocation>(_map.Blocks[(int)ordinal]);
    }

    /// <summary>Reads a block and checks its CRC.</summary>
    /// <param name="track">The track's id.</param>
    /// <param name="ordinal">Position of the block in the track, from 0.</param>
    /// <param name="destination">Receives the payload once it is known to be sound; otherwise nothing.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>Bytes of payload.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such track or block.</exception>
    /// <exception cref="H4mkFormatException">The payload does not match its CRC, or is longer than <see cref="H4mkContainerOptions.MaxBlockLength"/>.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public ValueTask<int> ReadBlockAsync(int track, long ordinal, IBufferWriter<byte> destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        CheckTrack(track);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)ordinal, (ulong)_map.Blocks.Count, nameof(ordinal));
        return ReadPayloadAsync(_map.Blocks[(int)ordinal].Chunk, destination, cancellationToken);
    }

    /// <summary>Finds the block that holds a byte of a track stream.</summary>
    /// <param name="track">The track's id.</param>
    /// <param name="streamOffset">Position in the track stream, in bytes.</param>
    /// <param name="cancellationToken">Cancels the read of an index page, where the version has them.</param>
    /// <returns>The block's place; null at or past the end of the stream.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such track, or the position is negative.</exception>
    public ValueTask<BlockLocation?> FindBlockAsync(int track, long streamOffset, CancellationToken cancellationToken = default)
    {
        CheckTrack(track);
        ArgumentOutOfRangeException.ThrowIfNegative(streamOffset);
        return new ValueTask<BlockLocation?>(streamOffset < _map.Blocks.PayloadLength ? _map.Blocks[_map.Blocks.Containing(streamOffset)] : null);
    }

    /// <summary>Finds the keyframe at or before a time. The first call reads the seek table; those after it read nothing.</summary>
    /// <param name="track">The track's id.</param>
    /// <param name="pts">The time in microseconds.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The keyframe; null when none is at or before that time.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such track.</exception>
    /// <exception cref="H4mkFormatException">The seek table does not match its CRC, or its times decrease and <see cref="H4mkContainerOptions.SortSeek"/> is off.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public ValueTask<Keyframe?> FindKeyframeAsync(int track, ulong pts, CancellationToken cancellationToken = default)
    {
        CheckTrack(track);
        return _seekTable is { } table ? new ValueTask<Keyframe?>(Find(table, pts)) : LoadAndFindAsync(pts, cancellationToken);
    }

    /// <summary>Returns the seek table, read on the first call.</summary>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The table; an empty one when the file has no SEEK.</returns>
    /// <exception cref="H4mkFormatException">As <see cref="FindKeyframeAsync"/> says.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public async ValueTask<SeekTable> GetSeekTableAsync(CancellationToken cancellationToken = default)
    {
        if (_seekTable is { } loaded)
        {
            return loaded;
        }

        await _loading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _seekTable ??= _map.Find(ChunkTag.Seek) is { } chunk
                ? SeekTable.Parse(await ReadWholeAsync(chunk, _options.MaxSeekLength, cancellationToken).ConfigureAwait(false), chunk.Offset, _options.SortSeek)
                : SeekTable.Parse(new byte[Layout.SeekCountLength]);
        }
        finally
        {
            _loading.Release();
        }
    }

    /// <summary>Opens the track stream: all block payloads of a track, one after the other, as a seekable stream.</summary>
    /// <param name="track">The track's id.</param>
    /// <param name="checkBlocks">
    /// Whether a block is read whole and its CRC checked before any byte of it is handed out. Without it the stream reads
    /// just the bytes asked for, and damage passes.
    /// </param>
    /// <returns>A read-only stream with a position of its own. It stays valid as long as the container; disposing it leaves the container open.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such track.</exception>
    /// <remarks>Reading raises <see cref="H4mkFormatException"/> where a block does not match its CRC or, when checking, is longer than <see cref="H4mkContainerOptions.MaxBlockLength"/>.</remarks>
    public Stream OpenTrackStream(int track, bool checkBlocks = true)
    {
        CheckTrack(track);
        return new TrackStream(_source, _map.Blocks, checkBlocks, _options.MaxBlockLength);
    }

    private static void CheckTrack(int track)
    {
        if (track != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(track), track, "expected track 0, the only one");
        }
    }

    private async ValueTask<Keyframe?> LoadAndFindAsync(ulong pts, CancellationToken cancellationToken) =>
        Find(await GetSeekTableAsync(cancellationToken).ConfigureAwait(false), pts);

    private Keyframe? Find(SeekTable table, ulong pts)
    {
        if (!table.TryFind(pts, out var entry))
        {
            return null;
        }

        var block = _map.Blocks.FirstAtOrAfter(entry.Offset);
        return block < _map.Blocks.Count && _map.Blocks[block] is var location && (ulong)location.StreamOffset == entry.Offset
            ? new Keyframe(entry.Pts, entry.Offset, block, location.FileOffset)
            : new Keyframe(entry.Pts, entry.Offset, null, null);
    }
}
