namespace Harmony4.Format;

/// <summary>What leads from a block to its track's Merkle root (RFC 9162).</summary>
public sealed record BlockInclusion
{
    /// <summary>Gets the position of the block in its track, from 0: the index of its leaf.</summary>
    public required long Ordinal { get; init; }

    /// <summary>Gets how many blocks the track has: the number of leaves.</summary>
    public required long BlockCount { get; init; }

    /// <summary>Gets what the index says of the block, 56 bytes as they are hashed: time, duration, length, link, flags and the SHA-256 of the stored payload.</summary>
    public required ReadOnlyMemory<byte> Entry { get; init; }

    /// <summary>Gets the path, 32 bytes a node, from the leaf up.</summary>
    public required ReadOnlyMemory<byte> Path { get; init; }
}
