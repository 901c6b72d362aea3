using Harmony4.Format.Internal;

namespace Harmony4.Format;

/// <summary>Where a chunk stands in its file, and what its header says.</summary>
/// <param name="Tag">The chunk's kind.</param>
/// <param name="Offset">Position of the chunk's header in the file, in bytes.</param>
/// <param name="Length">Bytes of payload.</param>
/// <param name="Crc">The CRC-32 that the header claims for the payload.</param>
public readonly record struct ChunkInfo(ChunkTag Tag, long Offset, uint Length, uint Crc)
{
    /// <summary>Gets the position of the payload in the file, in bytes.</summary>
    public long PayloadOffset => Offset + Layout.ChunkHeaderLength;

    /// <summary>Gets the position of the first byte after the chunk.</summary>
    public long EndOffset => PayloadOffset + Length;
}
