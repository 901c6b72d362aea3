using Harmony4.Format.Internal;

namespace Harmony4.Format;

/// <content>Many blocks at once.</content>
public sealed partial class H4mkContainer
{
    private static readonly BlockReadOptions DefaultBlockReadOptions = new();

    /// <summary>
    /// Reads many blocks in any order, such as the sample of a training loader, and checks each. Blocks that lie near each other are read at
    /// once, several reads are under way at the same time, and the next blocks are read while the caller works on those before.
    /// </summary>
    /// <param name="track">The track's id.</param>
    /// <param name="ordinals">Positions of the blocks in the track, from 0, in any order and as often as wanted. The list must not change during the enumeration.</param>
    /// <param name="options">How much is read at once; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Cancels the enumeration.</param>
    /// <returns>The blocks in the order asked. The payload of each is valid until the enumeration moves on.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such track or block.</exception>
    /// <exception cref="H4mkFormatException">
    /// While enumerating: a block or its page of the index is damaged, or the block is longer than <see cref="H4mkContainerOptions.MaxBlockLength"/>.
    /// It is raised in the block's turn; the sound blocks before it are handed out.
    /// </exception>
    /// <exception cref="IOException">While enumerating: the source failed.</exception>
    public IAsyncEnumerable<H4mkBlock> ReadBlocksAsync(
        int track,
        IReadOnlyList<long> ordinals,
        BlockReadOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ordinals);
        var position = PositionOf(track);
        for (var i = 0; i < ordinals.Count; i++)
        {
            CheckOrdinal(position, ordinals[i]);
        }

        return ReadBlocks(position, new BlockSelection(ordinals), options, cancellationToken);
    }

    /// <summary>Reads the blocks of a track in order from one of them on, and checks each.</summary>
    /// <param name="track">The track's id.</param>
    /// <param name="firstOrdinal">Position of the first block in the track, from 0; the number of blocks for none.</param>
    /// <param name="options">How much is read at once; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Cancels the enumeration.</param>
    /// <returns>The blocks. The payload of each is valid until the enumeration moves on.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such track or block.</exception>
    /// <exception cref="H4mkFormatException">While enumerating: as <see cref="ReadBlocksAsync(int, IReadOnlyList{long}, BlockReadOptions?, CancellationToken)"/> says.</exception>
    /// <exception cref="IOException">While enumerating: the source failed.</exception>
    public IAsyncEnumerable<H4mkBlock> ReadBlocksAsync(
        int track,
        long firstOrdinal = 0,
        BlockReadOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var position = PositionOf(track);
        ArgumentOutOfRangeException.ThrowIfNegative(firstOrdinal);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstOrdinal, Tracks[position].BlockCount);
        return ReadBlocks(position, new BlockSelection(firstOrdinal, Tracks[position].BlockCount - firstOrdinal), options, cancellationToken);
    }

    /// <summary>Reads the blocks of a track in order from the last keyframe at or before a time, or from the start when there is none, and checks each.</summary>
    /// <param name="track">The track's id.</param>
    /// <param name="pts">The time in microseconds.</param>
    /// <param name="options">How much is read at once; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Cancels the enumeration.</param>
    /// <returns>
    /// The blocks. The payload of each is valid until the enumeration moves on. In version 1.0, whose seek table may name any byte of the track
    /// stream, the first block is the one that holds this byte; none when the stream ends before it.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such track.</exception>
    /// <exception cref="H4mkFormatException">While enumerating: the seek table is damaged, or as <see cref="ReadBlocksAsync(int, IReadOnlyList{long}, BlockReadOptions?, CancellationToken)"/> says.</exception>
    /// <exception cref="IOException">While enumerating: the source failed.</exception>
    public IAsyncEnumerable<H4mkBlock> ReadBlocksFromAsync(
        int track,
        ulong pts,
        BlockReadOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var position = PositionOf(track);
        return ReadBlocks(position, token => SelectFromAsync(position, pts, token), options, cancellationToken);
    }

    /// <summary>Reads the blocks of a track in order from the last keyframe at or before a time, or from the start when there is none, and checks each.</summary>
    /// <param name="track">The track's id.</param>
    /// <param name="time">The time, 0 or more, to the microsecond.</param>
    /// <param name="options">How much is read at once; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Cancels the enumeration.</param>
    /// <returns>The blocks, as <see cref="ReadBlocksFromAsync(int, ulong, BlockReadOptions?, CancellationToken)"/> says.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such track, or the time is negative.</exception>
    /// <exception cref="H4mkFormatException">While enumerating: as <see cref="ReadBlocksFromAsync(int, ulong, BlockReadOptions?, CancellationToken)"/> says.</exception>
    /// <exception cref="IOException">While enumerating: the source failed.</exception>
    public IAsyncEnumerable<H4mkBlock> ReadBlocksFromAsync(
        int track,
        TimeSpan time,
        BlockReadOptions? options = null,
        CancellationToken cancellationToken = default) =>
        ReadBlocksFromAsync(track, MediaTime.ToMicroseconds(time), options, cancellationToken);

    private IAsyncEnumerable<H4mkBlock> ReadBlocks(int position, BlockSelection selection, BlockReadOptions? options, CancellationToken cancellationToken) =>
        ReadBlocks(position, _ => new ValueTask<BlockSelection>(selection), options, cancellationToken);

    private IAsyncEnumerable<H4mkBlock> ReadBlocks(
        int position,
        Func<CancellationToken, ValueTask<BlockSelection>> select,
        BlockReadOptions? options,
        CancellationToken cancellationToken)
    {
        options ??= DefaultBlockReadOptions;
        return BlockPrefetch.ReadAsync(
            Source,
            async (limit, token) => new WindowPlanner(_index, _blocks, position, await select(token).ConfigureAwait(false), limit, options.MaxConcurrency),
            options,
            cancellationToken);
    }

    private async ValueTask<BlockSelection> SelectFromAsync(int position, ulong pts, CancellationToken cancellationToken)
    {
        var keyframe = await _index.FindKeyframeAsync(position, pts, cancellationToken).ConfigureAwait(false);
        var count = Tracks[position].BlockCount;
        var first = keyframe is not { } found ? 0
            : found.Block is { } block ? block
            : found.StreamOffset >= (ulong)Tracks[position].ByteLength ? count
            : (await _index.FindBlockAsync(position, (long)found.StreamOffset, cancellationToken).ConfigureAwait(false)).Ordinal;
        return new BlockSelection(first, count - first);
    }
}
