using System.Buffers;
using Harmony4.Format.Internal;

namespace Harmony4.Format;

/// <content>Blocks, keyframes and track streams.</content>
public sealed partial class H4mkContainer
{
    /// <summary>Returns the track with an id.</summary>
    /// <param name="track">The track's id; <see langword="null"/> for the first track.</param>
    /// <returns>The track.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such track.</exception>
    public H4mkTrack GetTrack(int? track = null) => track is { } id ? Tracks[PositionOf(id)] : Tracks[0];

    /// <summary>Tells where a block stands, when it plays and what it hashes to.</summary>
    /// <param name="track">The track's id.</param>
    /// <param name="ordinal">Position of the block in the track, from 0.</param>
    /// <param name="cancellationToken">Cancels the read of an index page, where the version has them.</param>
    /// <returns>What the index says of the block.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such track or block.</exception>
    /// <exception cref="H4mkFormatException">The page of the index is damaged.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public ValueTask<BlockLocation> GetBlockAsync(int track, long ordinal, CancellationToken cancellationToken = default)
    {
        var position = PositionOf(track);
        CheckOrdinal(position, ordinal);
        return _index.GetBlockAsync(position, ordinal, cancellationToken);
    }

    /// <summary>Reads a block and checks it: by the digest in the index, in version 1.0 by its CRC.</summary>
    /// <param name="track">The track's id.</param>
    /// <param name="ordinal">Position of the block in the track, from 0.</param>
    /// <param name="destination">Receives the payload once it is known to be sound; otherwise nothing. A buffer of 12 bytes more than the block is asked of it.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>Bytes of payload.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such track or block.</exception>
    /// <exception cref="H4mkFormatException">The block or the page of the index is damaged, or the block is longer than <see cref="H4mkContainerOptions.MaxBlockLength"/>.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public ValueTask<int> ReadBlockAsync(int track, long ordinal, IBufferWriter<byte> destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var location = GetBlockAsync(track, ordinal, cancellationToken);
        return location.IsCompletedSuccessfully
            ? _blocks.ReadAsync(location.Result, destination, cancellationToken)
            : LocateAndReadAsync(location, destination, cancellationToken);
    }

    /// <summary>Finds the block that holds a byte of a track stream.</summary>
    /// <param name="track">The track's id.</param>
    /// <param name="streamOffset">Position in the track stream, in bytes.</param>
    /// <param name="cancellationToken">Cancels the read of an index page, where the version has them.</param>
    /// <returns>What the index says of the block; <see langword="null"/> at or past the end of the stream.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such track, or the position is negative.</exception>
    /// <exception cref="H4mkFormatException">The page of the index is damaged.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public async ValueTask<BlockLocation?> FindBlockAsync(int track, long streamOffset, CancellationToken cancellationToken = default)
    {
        var position = PositionOf(track);
        ArgumentOutOfRangeException.ThrowIfNegative(streamOffset);
        if (streamOffset >= Tracks[position].ByteLength)
        {
            return null;
        }

        return await _index.FindBlockAsync(position, streamOffset, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds the last keyframe at or before a time.</summary>
    /// <param name="track">The track's id.</param>
    /// <param name="pts">The time in microseconds.</param>
    /// <param name="cancellationToken">Cancels the read of an index page; in version 1.0 of the seek table, which the first call reads.</param>
    /// <returns>The keyframe; <see langword="null"/> when none is at or before that time.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such track.</exception>
    /// <exception cref="H4mkFormatException">The page or seek table is damaged, or the table's times decrease and <see cref="H4mkContainerOptions.SortSeek"/> is off.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public ValueTask<Keyframe?> FindKeyframeAsync(int track, ulong pts, CancellationToken cancellationToken = default) =>
        _index.FindKeyframeAsync(PositionOf(track), pts, cancellationToken);

    /// <summary>Finds the last keyframe at or before a time.</summary>
    /// <param name="track">The track's id.</param>
    /// <param name="time">The time, 0 or more, to the microsecond.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The keyframe; <see langword="null"/> when none is at or before that time.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such track, or the time is negative.</exception>
    /// <exception cref="H4mkFormatException">The page or seek table is damaged.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public ValueTask<Keyframe?> FindKeyframeAsync(int track, TimeSpan time, CancellationToken cancellationToken = default) =>
        FindKeyframeAsync(track, MediaTime.ToMicroseconds(time), cancellationToken);

    /// <summary>Finds the first keyframe after a time.</summary>
    /// <param name="track">The track's id.</param>
    /// <param name="pts">The time in microseconds.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The keyframe; <see langword="null"/> when none is after that time.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such track.</exception>
    /// <exception cref="H4mkFormatException">As <see cref="FindKeyframeAsync(int, ulong, CancellationToken)"/> says.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public ValueTask<Keyframe?> FindNextKeyframeAsync(int track, ulong pts, CancellationToken cancellationToken = default) =>
        _index.FindNextKeyframeAsync(PositionOf(track), pts, cancellationToken);

    /// <summary>Finds the first keyframe after a time.</summary>
    /// <param name="track">The track's id.</param>
    /// <param name="time">The time, 0 or more, to the microsecond.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The keyframe; <see langword="null"/> when none is after that time.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such track, or the time is negative.</exception>
    /// <exception cref="H4mkFormatException">As <see cref="FindKeyframeAsync(int, ulong, CancellationToken)"/> says.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public ValueTask<Keyframe?> FindNextKeyframeAsync(int track, TimeSpan time, CancellationToken cancellationToken = default) =>
        FindNextKeyframeAsync(track, MediaTime.ToMicroseconds(time), cancellationToken);

    /// <summary>Counts the entries of SEEK: what a reader that knows only version 1.0 can seek to.</summary>
    /// <param name="cancellationToken">Cancels the count.</param>
    /// <returns>In version 1.0 the entries of the table, 0 without one. In 1.1 what the rule for SEEK gives; <see langword="null"/> for a container that was upgraded.</returns>
    public ValueTask<long?> CountSeekEntriesAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        long? count = Paged is { } paged
            ? paged.End.IsUpgraded ? null : SeekStride.CountOf(Tracks[0].KeyframeCount!.Value)
            : IsGrowing ? SeekStride.CountOf(Tracks[0].KeyframeCount!.Value)
            : _index.Find(ChunkTag.Seek) is { } seek ? (seek.Length - SeekRecord.CountSize) / SeekRecord.Size : 0;
        return new ValueTask<long?>(count);
    }

    /// <summary>Returns the seek table of version 1.0, read on the first call.</summary>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The table; an empty one when the file has no SEEK. In version 1.1, whose readers seek by the index, the table that is there for readers of 1.0.</returns>
    /// <exception cref="H4mkFormatException">The seek table is damaged, or its times decrease and <see cref="H4mkContainerOptions.SortSeek"/> is off.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public async ValueTask<SeekTable> GetSeekTableAsync(CancellationToken cancellationToken = default)
    {
        if (_index is WalkedIndex walked)
        {
            return await walked.GetSeekTableAsync(cancellationToken).ConfigureAwait(false);
        }

        return _index.Find(ChunkTag.Seek) is { } chunk
            ? SeekTable.Parse(await _chunks.ReadWholeAsync(chunk, _options.MaxSeekLength, cancellationToken).ConfigureAwait(false), chunk.Offset, _options.SortSeek)
            : SeekTable.Parse(new byte[SeekRecord.CountSize]);
    }

    /// <summary>Opens the track stream: all block payloads of a track, one after the other, as a seekable stream.</summary>
    /// <param name="track">The track's id.</param>
    /// <param name="checkBlocks">
    /// Whether a block is read whole and checked before any byte of it is handed out. Without it the stream reads
    /// just the bytes asked for, and damage passes.
    /// </param>
    /// <returns>A read-only stream with a position of its own. It stays valid as long as the container; disposing it leaves the container open.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such track.</exception>
    /// <remarks>Reading raises <see cref="H4mkFormatException"/> where a block is damaged or, when checking, is longer than <see cref="H4mkContainerOptions.MaxBlockLength"/>.</remarks>
    public Stream OpenTrackStream(int track, bool checkBlocks = true)
    {
        var position = PositionOf(track);
        return new TrackStream(_index, position, _blocks, checkBlocks);
    }

    private void CheckOrdinal(int position, long ordinal) =>
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)ordinal, (ulong)Tracks[position].BlockCount, nameof(ordinal));

    private async ValueTask<int> LocateAndReadAsync(ValueTask<BlockLocation> location, IBufferWriter<byte> destination, CancellationToken cancellationToken) =>
        await _blocks.ReadAsync(await location.ConfigureAwait(false), destination, cancellationToken).ConfigureAwait(false);
}
