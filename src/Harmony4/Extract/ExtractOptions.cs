using Harmony4.Transport.Crypto;

namespace Harmony4;

/// <summary>What is taken out of a container. Immutable.</summary>
public sealed record ExtractOptions
{
    /// <summary>Gets the track's id.</summary>
    /// <value>Default null: the first track.</value>
    public int? Track { get; init; }

    /// <summary>Gets the one block to take; null for all. Not together with times.</summary>
    /// <value>Default null.</value>
    public long? Block { get; init; }

    /// <summary>Gets the time, in microseconds, to start at: extraction begins with the keyframe at or before it, and with the first block when there is none. Null for the start.</summary>
    /// <value>Default null.</value>
    public ulong? From { get; init; }

    /// <summary>Gets the time, in microseconds, to end at: extraction ends before the first keyframe at or after it. Null for the end.</summary>
    /// <value>Default null.</value>
    public ulong? To { get; init; }

    /// <summary>
    /// Gets whether a part that starts later than the first block is preceded by the first block, when that one is not a keyframe: it
    /// then holds what a player needs first, such as the head of an MP4 or WebM file.
    /// </summary>
    /// <value>Default <see langword="true"/>.</value>
    public bool IncludeInit { get; init; } = true;

    /// <summary>Gets the mask to take off; null to leave the blocks as they are stored.</summary>
    /// <value>Default null.</value>
    public TransportMask? Mask { get; init; }

    /// <summary>Gets the keys that open sealed blocks; null to leave the blocks as they are stored.</summary>
    /// <value>Default null.</value>
    public ContainerKeys? Keys { get; init; }
}
