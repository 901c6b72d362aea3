namespace Harmony4.Tokenization;

/// <summary>Where, and why, the framing of an input could not be followed. No byte is lost.</summary>
/// <param name="Offset">Position in the input, in bytes, of what was not understood.</param>
/// <param name="Message">What was expected and what was found, in one line without the offset.</param>
public sealed record SegmentationNotice(long Offset, string Message)
{
    /// <summary>Gets whether all that follows comes as opaque blocks. Else the framing goes on behind the damage, as soon as it is found again, or the input ends there.</summary>
    public bool IsRestOpaque { get; init; }
}
