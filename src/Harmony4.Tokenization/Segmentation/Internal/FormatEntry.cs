namespace Harmony4.Tokenization.Internal;

/// <summary>A format: its name, what tells it by the first bytes, and what segments it.</summary>
/// <param name="Name">The name.</param>
/// <param name="Detect">Tells the format by the first bytes of an input; null for one that is taken by name alone.</param>
/// <param name="Create">Makes a segmenter for one input.</param>
internal sealed record FormatEntry(string Name, FormatEntry.Detection? Detect, Func<SegmenterOptions?, BlockSegmenter> Create)
{
    /// <summary>Returns the format of an input that begins so, or null for another.</summary>
    public delegate MediaFormat? Detection(ReadOnlySpan<byte> head);
}
