namespace Harmony4.AspNetCore.Internal;

/// <summary>A media segment: a range of the track stream that begins where playback can start.</summary>
/// <param name="Offset">Position in the track stream, in bytes.</param>
/// <param name="Length">Bytes, at least 1.</param>
/// <param name="Duration">Playing time in microseconds; 0 when nothing tells it.</param>
/// <param name="IsKey">Whether it begins with a key block.</param>
/// <param name="IsDiscontinuity">Whether it does not go on from the segment before.</param>
/// <param name="MapOffset">Position of what initializes a decoder for it, in the same stream.</param>
/// <param name="MapLength">Bytes of that; 0 where there is none.</param>
internal readonly record struct MediaSegment(long Offset, long Length, ulong Duration, bool IsKey, bool IsDiscontinuity, long MapOffset, long MapLength);
