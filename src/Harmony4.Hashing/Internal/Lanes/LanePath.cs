namespace Harmony4.Hashing.Internal.Lanes;

/// <summary>A way to compute SHA-256 of many messages.</summary>
internal enum LanePath
{
    /// <summary>One message after the other, by the platform's implementation.</summary>
    Platform,

    /// <summary>Four lanes.</summary>
    Vector128,

    /// <summary>Eight lanes.</summary>
    Vector256,

    /// <summary>Sixteen lanes.</summary>
    Vector512,
}
