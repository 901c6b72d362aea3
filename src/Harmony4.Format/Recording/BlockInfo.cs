namespace Harmony4.Format;

/// <summary>What a writer is told of a block besides its bytes.</summary>
public readonly record struct BlockInfo
{
    /// <summary>Gets the presentation time of the block's first frame, in microseconds. Those of keyframes strictly increase within a track.</summary>
    /// <value>In version 1.1 at most 2^63 − 1, the duration added.</value>
    public ulong Pts { get; init; }

    /// <summary>Gets the playing time in microseconds; 0 when not known. Version 1.0 does not store it, and 1.1 stores a time above 2^32 − 1 as 0.</summary>
    public ulong Duration { get; init; }

    /// <summary>Gets what is said of the block. Version 1.0 stores the key flag alone.</summary>
    public BlockFlags Flags { get; init; }

    /// <summary>Gets whether playback can start at this block: <see cref="BlockFlags.Key"/> of <see cref="Flags"/>.</summary>
    public bool IsKey
    {
        get => (Flags & BlockFlags.Key) != 0;
        init => Flags = value ? Flags | BlockFlags.Key : Flags & ~BlockFlags.Key;
    }
}
