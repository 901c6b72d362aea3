namespace Harmony4.AspNetCore.Internal;

/// <summary>What a playlist goes by: a block of a track, or all that lies between two entries of the seek table of version 1.0.</summary>
/// <param name="Offset">Position in the track stream, in bytes.</param>
/// <param name="Length">Bytes of payload.</param>
/// <param name="Pts">Presentation time in microseconds.</param>
/// <param name="Duration">Playing time in microseconds; 0 when it is not known.</param>
/// <param name="IsKey">Whether playback can start here.</param>
/// <param name="IsDiscontinuity">Whether it does not go on from the one before.</param>
internal readonly record struct PlaylistBlock(long Offset, long Length, ulong Pts, ulong Duration, bool IsKey, bool IsDiscontinuity = false);
