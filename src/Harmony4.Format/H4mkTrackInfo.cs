namespace Harmony4.Format;

/// <summary>A track as a writer is told of it.</summary>
/// <param name="Id">The number that calls on the container take.</param>
/// <param name="Kind">What the track is for.</param>
public sealed record H4mkTrackInfo(int Id, TrackKind Kind);
