namespace Harmony4.Tokenization;

/// <summary>One entry of an edit list (ISO/IEC 14496-12, 8.6.6): which part of a track is shown next, or for how long nothing is.</summary>
/// <param name="MediaTime">Where the part begins, in ticks of the track; null for an empty edit, which shows nothing.</param>
/// <param name="Duration">How long it lasts, in ticks of the track; null for one that goes on to the end of the track.</param>
public readonly record struct MediaEdit(long? MediaTime, long? Duration);
