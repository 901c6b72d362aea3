using Harmony4.Tokenization;

namespace Harmony4;

/// <summary>What became of one input of an export.</summary>
public sealed record ExportedInput
{
    /// <summary>Gets the name of the segmenter that was used.</summary>
    public required string Segment { get; init; }

    /// <summary>Gets whether the times were counted at a frame rate, so that they are not the media's own: <see cref="BlockSegmenter.AreTimesCounted"/>.</summary>
    public bool AreTimesCounted { get; init; }

    /// <summary>Gets the bytes of media read; the track stream has as many.</summary>
    public required long Length { get; init; }

    /// <summary>Gets how much later the blocks come than the media says, in microseconds: where an append moved them behind what the track had.</summary>
    public ulong Shift { get; init; }

    /// <summary>Gets one line for the user when the media could be transported better in another form, else null.</summary>
    public string? Hint { get; init; }

    /// <summary>Gets where the media's framing could not be followed, else null; no byte is lost then.</summary>
    public SegmentationNotice? Notice { get; init; }
}
