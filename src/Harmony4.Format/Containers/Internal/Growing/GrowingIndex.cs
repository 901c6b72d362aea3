using System.Runtime.CompilerServices;

namespace Harmony4.Format.Internal;

/// <summary>What came of a 1.1 container that is still being written, as it was at one moment: from its TOKN and CORE, since ROOT is yet to come.</summary>
internal sealed class GrowingIndex(IReadOnlyList<GrowingTrack.View> tracks, GrowingList<ChunkInfo>.View others, long length)
    : ContainerIndex([.. tracks.Select(static t => t.Track)], length, new MemoryAccount(null))
{
    public override H4mkVersion Version => H4mkVersion.V11;

    /// <summary>Where the TOKN of a block begins, which stands directly before its CORE.</summary>
    public static long TokenOf(long blockOffset) => blockOffset - (2 * ChunkHeader.Size) - TokenRecord.Size;

    public override ValueTask<BlockLocation> GetBlockAsync(int position, long ordinal, CancellationToken cancellationToken) => new(tracks[position][(int)ordinal]);

    public override ValueTask LocateAsync(int position, ReadOnlyMemory<long> ordinals, Memory<LocatedBlock> destination, int maxConcurrency, CancellationToken cancellationToken)
    {
        for (var i = 0; i < ordinals.Length; i++)
        {
            destination.Span[i] = new LocatedBlock(tracks[position][(int)ordinals.Span[i]], null);
        }

        return ValueTask.CompletedTask;
    }

    public override ValueTask<BlockLocation> FindBlockAsync(int position, long streamOffset, CancellationToken cancellationToken) =>
        new(tracks[position][tracks[position].Containing(streamOffset)]);

    public override ValueTask<Keyframe?> FindKeyframeAsync(int position, ulong pts, CancellationToken cancellationToken) =>
        new(Keyframe(tracks[position], tracks[position].KeysUpTo(pts) - 1));

    public override ValueTask<Keyframe?> FindNextKeyframeAsync(int position, ulong pts, CancellationToken cancellationToken) =>
        new(Keyframe(tracks[position], tracks[position].KeysUpTo(pts)));

    public override IEnumerable<ChunkInfo> ListOthers()
    {
        for (var i = 0; i < others.Count; i++)
        {
            if (others[i] is var chunk && chunk.Tag != ChunkTag.Indx)
            {
                yield return chunk;
            }
        }
    }

    public override ChunkInfo? Find(ChunkTag tag)
    {
        foreach (var chunk in ListOthers())
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

    private IEnumerable<ChunkInfo> InOrder(long from)
    {
        // Whoever stands first in the file is next: the block of a track, or another chunk.
        var queue = new PriorityQueue<(int Track, int Next), long>();
        for (var i = 0; i < tracks.Count; i++)
        {
            Enqueue(i, tracks[i].FirstAtOrAfter(from - TokenRecord.Size - ChunkHeader.Size));
        }

        var other = others.CountWhile(from, static (chunk, limit) => chunk.Offset < limit);
        while (queue.TryPeek(out var first, out var offset))
        {
            if (other < others.Count && others[other].Offset < offset)
            {
                yield return others[other++];
                continue;
            }

            queue.Dequeue();
            var block = tracks[first.Track][first.Next];
            yield return new ChunkInfo { Tag = ChunkTag.Tokn, Offset = offset, Length = TokenRecord.Size };
            yield return block.Chunk;
            Enqueue(first.Track, first.Next + 1);
        }

        while (other < others.Count)
        {
            yield return others[other++];
        }

        void Enqueue(int track, int ordinal)
        {
            if (ordinal < tracks[track].Blocks.Count)
            {
                queue.Enqueue((track, ordinal), TokenOf(tracks[track].Blocks[ordinal].FileOffset));
            }
        }
    }

    private static Keyframe? Keyframe(GrowingTrack.View track, int key)
    {
        if (key < 0 || key >= track.Keys.Count)
        {
            return null;
        }

        var block = track[track.Keys[key]];
        return new Keyframe { Pts = block.Pts!.Value, StreamOffset = (ulong)block.StreamOffset, Block = block.Ordinal, FileOffset = block.FileOffset };
    }
}
