using System.Buffers.Binary;

namespace Harmony4.Format.Internal;

/// <summary>Fixed-size pieces of the wire format: span in, values out, no state, no exceptions.</summary>
internal static class ChunkPrimitives
{
    public static void ReadChunkHeader(ReadOnlySpan<byte> source, out ChunkTag tag, out uint length, out uint crc)
    {
        tag = new ChunkTag(BinaryPrimitives.ReadUInt32BigEndian(source));
        length = BinaryPrimitives.ReadUInt32BigEndian(source[Layout.LengthOffset..]);
        crc = BinaryPrimitives.ReadUInt32BigEndian(source[Layout.CrcOffset..]);
    }

    public static void WriteChunkHeader(Span<byte> destination, ChunkTag tag, uint length, uint crc)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, tag.Value);
        BinaryPrimitives.WriteUInt32BigEndian(destination[Layout.LengthOffset..], length);
        BinaryPrimitives.WriteUInt32BigEndian(destination[Layout.CrcOffset..], crc);
    }

    public static void WriteFileHeader(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, Layout.Magic);
        BinaryPrimitives.WriteUInt16BigEndian(destination[Layout.VersionOffset..], Layout.Version);
        BinaryPrimitives.WriteUInt16BigEndian(destination[Layout.ReservedOffset..], 0);
    }

    public static void WriteSeekEntry(Span<byte> destination, ulong pts, ulong offset)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, pts);
        BinaryPrimitives.WriteUInt64BigEndian(destination[Layout.SeekEntryOffsetOffset..], offset);
    }
}
