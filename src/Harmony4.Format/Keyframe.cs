namespace Harmony4.Format;

/// <summary>The answer to a seek: the keyframe at or before a time.</summary>
/// <param name="Pts">Presentation time in microseconds.</param>
/// <param name="StreamOffset">Position in the track stream where playback starts, in bytes, as the file claims it.</param>
/// <param name="Block">The first block that starts at <paramref name="StreamOffset"/>, or null when none does.</param>
/// <param name="FileOffset">Position of that block's payload in the file, in bytes, or null.</param>
public readonly record struct Keyframe(ulong Pts, ulong StreamOffset, long? Block, long? FileOffset);
