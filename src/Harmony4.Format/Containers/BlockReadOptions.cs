namespace Harmony4.Format;

/// <summary>How many blocks are read at once. Immutable.</summary>
public sealed record BlockReadOptions
{
    /// <summary>Gets how many reads of the source are under way at the same time, at most.</summary>
    /// <value>Default 16.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public int MaxConcurrency
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value, nameof(MaxConcurrency));
            field = value;
        }
    } = 16;

    /// <summary>Gets the bytes of blocks that are held at the same time: those that the caller goes through, and those read ahead. A single longer block is held alone.</summary>
    /// <value>Default 32 MiB. With less, the first block is there sooner; a third of it is read before the first block is handed out.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public int MemoryBudget
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value, nameof(MemoryBudget));
            field = value;
        }
    } = 32 * 1024 * 1024;
}
