namespace Harmony4.Format;

/// <summary>One entry of a seek table: a keyframe's time and where its block begins.</summary>
/// <param name="Pts">Presentation time in microseconds.</param>
/// <param name="Offset">Bytes of block payload before the keyframe's block: its position in the track stream, not in the file.</param>
public readonly record struct SeekEntry(ulong Pts, ulong Offset);
