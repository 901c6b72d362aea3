namespace Harmony4.Format.Internal;

/// <content>Many blocks at once.</content>
internal sealed partial class PagedIndex
{
    public override ValueTask LocateAsync(int position, ReadOnlyMemory<long> ordinals, Memory<LocatedBlock> destination, int maxConcurrency, CancellationToken cancellationToken)
    {
        // Blocks of one page wait for one read of it, and each page is let go before the next one is read in its place.
        List<List<int>>? missing = null;
        Dictionary<int, List<int>>? byPage = null;
        for (var i = 0; i < ordinals.Length; i++)
        {
            var page = PageOf(ordinals.Span[i]);
            if (byPage is not null && byPage.TryGetValue(page, out var waiting))
            {
                waiting.Add(i);
            }
            else if (Cached(position, page) is { } cached)
            {
                destination.Span[i] = TryLocate(cached, ordinals.Span[i]);
            }
            else
            {
                byPage ??= [];
                missing ??= [];
                byPage.Add(page, [i]);
                missing.Add(byPage[page]);
            }
        }

        return missing is null ? ValueTask.CompletedTask
            : missing.Count == 1 ? LocateOnPageAsync(position, ordinals, destination, missing[0], cancellationToken)
            : new ValueTask(Parallel.ForEachAsync(
                missing,
                new ParallelOptions { MaxDegreeOfParallelism = maxConcurrency, CancellationToken = cancellationToken },
                (places, token) => LocateOnPageAsync(position, ordinals, destination, places, token)));
    }

    private async ValueTask LocateOnPageAsync(int position, ReadOnlyMemory<long> ordinals, Memory<LocatedBlock> destination, List<int> places, CancellationToken cancellationToken)
    {
        IndexPage? page = null;
        Exception? fault = null;
        try
        {
            page = await LoadAsync(position, PageOf(ordinals.Span[places[0]]), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            fault = exception;
        }

        foreach (var place in places)
        {
            destination.Span[place] = page is null ? new LocatedBlock(default, fault) : TryLocate(page, ordinals.Span[place]);
        }
    }

    private LocatedBlock TryLocate(IndexPage page, long ordinal)
    {
        try
        {
            return new LocatedBlock(Locate(page, (int)(ordinal - page.FirstOrdinal)), null);
        }
        catch (H4mkFormatException fault)
        {
            return new LocatedBlock(default, fault);
        }
    }
}
