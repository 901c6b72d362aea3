namespace Harmony4.Transport.Crypto;

/// <summary>Where the salt of a seal came from. A salt of the caller's choice does not exist: it would repeat.</summary>
public enum SealSaltMode
{
    /// <summary>Random bytes: sealing the same content twice gives unrelated bytes.</summary>
    Random = 0,

    /// <summary>A keyed hash of the content: the same content under the same key gives the same bytes, so equality shows.</summary>
    Reproducible = 1,
}
