namespace Harmony4.Format;

/// <summary>What a writer is told of a block besides its bytes.</summary>
public readonly record struct BlockInfo
{
    /// <summary>Gets the presentation time of the block's first frame, in microseconds. Those of keyframes strictly increase.</summary>
    public ulong Pts { get; init; }

    /// <summary>Gets the playing time in microseconds; 0 when not known. Version 1.0 does not store it.</summary>
    public ulong Duration { get; init; }

    /// <summary>Gets whether playback can start at this block.</summary>
    public bool IsKey { get; init; }
}
