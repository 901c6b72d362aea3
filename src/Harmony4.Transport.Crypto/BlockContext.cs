namespace Harmony4.Transport.Crypto;

/// <summary>The place and time of a block. Whatever of it differs when the block is opened, opening fails.</summary>
/// <param name="Track">The track's id.</param>
/// <param name="Ordinal">The block's number within its track, from 0.</param>
/// <param name="Pts">The presentation time in microseconds.</param>
/// <param name="Duration">The duration in microseconds.</param>
/// <param name="Flags">The flags of the block's index entry, those for "key" and "sealed" among them.</param>
public readonly record struct BlockContext(ushort Track, ulong Ordinal, ulong Pts, uint Duration, uint Flags);
