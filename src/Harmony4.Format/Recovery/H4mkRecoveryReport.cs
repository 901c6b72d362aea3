namespace Harmony4.Format;

/// <summary>What a recovery gave, and what was lost.</summary>
public sealed record H4mkRecoveryReport
{
    /// <summary>Gets what was written.</summary>
    public required H4mkWriteSummary Container { get; init; }

    /// <summary>Gets how many blocks were found sound. Lost ones are not among them.</summary>
    public required long BlockCount { get; init; }

    /// <summary>Gets the lost blocks, by file order of what told of them, at most <see cref="H4mkRecoveryOptions.MaxListed"/>. Each has its place in the container, without bytes.</summary>
    public required IReadOnlyList<LostBlock> Lost { get; init; }

    /// <summary>Gets how many blocks were lost.</summary>
    public required long LostCount { get; init; }

    /// <summary>Gets the ranges of the file that could not be read as chunks or found no place, at most <see cref="H4mkRecoveryOptions.MaxListed"/>.</summary>
    public required IReadOnlyList<SkippedRange> Skipped { get; init; }

    /// <summary>Gets how many ranges were skipped.</summary>
    public required long SkippedCount { get; init; }

    /// <summary>Gets where the file ends in a chunk that is not whole, in bytes; <see langword="null"/> when it ends with a chunk.</summary>
    public required long? CutOffset { get; init; }

    /// <summary>Gets whether every block that the file told of is in the container, and nothing was skipped.</summary>
    public bool IsClean => LostCount == 0 && SkippedCount == 0;
}
