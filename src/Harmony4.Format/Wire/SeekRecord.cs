using System.Buffers.Binary;

namespace Harmony4.Format.Internal;

/// <summary>One entry of SEEK (h4mk-1.0.md section 3): pts u64, offset u64. A count u32 stands before the first.</summary>
internal static class SeekRecord
{
    public const int CountSize = 4;
    public const int Size = 16;
    public const int OffsetOffset = 8;
    public const int MaxCount = (int)((uint.MaxValue - CountSize) / Size);

    public static void Write(Span<byte> destination, ulong pts, ulong offset)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, pts);
        BinaryPrimitives.WriteUInt64BigEndian(destination[OffsetOffset..], offset);
    }
}
