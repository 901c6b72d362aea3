using System.Runtime.CompilerServices;

namespace Harmony4.Format.Internal;

/// <summary>The index of a 1.0 file, which has none: what a walk over its chunk headers found, and its seek table once it is asked for.</summary>
internal sealed class WalkedIndex : ContainerIndex
{
    private readonly ChunkReader _reader;
    private readonly H4mkContainerOptions _options;
    private readonly SemaphoreSlim _loading = new(1, 1);
    private volatile SeekTable? _seekTable;

    public WalkedIndex(H4mkSource source, BlockIndex blocks, List<ChunkInfo> others, long length, H4mkContainerOptions options, MemoryAccount memory)
        : base([new H4mkTrack { Id = 0, BlockCount = blocks.Count, ByteLength = blocks.PayloadLength }], length, memory)
    {
        _reader = new ChunkReader(source, options);
        _options = options;
        Blocks = blocks;
        Others = others;
    }

    public override H4mkVersion Version => H4mkVersion.V10;

    public BlockIndex Blocks { get; }

    /// <summary>All chunks but CORE, in file order.</summary>
    public List<ChunkInfo> Others { get; }

    public static async ValueTask<WalkedIndex> ReadAsync(H4mkSource source, ReadOnlyMemory<byte> whole, H4mkContainerOptions options, MemoryAccount memory, CancellationToken cancellationToken)
    {
        using var walk = new ContainerWalk(source, whole);
        return await walk.ReadAsync(options, memory, cancellationToken).ConfigureAwait(false);
    }

    public override void Dispose()
    {
        _loading.Dispose();
        base.Dispose();
    }

    public override ValueTask<BlockLocation> GetBlockAsync(int position, long ordinal, CancellationToken cancellationToken) => new(Blocks[(int)ordinal]);

    public override ValueTask LocateAsync(int position, ReadOnlyMemory<long> ordinals, Memory<LocatedBlock> destination, int maxConcurrency, CancellationToken cancellationToken)
    {
        for (var i = 0; i < ordinals.Length; i++)
        {
            destination.Span[i] = new LocatedBlock(Blocks[(int)ordinals.Span[i]], null);
        }

        return ValueTask.CompletedTask;
    }

    public override ValueTask<BlockLocation> FindBlockAsync(int position, long streamOffset, CancellationToken cancellationToken) =>
        new(Blocks[Blocks.Containing(streamOffset)]);

    public override ValueTask<Keyframe?> FindKeyframeAsync(int position, ulong pts, CancellationToken cancellationToken) =>
        _seekTable is { } table ? new ValueTask<Keyframe?>(Find(table, pts)) : LoadAndFindAsync(pts, cancellationToken);

    public override async ValueTask<Keyframe?> FindNextKeyframeAsync(int position, ulong pts, CancellationToken cancellationToken)
    {
        var table = await GetSeekTableAsync(cancellationToken).ConfigureAwait(false);

        // Of equal times a seek takes the last, so this does too.
        return table.FindIndex(pts) + 1 is var next && next < table.Count ? Find(table, table[next].Pts) : null;
    }

    public override IEnumerable<ChunkInfo> ListOthers() => Others;

    public override ChunkInfo? Find(ChunkTag tag)
    {
        foreach (var chunk in Others)
        {
            if (chunk.Tag == tag)
            {
                return chunk;
            }
        }

        return null;
    }

    public override async IAsyncEnumerable<ChunkInfo> EnumerateChunksAsync(ChunkTag? tag, long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var chunk in InOrder(from))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (chunk.Offset >= from && (tag is null || chunk.Tag == tag))
            {
                yield return chunk;
            }
        }
    }

    public async ValueTask<SeekTable> GetSeekTableAsync(CancellationToken cancellationToken)
    {
        if (_seekTable is { } loaded)
        {
            return loaded;
        }

        await _loading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _seekTable ??= Find(ChunkTag.Seek) is { } chunk ? await LoadSeekTableAsync(chunk, cancellationToken).ConfigureAwait(false) : SeekTable.Parse(new byte[SeekRecord.CountSize]);
        }
        finally
        {
            _loading.Release();
        }
    }

    private async ValueTask<SeekTable> LoadSeekTableAsync(ChunkInfo chunk, CancellationToken cancellationToken)
    {
        // The chunk is there twice while it is read, and once from then on. A longer one than the limit is refused before it is read.
        var length = Math.Min(chunk.Length, _options.MaxSeekLength);
        await Memory.TakeAsync(2L * length, cancellationToken).ConfigureAwait(false);
        var kept = 0L;
        try
        {
            var table = SeekTable.Parse(await _reader.ReadWholeAsync(chunk, _options.MaxSeekLength, cancellationToken).ConfigureAwait(false), chunk.Offset, _options.SortSeek);
            kept = length;
            return table;
        }
        finally
        {
            Memory.Return((2L * length) - kept);
        }
    }

    private IEnumerable<ChunkInfo> InOrder(long from)
    {
        var block = Blocks.FirstInFileAtOrAfter(from);
        foreach (var other in Others)
        {
            for (; block < Blocks.Count && Blocks[block].Chunk.Offset < other.Offset; block++)
            {
                yield return Blocks[block].Chunk;
            }

            yield return other;
        }

        for (; block < Blocks.Count; block++)
        {
            yield return Blocks[block].Chunk;
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

        var block = Blocks.FirstAtOrAfter(entry.Offset);
        var found = new Keyframe { Pts = entry.Pts, StreamOffset = entry.Offset };
        return block < Blocks.Count && Blocks[block] is var location && (ulong)location.StreamOffset == entry.Offset
            ? found with { Block = block, FileOffset = location.FileOffset }
            : found;
    }
}
