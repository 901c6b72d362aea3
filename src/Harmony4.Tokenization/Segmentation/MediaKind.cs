namespace Harmony4.Tokenization;

/// <summary>What a track of media is for, as far as its framing says.</summary>
public enum MediaKind
{
    /// <summary>Neither picture nor sound, or the framing does not say.</summary>
    Data,

    /// <summary>Pictures.</summary>
    Video,

    /// <summary>Sound.</summary>
    Audio,
}
