using Harmony4.Format;

namespace Harmony4.Internal;

/// <summary>What a piece of work holds of a budget as it goes on: taken before it grows, given back where it shrinks.</summary>
/// <param name="budget">The budget; null for none.</param>
/// <param name="least">Bytes that are taken at first, and kept.</param>
internal sealed class HeldMemory(MemoryBudget? budget, long least = 0) : IDisposable
{
    // Asked for in steps, and kept over small changes: a budget is asked seldom.
    private const long Step = 128 * 1024;
    private const long Slack = 4 * Step;

    private long _taken;

    /// <summary>Gets whether anybody counts.</summary>
    public bool IsCounted => budget is not null;

    /// <summary>Makes sure that so many bytes are taken, and not many more.</summary>
    public ValueTask ResizeAsync(long bytes, CancellationToken cancellationToken)
    {
        if (budget is null)
        {
            return ValueTask.CompletedTask;
        }

        var wanted = (Math.Max(bytes, least) + Step - 1) / Step * Step;
        if (wanted > _taken)
        {
            return GrowAsync(wanted, cancellationToken);
        }

        if (_taken - wanted >= Slack)
        {
            var rest = _taken - wanted;
            _taken = wanted;
            budget.Return(rest);
        }

        return ValueTask.CompletedTask;
    }

    public void Dispose()
    {
        var taken = _taken;
        _taken = 0;
        budget?.Return(taken);
    }

    private async ValueTask GrowAsync(long wanted, CancellationToken cancellationToken)
    {
        await budget!.TakeAsync(wanted - _taken, cancellationToken).ConfigureAwait(false);
        _taken = wanted;
    }
}
