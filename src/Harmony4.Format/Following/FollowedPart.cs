namespace Harmony4.Format;

/// <summary>What a follower found in a file that grows.</summary>
public readonly record struct FollowedPart
{
    /// <summary>Gets what it is.</summary>
    public ForwardPart Part { get; init; }

    /// <summary>Gets the tracks on <see cref="ForwardPart.Tracks"/>; empty else.</summary>
    public IReadOnlyList<H4mkTrackInfo> Tracks { get; init; }

    /// <summary>Gets the id of the block's track on <see cref="ForwardPart.Block"/>.</summary>
    public int Track { get; init; }

    /// <summary>Gets the block on <see cref="ForwardPart.Block"/>. Its times, duration and flags are claims until its page is final.</summary>
    public BlockLocation Block { get; init; }

    /// <summary>Gets the chunk on <see cref="ForwardPart.Block"/> and <see cref="ForwardPart.Chunk"/>.</summary>
    public ChunkInfo Chunk { get; init; }

    /// <summary>Gets the payload on <see cref="ForwardPart.Block"/> and <see cref="ForwardPart.Chunk"/>, which matches its CRC. It is valid until the enumeration moves on.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Gets the page on <see cref="ForwardPart.Page"/>: its blocks are final.</summary>
    public PageRange Page { get; init; }

    /// <summary>Gets the container's identity on <see cref="ForwardPart.End"/>; <see langword="null"/> in version 1.0.</summary>
    public Sha256Digest? Identity { get; init; }
}
