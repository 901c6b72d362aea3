using Harmony4.Format.Internal;

namespace Harmony4.Format;

/// <summary>What an index says of one block: where it stands, when it plays, and what it hashes to.</summary>
public readonly record struct BlockLocation
{
    /// <summary>Gets the position of the block in its track, from 0.</summary>
    public long Ordinal { get; init; }

    /// <summary>Gets the position of its payload in the track stream, in bytes.</summary>
    public long StreamOffset { get; init; }

    /// <summary>Gets the position of its payload in the file, in bytes.</summary>
    public long FileOffset { get; init; }

    /// <summary>Gets the bytes of payload.</summary>
    public uint Length { get; init; }

    /// <summary>Gets the presentation time in microseconds; <see langword="null"/> in version 1.0, which times keyframes only.</summary>
    public ulong? Pts { get; init; }

    /// <summary>Gets the playing time in microseconds; 0 when it is not known, as in version 1.0.</summary>
    public uint Duration { get; init; }

    /// <summary>Gets what is said of the block; nothing in version 1.0, whose keyframes only its seek table knows.</summary>
    public BlockFlags Flags { get; init; }

    /// <summary>Gets the SHA-256 of the stored payload; <see langword="null"/> in version 1.0.</summary>
    public Sha256Digest? Digest { get; init; }

    /// <summary>Gets the CRC-32 that the chunk claims for the payload; <see langword="null"/> in version 1.1, where the digest takes its place.</summary>
    public uint? Crc { get; init; }

    /// <summary>Gets whether playback can start at this block, as far as the index says.</summary>
    public bool IsKey => (Flags & BlockFlags.Key) != 0;

    internal ChunkInfo Chunk => new() { Tag = ChunkTag.Core, Offset = FileOffset - ChunkHeader.Size, Length = Length, Crc = Crc };
}
