using Harmony4.Format.Internal;

namespace Harmony4.Format;

/// <summary>Where a block stands.</summary>
/// <param name="Ordinal">Position of the block in its track, from 0.</param>
/// <param name="StreamOffset">Position of its payload in the track stream, in bytes.</param>
/// <param name="FileOffset">Position of its payload in the file, in bytes.</param>
/// <param name="Length">Bytes of payload.</param>
/// <param name="Crc">The CRC-32 that its chunk claims for the payload; null where an index tells of the block and the chunk has not been read.</param>
public readonly record struct BlockLocation(long Ordinal, long StreamOffset, long FileOffset, uint Length, uint? Crc)
{
    internal ChunkInfo Chunk => new(ChunkTag.Core, FileOffset - Layout.ChunkHeaderLength, Length, Crc ?? 0);
}
