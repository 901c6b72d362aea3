namespace Harmony4.Format.Internal;

/// <summary>What one user took of a budget, if there is one: given back at the latest when the account is disposed. Safe for concurrent use.</summary>
internal sealed class MemoryAccount(MemoryBudget? budget) : IDisposable
{
    private readonly Lock _lock = new();
    private long _taken;
    private bool _isDisposed;

    /// <summary>Gets the bytes that are taken; they are counted without a budget, too.</summary>
    public long Taken => Volatile.Read(ref _taken);

    public async ValueTask TakeAsync(long bytes, CancellationToken cancellationToken)
    {
        if (budget is not null)
        {
            await budget.TakeAsync(bytes, cancellationToken).ConfigureAwait(false);
        }

        Count(bytes);
    }

    /// <summary>Counts bytes that were taken of the budget otherwise.</summary>
    public void Count(long bytes)
    {
        lock (_lock)
        {
            if (!_isDisposed)
            {
                _taken += bytes;
                return;
            }
        }

        // Nobody would give them back any more.
        budget?.Return(bytes);
    }

    public void Return(long bytes)
    {
        lock (_lock)
        {
            // All went back when the account was disposed.
            bytes = Math.Min(bytes, _taken);
            _taken -= bytes;
        }

        budget?.Return(bytes);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
        }

        Return(long.MaxValue);
    }
}
