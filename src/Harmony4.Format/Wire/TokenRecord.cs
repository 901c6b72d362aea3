using System.Buffers.Binary;

namespace Harmony4.Format.Internal;

/// <summary>The payload of TOKN, which announces the CORE behind it: pts u64, ordinal u32, key u8, flags u8, track u16, duration u32, length u32.</summary>
internal readonly record struct TokenRecord(ulong Pts, uint Ordinal, byte Key, byte Flags, ushort Track, uint Duration, uint Length)
{
    public const int Size = 24;

    public static TokenRecord Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt64BigEndian(source),
        BinaryPrimitives.ReadUInt32BigEndian(source[8..]),
        source[12],
        source[13],
        BinaryPrimitives.ReadUInt16BigEndian(source[14..]),
        BinaryPrimitives.ReadUInt32BigEndian(source[16..]),
        BinaryPrimitives.ReadUInt32BigEndian(source[20..]));

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, Pts);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], Ordinal);
        destination[12] = Key;
        destination[13] = Flags;
        BinaryPrimitives.WriteUInt16BigEndian(destination[14..], Track);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], Duration);
        BinaryPrimitives.WriteUInt32BigEndian(destination[20..], Length);
    }
}
