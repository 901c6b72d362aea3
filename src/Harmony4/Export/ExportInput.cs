using Harmony4.Format;
using Harmony4.Tokenization;

namespace Harmony4;

/// <summary>One input of an export, which becomes one track. Immutable.</summary>
public sealed record ExportInput
{
    /// <summary>Gets the media, read to its end; a pipe will do. It is left open.</summary>
    public required Stream Media { get; init; }

    /// <summary>Gets the name of the segmenter, one of <see cref="Harmony4Options.Formats"/>. Not together with <see cref="Segmenter"/>.</summary>
    /// <value>Default null: what <see cref="Segmenter"/> makes or, where that is null too, what <see cref="ExportOptions"/> say.</value>
    public string? Segment { get; init; }

    /// <summary>
    /// Gets what makes the segmenter of this input, from <see cref="SegmenterOptions"/>: one of the caller's own, for instance. It is called once for each reading of the input, and has to give a
    /// new instance each time; <c>_ => instance</c> is good for one export. Not together with <see cref="Segment"/>.
    /// </summary>
    /// <value>Default null.</value>
    public Func<SegmenterOptions, BlockSegmenter>? Segmenter { get; init; }

    /// <summary>Gets what the segmenter is told; null for <see cref="ExportOptions.SegmenterOptions"/>.</summary>
    /// <value>Default null.</value>
    public SegmenterOptions? SegmenterOptions { get; init; }

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
