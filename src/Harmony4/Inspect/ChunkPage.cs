using Harmony4.Format;

namespace Harmony4;

/// <summary>Which chunks a report lists, where all of them would be too many: some of one kind. Immutable.</summary>
public sealed record ChunkPage
{
    /// <summary>Gets the kind of chunks.</summary>
    public required ChunkTag Tag { get; init; }

    /// <summary>Gets the <c>offset</c> that the last chunk of the page before was listed with, in bytes; 0 for the first page.</summary>
    /// <value>Default 0.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public long After
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(After));
            field = value;
        }
    }

    /// <summary>Gets the most chunks to list.</summary>
    /// <value>Default 1,000.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public int Limit
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value, nameof(Limit));
            field = value;
        }
    } = 1000;
}
