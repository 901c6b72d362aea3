namespace Harmony4.Format;

/// <summary>The answer to a seek: a keyframe.</summary>
public readonly record struct Keyframe
{
    /// <summary>Gets the presentation time in microseconds.</summary>
    public ulong Pts { get; init; }

    /// <summary>Gets the position in the track stream where playback starts, in bytes. In version 1.0 it is what the seek table claims, and may lie past the end.</summary>
    public ulong StreamOffset { get; init; }

    /// <summary>Gets the keyframe's ordinal. In version 1.0 that of the first block that starts at <see cref="StreamOffset"/>, or <see langword="null"/> when none does.</summary>
    public long? Block { get; init; }

    /// <summary>Gets the position of that block's payload in the file, in bytes; <see langword="null"/> without a block.</summary>
    public long? FileOffset { get; init; }
}
