namespace Harmony4.Format.Internal;

/// <summary>Cuts the blocks that are asked for into windows, and finds out where they stand.</summary>
internal sealed class WindowPlanner(ContainerIndex index, BlockReader blocks, int position, BlockSelection selection, long limit, int maxConcurrency)
{
    // Lanes run full with a multiple of this many blocks.
    private const int LaneMultiple = 16;

    // Enough that pages of the index are read several at a time.
    private const int LocatedAtOnce = 64;

    private readonly Queue<LocatedBlock> _located = [];
    private readonly long[] _ordinals = new long[LocatedAtOnce];
    private readonly LocatedBlock[] _found = new LocatedBlock[LocatedAtOnce];
    private long _next;

    /// <summary>Fills a window with the next blocks; with none at the end.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async ValueTask FillAsync(BlockWindow window, CancellationToken cancellationToken)
    {
        while (window.Count < BlockWindow.MaxCount && !IsWellFilled(window))
        {
            if (_located.Count == 0 && !await LocateAsync(cancellationToken).ConfigureAwait(false))
            {
                break;
            }

            var (location, fault) = _located.Peek();
            if ((fault ?? blocks.LengthFault(location)) is { } end)
            {
                window.End = end;
                break;
            }

            if (window.Count > 0 && !window.Contains(location.Ordinal) && window.ChunkLength + BlockWindow.ChunkLengthOf(location) > limit)
            {
                break;
            }

            window.Add(location);
            _located.Dequeue();
        }

        window.Plan(limit);
    }

    // Full lanes are worth more than a full window: it ends where another set of blocks of such lengths would not fit.
    private bool IsWellFilled(BlockWindow window) =>
        window.DistinctCount is > 0 and var count && count % LaneMultiple == 0 && window.ChunkLength + (window.ChunkLength / count * LaneMultiple) > limit;

    private async ValueTask<bool> LocateAsync(CancellationToken cancellationToken)
    {
        var count = (int)Math.Min(LocatedAtOnce, selection.Count - _next);
        for (var i = 0; i < count; i++)
        {
            _ordinals[i] = selection[_next + i];
        }

        _next += count;
        await index.LocateAsync(position, _ordinals.AsMemory(0, count), _found.AsMemory(0, count), maxConcurrency, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < count; i++)
        {
            _located.Enqueue(_found[i]);
        }

        return count > 0;
    }
}
