namespace Harmony4.Format;

/// <summary>A block that was read and found sound.</summary>
/// <param name="Location">What the index says of the block.</param>
/// <param name="Payload">
/// The stored payload. The memory is used anew: it is valid until the enumeration that gave it moves on or is disposed. Copy what has to live longer.
/// </param>
public readonly record struct H4mkBlock(BlockLocation Location, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Gets the position of the block in its track, from 0.</summary>
    public long Ordinal => Location.Ordinal;

    /// <summary>Gets the presentation time in microseconds; <see langword="null"/> in version 1.0, which times keyframes only.</summary>
    public ulong? Pts => Location.Pts;
}
