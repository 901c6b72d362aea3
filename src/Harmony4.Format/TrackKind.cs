namespace Harmony4.Format;

/// <summary>What a track is for.</summary>
public enum TrackKind
{
    /// <summary>Moving pictures, alone or multiplexed with sound.</summary>
    Video,

    /// <summary>Sound.</summary>
    Audio,

    /// <summary>Anything else.</summary>
    Data,
}
