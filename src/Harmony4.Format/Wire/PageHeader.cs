using System.Buffers.Binary;

namespace Harmony4.Format.Internal;

/// <summary>What INDX begins with: track u16, zero u16, first ordinal u32, stream offset u64. Entries follow, then as many file offsets u64 of their CORE chunks.</summary>
internal readonly record struct PageHeader(ushort Track, ushort Zero, uint FirstOrdinal, ulong StreamOffset)
{
    public const int Size = 16;
    public const int FileOffsetSize = 8;

    /// <summary>Bytes that a page spends on each block: its entry and its file offset.</summary>
    public const int BytesPerBlock = IndexEntry.Size + FileOffsetSize;

    public static PageHeader Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt16BigEndian(source),
        BinaryPrimitives.ReadUInt16BigEndian(source[2..]),
        BinaryPrimitives.ReadUInt32BigEndian(source[4..]),
        BinaryPrimitives.ReadUInt64BigEndian(source[8..]));

    /// <summary>The payload length of a page of so many blocks.</summary>
    public static int PayloadLength(int blocks) => Size + (BytesPerBlock * blocks);

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, Track);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], Zero);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], FirstOrdinal);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], StreamOffset);
    }
}
