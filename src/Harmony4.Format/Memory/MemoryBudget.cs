namespace Harmony4.Format;

/// <summary>Memory that many share: it is asked before more is taken, and told when it is given back, so that all of them together stay below a number of bytes.</summary>
/// <remarks>
/// Safe for concurrent use. Whoever asks waits in line; what is given back goes to whoever waits longest. A budget may be a share of another: what is taken of it is taken of that one too.
/// Nothing is allocated here: it is a promise between those who ask.
/// </remarks>
public sealed class MemoryBudget
{
    // From this part on, those who can do with less should.
    private const int TightPart = 4;

    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiting = new();
    private readonly MemoryBudget? _parent;
    private long _taken;
    private long _peak;

    /// <summary>Initializes a budget.</summary>
    /// <param name="capacity">Bytes that may be taken at a time; at least 1.</param>
    /// <param name="longestWait">How long one who asks waits until it fits.</param>
    /// <param name="parent">The budget that this is a share of; <see langword="null"/> for none.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is below 1, or the wait is negative and not infinite.</exception>
    public MemoryBudget(long capacity, TimeSpan longestWait, MemoryBudget? parent = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        if (longestWait < TimeSpan.Zero && longestWait != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(longestWait), longestWait, "expected 0 or more, or an infinite time");
        }

        Capacity = capacity;
        LongestWait = longestWait;
        _parent = parent;
    }

    /// <summary>Gets how many bytes may be taken at a time.</summary>
    public long Capacity { get; }

    /// <summary>Gets how long one who asks waits until it fits.</summary>
    public TimeSpan LongestWait { get; }

    /// <summary>Gets how many bytes are taken.</summary>
    public long Taken
    {
        get
        {
            lock (_lock)
            {
                return _taken;
            }
        }
    }

    /// <summary>Gets whether a quarter of this budget, or of one that it is a share of, is taken: those who can do with smaller buffers should.</summary>
    public bool IsTight => Taken > Capacity / TightPart || _parent is { IsTight: true };

    /// <summary>Gets or sets what is asked to give memory back that can be had again, before anybody waits: it is told how many bytes are missing. <see langword="null"/> for nobody.</summary>
    public Action<long>? Reclaim { get; set; }

    /// <summary>Takes bytes, and waits until they fit.</summary>
    /// <param name="bytes">How many; 0 is always there.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>A task that ends when they are taken. Whoever took them gives them back with <see cref="Return"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    /// <exception cref="MemoryBudgetException">They did not fit for <see cref="LongestWait"/>, or never can. Nothing is taken.</exception>
    public ValueTask TakeAsync(long bytes, CancellationToken cancellationToken = default) => TakeAsync(bytes, LongestWait, cancellationToken);

    /// <summary>Takes bytes, and waits so long until they fit.</summary>
    /// <param name="bytes">How many; 0 is always there.</param>
    /// <param name="longestWait">How long to wait instead of <see cref="LongestWait"/>: for one that holds nothing others could wait for, it may be infinite.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>A task that ends when they are taken. Whoever took them gives them back with <see cref="Return"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    /// <exception cref="MemoryBudgetException">They did not fit for that time, or never can. Nothing is taken.</exception>
    public ValueTask TakeAsync(long bytes, TimeSpan longestWait, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        cancellationToken.ThrowIfCancellationRequested();
        if (bytes == 0)
        {
            return ValueTask.CompletedTask;
        }

        for (var budget = this; budget is not null; budget = budget._parent)
        {
            if (bytes > budget.Capacity)
            {
                throw MemoryBudgetException.Never(bytes, budget.Capacity);
            }
        }

        return TryTake(bytes) ? ValueTask.CompletedTask : new ValueTask(WaitAsync(bytes, longestWait, cancellationToken));
    }

    /// <summary>Takes bytes where they fit at once and nobody waits for some.</summary>
    /// <param name="bytes">How many.</param>
    /// <returns>Whether they are taken.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public bool TryTake(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        if (!TryTakeHere(bytes))
        {
            return false;
        }

        if (_parent is null || _parent.TryTake(bytes))
        {
            return true;
        }

        ReturnHere(bytes);
        return false;
    }

    /// <summary>Gives bytes back.</summary>
    /// <param name="bytes">How many; no more than were taken.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative, or more than is taken.</exception>
    public void Return(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ReturnHere(bytes);
        _parent?.Return(bytes);
    }

    /// <summary>Tells the most bytes that were taken at a time since this was asked last.</summary>
    /// <returns>The bytes.</returns>
    public long TakePeak()
    {
        lock (_lock)
        {
            var peak = _peak;
            _peak = _taken;
            return peak;
        }
    }

    private bool TryTakeHere(long bytes)
    {
        long missing;
        lock (_lock)
        {
            if (_waiting.Count == 0 && bytes <= Capacity - _taken)
            {
                Add(bytes);
                return true;
            }

            missing = bytes - (Capacity - _taken);
        }

        if (Reclaim is null || missing <= 0)
        {
            return false;
        }

        Reclaim(missing);
        lock (_lock)
        {
            if (_waiting.Count > 0 || bytes > Capacity - _taken)
            {
                return false;
            }

            Add(bytes);
            return true;
        }
    }

    private async Task WaitAsync(long bytes, TimeSpan longestWait, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        await WaitHereAsync(bytes, longestWait, cancellationToken).ConfigureAwait(false);
        if (_parent is null)
        {
            return;
        }

        try
        {
            // The share was free while the whole was not: the wait goes on there, not anew.
            var left = longestWait;
            if (longestWait != Timeout.InfiniteTimeSpan)
            {
                var rest = longestWait - TimeProvider.System.GetElapsedTime(start);
                left = rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
            }

            await _parent.TakeAsync(bytes, left, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            ReturnHere(bytes);
            throw;
        }
    }

    private async Task WaitHereAsync(long bytes, TimeSpan longestWait, CancellationToken cancellationToken)
    {
        if (TryTakeHere(bytes))
        {
            return;
        }

        var waiter = new Waiter(bytes);
        lock (_lock)
        {
            _waiting.AddLast(waiter);
            Serve();
        }

        try
        {
            await waiter.Task.WaitAsync(longestWait, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            lock (_lock)
            {
                if (!waiter.IsServed)
                {
                    _waiting.Remove(waiter);

                    // One behind it may ask for less.
                    Serve();
                    if (exception is TimeoutException)
                    {
                        throw MemoryBudgetException.Busy(bytes, Capacity);
                    }

                    throw;
                }
            }

            // It was served at the last moment.
        }
    }

    private void ReturnHere(long bytes)
    {
        lock (_lock)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, _taken);
            _taken -= bytes;
            Serve();
        }
    }

    private void Add(long bytes)
    {
        _taken += bytes;
        _peak = Math.Max(_peak, _taken);
    }

    // Those in front are not passed over, else one that asks for much would wait for ever.
    private void Serve()
    {
        while (_waiting.First is { Value: var first } && first.Bytes <= Capacity - _taken)
        {
            _waiting.RemoveFirst();
            Add(first.Bytes);
            first.Serve();
        }
    }

    private sealed class Waiter(long bytes)
    {
        private readonly TaskCompletionSource _served = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long Bytes { get; } = bytes;

        public bool IsServed { get; private set; }

        public Task Task => _served.Task;

        public void Serve()
        {
            IsServed = true;
            _served.SetResult();
        }
    }
}
