using Harmony4.Format.Internal;

namespace Harmony4.Format;

/// <summary>Where a chunk stands in its file, and what its header says.</summary>
public readonly record struct ChunkInfo
{
    /// <summary>Bytes of a chunk before its payload: 12.</summary>
    public const int HeaderLength = ChunkHeader.Size;

    /// <summary>Gets the chunk's kind.</summary>
    public ChunkTag Tag { get; init; }

    /// <summary>Gets the position of the chunk's header in the file, in bytes.</summary>
    public long Offset { get; init; }

    /// <summary>Gets the bytes of payload.</summary>
    public uint Length { get; init; }

    /// <summary>Gets the CRC-32 that the header claims for the payload; <see langword="null"/> where an index lists the chunk and its header has not been read.</summary>
    public uint? Crc { get; init; }

    /// <summary>Gets the position of the payload in the file, in bytes.</summary>
    public long PayloadOffset => Offset + ChunkHeader.Size;

    /// <summary>Gets the position of the first byte after the chunk.</summary>
    public long EndOffset => PayloadOffset + Length;
}
