using Harmony4.Format;

namespace Harmony4;

/// <summary>What an export did.</summary>
public sealed record ExportResult
{
    /// <summary>Gets what the container holds.</summary>
    public required H4mkWriteSummary Container { get; init; }

    /// <summary>Gets the inputs in the order given, which is that of the tracks.</summary>
    public required IReadOnlyList<ExportedInput> Inputs { get; init; }
}
