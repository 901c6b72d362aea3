using Harmony4.Format;
using Harmony4.Tokenization;

namespace Harmony4;

/// <summary>One input of an export, which becomes one track. Immutable.</summary>
public sealed record ExportInput
{
    /// <summary>Gets the media, read to its end; a pipe will do. It is left open.</summary>
    public required Stream Media { get; init; }

    /// <summary>Gets the name of the segmenter; null for <see cref="ExportOptions.Segment"/>.</summary>
    /// <value>Default null.</value>
    public string? Segment { get; init; }

    /// <summary>Gets what the segmenter is told; null for <see cref="ExportOptions.Segmenter"/>.</summary>
    /// <value>Default null.</value>
    public SegmenterOptions? Segmenter { get; init; }

    /// <summary>Gets what the track is for; null for what the segmenter finds, which is data where it cannot tell.</summary>
    /// <value>Default null.</value>
    public TrackKind? Kind { get; init; }

    /// <summary>Gets what people are to call the track; null for no name.</summary>
    /// <value>Default null.</value>
    public string? Label { get; init; }

    /// <summary>Gets the language as a BCP 47 tag, such as <c>pt-BR</c>; null to say none.</summary>
    /// <value>Default null.</value>
    public string? Language { get; init; }
}
