namespace Harmony4.Format.Internal;

/// <summary>What one user took of a budget, if there is one: given back at the latest when the account is disposed.</summary>
internal sealed class MemoryAccount(MemoryBudget? budget) : IDisposable
{
    private long _taken;

    /// <summary>Gets the bytes that are taken; they are counted without a budget, too.</summary>
    public long Taken => Volatile.Read(ref _taken);

    public MemoryBudget? Budget => budget;

    public async ValueTask TakeAsync(long bytes, CancellationToken cancellationToken)
    {
        if (budget is not null)
        {
            await budget.TakeAsync(bytes, cancellationToken).ConfigureAwait(false);
        }

        Interlocked.Add(ref _taken, bytes);
    }

    /// <summary>Counts bytes that were taken of the budget otherwise.</summary>
    public void Count(long bytes) => Interlocked.Add(ref _taken, bytes);

    public void Return(long bytes)
    {
        Interlocked.Add(ref _taken, -bytes);
        budget?.Return(bytes);
    }

    public void Dispose() => budget?.Return(Interlocked.Exchange(ref _taken, 0));
}
