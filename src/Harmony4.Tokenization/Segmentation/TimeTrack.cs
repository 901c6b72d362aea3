namespace Harmony4.Tokenization;

/// <summary>The track of the media that times and key flags come from.</summary>
public readonly record struct TimeTrack
{
    /// <summary>Gets what the track is for.</summary>
    public MediaKind Kind { get; init; }

    /// <summary>Gets the media's own number of the track: an MP4 track id, a Matroska track number, an Ogg serial number, a transport stream PID. Null where the format numbers none.</summary>
    public ulong? Id { get; init; }

    /// <summary>Gets whether the media has other tracks that could have been chosen.</summary>
    public bool IsOneOfSeveral { get; init; }
}
