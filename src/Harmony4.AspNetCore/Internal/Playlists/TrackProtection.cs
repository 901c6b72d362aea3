namespace Harmony4.AspNetCore.Internal;

/// <summary>What keeps the stored bytes of a track from being its media.</summary>
internal enum TrackProtection
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The mask of version 1.0.</summary>
    Masked,

    /// <summary>Encryption.</summary>
    Sealed,
}
