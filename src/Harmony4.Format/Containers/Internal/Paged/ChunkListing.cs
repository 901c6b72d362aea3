using System.Runtime.CompilerServices;

namespace Harmony4.Format.Internal;

/// <summary>Lists the chunks of a 1.1 container in file order from ROOT and the pages, one page of each track at a time.</summary>
internal sealed class ChunkListing(PagedIndex index, ChunkTag? tag, long from)
{
    // A TOKN stands directly before its CORE; blocks of a 1.0 part have none.
    private const int TokenChunkSize = ChunkHeader.Size + TokenRecord.Size;

    public async IAsyncEnumerable<ChunkInfo> EnumerateAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var queue = new PriorityQueue<IAsyncEnumerator<ChunkInfo>, long>();
        try
        {
            await AddAsync(queue, Others()).ConfigureAwait(false);
            if (tag is null || tag == ChunkTag.Core || tag == ChunkTag.Tokn || tag == ChunkTag.Indx)
            {
                for (var position = 0; position < index.Tracks.Count; position++)
                {
                    await AddAsync(queue, PagesOf(position)).ConfigureAwait(false);
                    if (tag != ChunkTag.Indx)
                    {
                        await AddAsync(queue, BlocksOf(position, cancellationToken)).ConfigureAwait(false);
                    }
                }
            }

            while (queue.TryDequeue(out var next, out _))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return next.Current;
                if (await next.MoveNextAsync().ConfigureAwait(false))
                {
                    queue.Enqueue(next, next.Current.Offset);
                }
                else
                {
                    await next.DisposeAsync().ConfigureAwait(false);
                }
            }
        }
        finally
        {
            while (queue.TryDequeue(out var left, out _))
            {
                await left.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private bool IsAsked(in ChunkInfo chunk) => chunk.Offset >= from && (tag is null || chunk.Tag == tag);

    private async ValueTask AddAsync(PriorityQueue<IAsyncEnumerator<ChunkInfo>, long> queue, IAsyncEnumerable<ChunkInfo> chunks)
    {
        var enumerator = chunks.GetAsyncEnumerator(CancellationToken.None);
        if (await enumerator.MoveNextAsync().ConfigureAwait(false))
        {
            queue.Enqueue(enumerator, enumerator.Current.Offset);
        }
        else
        {
            await enumerator.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async IAsyncEnumerable<ChunkInfo> Others()
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var chunk in index.End.Others().Where(c => IsAsked(c)))
        {
            yield return chunk;
        }
    }

    private async IAsyncEnumerable<ChunkInfo> PagesOf(int position)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        var track = index.Root.Tracks[position];
        for (var page = 0; page < track.PageCount; page++)
        {
            if (index.Root.PageChunk(track, page) is var chunk && IsAsked(chunk))
            {
                yield return chunk;
            }
        }
    }

    private async IAsyncEnumerable<ChunkInfo> BlocksOf(int position, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var track = index.Root.Tracks[position];
        for (var page = 0; page < track.PageCount; page++)
        {
            // A page stands behind its blocks, but for those of a 1.0 part, whose pages stand behind its TRAK.
            if (index.Root.PageChunk(track, page).Offset < from && !index.End.IsUpgraded)
            {
                continue;
            }

            var loaded = await index.LoadAsync(position, page, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < loaded.Count; i++)
            {
                var core = new ChunkInfo { Tag = ChunkTag.Core, Offset = (long)Math.Min(loaded.ChunkOffset(i), long.MaxValue), Length = loaded.Entry(i).Length };
                if (core.Offset > index.End.Trak.Offset
                    && new ChunkInfo { Tag = ChunkTag.Tokn, Offset = core.Offset - TokenChunkSize, Length = TokenRecord.Size } is var token && IsAsked(token))
                {
                    yield return token;
                }

                if (IsAsked(core))
                {
                    yield return core;
                }
            }
        }
    }
}
