namespace Harmony4.Format.Internal;

/// <summary>Looks up what a sound ROOT lists at a position. Used only where something is wrong, so it may search.</summary>
internal sealed class ListedExtents(PagedIndex index)
{
    private const int TokenChunkSize = ChunkHeader.Size + TokenRecord.Size;

    // The page of each track that the scan is in. Tracks that are interleaved would push one another's out of the cache, and each block would cost a page.
    private HeldPage[]? _held;

    /// <summary>What is listed at a position; null when nothing is.</summary>
    /// <param name="offset">The position.</param>
    /// <param name="twin">How far the blocks are: only the next block of each track can be meant.</param>
    /// <param name="cancellationToken">Cancels the reading of pages.</param>
    public async ValueTask<ListedExtent?> FindAsync(long offset, RecordedIndex? twin, CancellationToken cancellationToken)
    {
        if (FindFixed(offset) is { } found)
        {
            return found;
        }

        for (var position = 0; twin is not null && position < index.Tracks.Count; position++)
        {
            var next = twin.Tracks[position].BlockCount;
            if (await EntryAsync(position, next, cancellationToken).ConfigureAwait(false) is { } block)
            {
                var core = (long)Math.Min(block.Offset, long.MaxValue);
                if (core == offset && block.Entry.Length <= index.RootOffset - core - ChunkHeader.Size)
                {
                    return new ListedExtent(ChunkTag.Core, core + ChunkHeader.Size + block.Entry.Length, position);
                }

                if (core - TokenChunkSize == offset && offset > index.End.Trak.Offset)
                {
                    return new ListedExtent(ChunkTag.Tokn, core, position);
                }
            }
        }

        return null;
    }

    /// <summary>The entry of a block; null when there is none, or its page is damaged.</summary>
    public async ValueTask<(IndexEntry Entry, ulong Offset)?> EntryAsync(int position, long ordinal, CancellationToken cancellationToken)
    {
        if (ordinal >= index.Tracks[position].BlockCount)
        {
            return null;
        }

        _held ??= new HeldPage[index.Root.Tracks.Length];
        var number = index.PageOf(ordinal);
        if (!_held[position].IsKnown || _held[position].Number != number)
        {
            _held[position] = new HeldPage(true, number, await LoadAsync(position, number, cancellationToken).ConfigureAwait(false));
        }

        if (_held[position].Page is not { } page)
        {
            return null;
        }

        var at = (int)(ordinal - page.FirstOrdinal);
        return (page.Entry(at), page.ChunkOffset(at));
    }

    /// <summary>What is wrong with the page of a block; null when nothing is.</summary>
    public async ValueTask<H4mkFormatException?> PageFaultAsync(int position, long ordinal, CancellationToken cancellationToken)
    {
        try
        {
            await index.LoadAsync(position, index.PageOf(ordinal), cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (H4mkFormatException exception)
        {
            return exception;
        }
    }

    /// <summary>The first listed position behind another, within a 1.0 part.</summary>
    public async ValueTask<long> NextInPartAsync(long offset, RecordedIndex? twin, CancellationToken cancellationToken)
    {
        var next = index.End.Trak.Offset;
        for (var i = 0; i < index.Root.AuxCount; i++)
        {
            next = index.Root.AuxChunk(i).Offset is var aux && aux > offset && aux < next ? aux : next;
        }

        if (twin is not null && await EntryAsync(0, twin.Tracks[0].BlockCount, cancellationToken).ConfigureAwait(false) is { } block)
        {
            next = (long)Math.Min(block.Offset, long.MaxValue) is var core && core > offset && core < next ? core : next;
        }

        return index.Find(ChunkTag.Veri) is { } veri && veri.Offset > offset && veri.Offset < next ? veri.Offset : next;
    }

    /// <summary>What ROOT itself lists at a position: all but blocks and their tokens.</summary>
    public ListedExtent? FindFixed(long offset)
    {
        for (var i = 0; i < index.Root.AuxCount; i++)
        {
            if (index.Root.AuxChunk(i) is var aux && aux.Offset == offset)
            {
                return new ListedExtent(aux.Tag, aux.EndOffset, Aux: i);
            }
        }

        foreach (var tag in (ReadOnlySpan<ChunkTag>)[ChunkTag.Seek, ChunkTag.Root, ChunkTag.Tail, ChunkTag.Veri])
        {
            if (index.Find(tag) is { } chunk && chunk.Offset == offset)
            {
                return new ListedExtent(tag, chunk.EndOffset);
            }
        }

        for (var position = 0; position < index.Root.Tracks.Length; position++)
        {
            if (FindPage(position, offset) is { } page)
            {
                return page;
            }
        }

        return null;
    }

    private ListedExtent? FindPage(int position, long offset)
    {
        var track = index.Root.Tracks[position];
        int low = 0, high = track.PageCount;
        while (low < high)
        {
            var middle = (low + high) >> 1;
            var chunk = index.Root.PageChunk(track, middle);
            if (chunk.Offset == offset)
            {
                return new ListedExtent(ChunkTag.Indx, chunk.EndOffset, position);
            }

            if (chunk.Offset < offset)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return null;
    }

    private async ValueTask<IndexPage?> LoadAsync(int position, int number, CancellationToken cancellationToken)
    {
        try
        {
            return await index.LoadAsync(position, number, cancellationToken).ConfigureAwait(false);
        }
        catch (H4mkFormatException)
        {
            // The page is named when the scan comes to it.
            return null;
        }
    }

    private readonly record struct HeldPage(bool IsKnown, int Number, IndexPage? Page);
}
