using System.Buffers.Binary;

namespace Harmony4.Transport.Crypto.Internal;

/// <summary>What a tag covers beside the payload: frame ‖ container id ‖ pts u64 ‖ duration u32 ‖ flags u32.</summary>
internal static class SealAssociatedData
{
    public static void Write(Span<byte> target, in SealedFrame frame, ReadOnlySpan<byte> containerId, in BlockContext block)
    {
        frame.Write(target);
        containerId.CopyTo(target[SealLayout.FrameLength..]);
        target = target[(SealLayout.FrameLength + SealLayout.ContainerIdLength)..];
        BinaryPrimitives.WriteUInt64BigEndian(target, block.Pts);
        BinaryPrimitives.WriteUInt32BigEndian(target[8..], block.Duration);
        BinaryPrimitives.WriteUInt32BigEndian(target[12..], block.Flags);
    }
}
