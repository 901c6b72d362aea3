using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace Harmony4.Format.Internal;

/// <summary>Reads windows of blocks ahead of the consumer, within a budget of memory. For one enumeration.</summary>
internal sealed class BlockPrefetch : IAsyncDisposable
{
    // One window is gone through while a second is judged and a third is read.
    private const int WindowsInBudget = 3;

    // Windows of short blocks take more memory for what is known of the blocks than for their bytes.
    private const int MostWindows = 4;

    private readonly H4mkSource _source;
    private readonly BlockReadOptions _options;
    private readonly Channel<Loading> _loading = Channel.CreateUnbounded<Loading>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly ConcurrentQueue<BlockWindow> _free = [];
    private readonly SemaphoreSlim _turns;
    private readonly SemaphoreSlim _released = new(0);
    private readonly CancellationTokenSource _stop;
    private readonly Task _producer;
    private long _held;
    private int _windows;

    private BlockPrefetch(H4mkSource source, Func<long, CancellationToken, ValueTask<WindowPlanner>> plan, BlockReadOptions options, CancellationToken cancellationToken)
    {
        _source = source;
        _options = options;
        _turns = new SemaphoreSlim(options.MaxConcurrency);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // The windows are read and judged on other threads, also where the source completes at once.
        _producer = Task.Run(() => ProduceAsync(plan), CancellationToken.None);
    }

    /// <summary>Reads blocks and gives them in order.</summary>
    /// <param name="source">The file.</param>
    /// <param name="plan">Makes the planner of the blocks for a limit of bytes in a window.</param>
    /// <param name="options">How much at once.</param>
    /// <param name="cancellationToken">Cancels the enumeration.</param>
    public static async IAsyncEnumerable<H4mkBlock> ReadAsync(
        H4mkSource source,
        Func<long, CancellationToken, ValueTask<WindowPlanner>> plan,
        BlockReadOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var prefetch = new BlockPrefetch(source, plan, options, cancellationToken);
        await using var disposal = prefetch.ConfigureAwait(false);
        while (await prefetch.NextAsync().ConfigureAwait(false) is { } window)
        {
            for (var i = 0; i < window.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return window.Get(i);
            }

            prefetch.Release(window);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await ((Task)_producer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // A read that is under way writes to memory that must not become another's before it ends.
        while (_loading.Reader.TryRead(out var loading))
        {
            await loading.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            loading.Window.Dispose();
        }

        while (_free.TryDequeue(out var window))
        {
            window.Dispose();
        }

        _stop.Dispose();
        _turns.Dispose();
        _released.Dispose();
    }

    private async Task ProduceAsync(Func<long, CancellationToken, ValueTask<WindowPlanner>> plan)
    {
        try
        {
            var planner = await plan(Math.Max(1, _options.MemoryBudget / WindowsInBudget), _stop.Token).ConfigureAwait(false);
            var isLast = false;
            while (!isLast)
            {
                var window = _free.TryDequeue(out var used) ? used : new BlockWindow();
                await planner.FillAsync(window, _stop.Token).ConfigureAwait(false);
                isLast = window.Count == 0 || window.End is not null;
                while (Volatile.Read(ref _windows) is > 0 and var windows
                    && (windows == MostWindows || Interlocked.Read(ref _held) + window.Size > _options.MemoryBudget))
                {
                    await _released.WaitAsync(_stop.Token).ConfigureAwait(false);
                }

                Interlocked.Add(ref _held, window.Size);
                Interlocked.Increment(ref _windows);
                var load = Task.Run(() => window.LoadAsync(_source, _turns, _stop.Token), CancellationToken.None);
                _loading.Writer.TryWrite(new Loading(window, load));
            }

            _loading.Writer.Complete();
        }
        catch (Exception exception)
        {
            _loading.Writer.Complete(exception);
        }
    }

    private async ValueTask<BlockWindow?> NextAsync()
    {
        if (!await _loading.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false) || !_loading.Reader.TryPeek(out var next))
        {
            return null;
        }

        await next.Task.ConfigureAwait(false);
        return next.Window;
    }

    private void Release(BlockWindow window)
    {
        if (window.End is { } end)
        {
            ExceptionDispatchInfo.Throw(end);
        }

        _loading.Reader.TryRead(out _);
        Interlocked.Add(ref _held, -window.Size);
        Interlocked.Decrement(ref _windows);
        window.Clear();
        _free.Enqueue(window);
        _released.Release();
    }

    private readonly record struct Loading(BlockWindow Window, Task Task);
}
