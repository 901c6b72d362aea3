namespace Harmony4.Tokenization.Internal;

/// <summary>A packet of a logical stream.</summary>
internal struct OggPacket
{
    /// <summary>Where the page is on which it begins.</summary>
    public long Position;

    /// <summary>Its bytes; 0 where some of them are missing.</summary>
    public long Size;

    /// <summary>How long it lasts, in granules; null where the mapping does not say.</summary>
    public long? Duration;

    /// <summary>When it begins, in granules; null where that is not known.</summary>
    public Int128? Start;
}
