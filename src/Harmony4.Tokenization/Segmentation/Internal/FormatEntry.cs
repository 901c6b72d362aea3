namespace Harmony4.Tokenization.Internal;

/// <summary>A format: its name, what tells it by the first bytes, and what segments it.</summary>
/// <param name="Name">The name.</param>
/// <param name="Detect">Tells the format by the first bytes of an input; null for one that is taken by name alone.</param>
/// <param name="Create">Makes a segmenter for one input.</param>
/// <param name="MayStartLate">Whether tags and other bytes may stand in front of the framing.</param>
internal sealed record FormatEntry(string Name, FormatEntry.Detection? Detect, Func<SegmenterOptions?, BlockSegmenter> Create, bool MayStartLate = false)
{
    /// <summary>Returns the format of an input, or null for another.</summary>
    /// <param name="head">The first bytes behind tags.</param>
    /// <param name="limit">How many bytes that are no framing may stand in front of it.</param>
    public delegate MediaFormat? Detection(ReadOnlySpan<byte> head, int limit);
}
