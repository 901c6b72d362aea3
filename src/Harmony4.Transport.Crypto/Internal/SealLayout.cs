namespace Harmony4.Transport.Crypto.Internal;

/// <summary>Lengths and offsets of sealing, in bytes; integers are big-endian. Format: H4MK 1.1, sealing.</summary>
internal static class SealLayout
{
    public const int SuiteOffset = 0;
    public const int EpochLog2Offset = 2;
    public const int ModeOffset = 3;
    public const int ContainerIdOffset = 4;
    public const int SaltOffset = 20;
    public const int CommitmentOffset = 52;
    public const int WrappedKeysOffset = 84;

    public const int ContainerIdLength = 16;
    public const int SaltLength = 32;
    public const int CommitmentLength = 32;

    public const byte FrameVersion = 1;
    public const int FrameLength = 16;
    public const int KeyLength = 32;
    public const int NonceLength = 12;
    public const int TagLength = 16;

    /// <summary>Frame 16 ‖ container id 16 ‖ pts u64 ‖ duration u32 ‖ flags u32.</summary>
    public const int AssociatedDataLength = FrameLength + ContainerIdLength + 16;

    public const int MacLength = 32;
}
