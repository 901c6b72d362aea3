namespace Harmony4.Hashing.Internal.Folding;

/// <summary>A way to compute a CRC-32.</summary>
internal enum Crc32Path
{
    /// <summary>By System.IO.Hashing.</summary>
    Platform,

    /// <summary>Carry-less multiplication of 256 bits at a time.</summary>
    Vector256,

    /// <summary>Carry-less multiplication of 512 bits at a time.</summary>
    Vector512,
}
