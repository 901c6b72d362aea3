namespace Harmony4.Format;

/// <summary>Memory did not fit into a <see cref="MemoryBudget"/>.</summary>
public sealed class MemoryBudgetException : IOException
{
    private MemoryBudgetException(string message, bool mayFitLater)
        : base(message) => MayFitLater = mayFitLater;

    /// <summary>Gets whether it may fit when others have given back what they took: then it makes sense to try again.</summary>
    public bool MayFitLater { get; }

    internal static MemoryBudgetException Busy(long bytes, long capacity) =>
        new(FormattableString.Invariant($"expected room for {bytes} bytes in a budget of {capacity} bytes, found too much of it taken"), mayFitLater: true);

    internal static MemoryBudgetException Never(long bytes, long capacity) =>
        new(FormattableString.Invariant($"expected to take at most {capacity} bytes, all of a budget, found {bytes}"), mayFitLater: false);
}
