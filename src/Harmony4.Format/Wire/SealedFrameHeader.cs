namespace Harmony4.Format.Internal;

/// <summary>What a sealed block begins with: version u8, suite u8, track u16, SEAL number u32, ordinal u64. The ciphertext and its tag follow.</summary>
internal static class SealedFrameHeader
{
    public const int Size = 16;

    /// <summary>Where the place of the block's SEAL among the SEAL chunks stands.</summary>
    public const int SealNumberOffset = 4;
}
