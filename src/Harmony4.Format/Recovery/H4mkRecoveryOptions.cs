namespace Harmony4.Format;

/// <summary>What a recovery is given besides the file. Immutable.</summary>
public sealed record H4mkRecoveryOptions
{
    /// <summary>Gets the TRAK payload to use where that of the file is damaged, written as given.</summary>
    /// <value>Default none: a file with a damaged TRAK is refused.</value>
    public ReadOnlyMemory<byte> Trak { get; init; }

    /// <summary>Gets the META payload to use where that of the file is damaged, written as given.</summary>
    /// <value>Default none: a file with a damaged META is refused.</value>
    public ReadOnlyMemory<byte> Meta { get; init; }

    /// <summary>Gets the SAFE payload to use where that of the file is damaged, written as given.</summary>
    /// <value>Default none: a file with a damaged SAFE is refused.</value>
    public ReadOnlyMemory<byte> Safe { get; init; }

    /// <summary>Gets who says something of the recovered container in its SIGN chunks, such as <c>LiveSignatures</c> of a side file.</summary>
    /// <value>Default nobody.</value>
    public IReadOnlyList<IRootAuthenticator> Authenticators { get; init; } = [];

    /// <summary>Gets the limits of what is read, and how many threads check it.</summary>
    public H4mkContainerOptions Limits { get; init; } = new();

    /// <summary>Gets the most lost blocks and the most skipped ranges that a report lists one by one; it counts them all.</summary>
    /// <value>Default 1,000,000.</value>
    public int MaxListed
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(MaxListed));
            field = value;
        }
    } = 1_000_000;
}
