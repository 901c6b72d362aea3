using System.Buffers.Binary;

namespace Harmony4.Tokenization.Internal;

/// <summary>Tags that stand before, between or behind audio frames: ID3v2, ID3v1 and APEv2.</summary>
internal static class AudioTag
{
    public const int LongestHeader = 32;

    private const int Id3v2Header = 10;
    private const int Id3v1Length = 128;
    private const int ApeHeader = 32;
    private const int ApeSizeOffset = 12;
    private const int ApeFlagsOffset = 20;
    private const uint ApeIsHeader = 0x2000_0000;

    /// <summary>Whether these bytes can begin a tag; <see cref="LongestHeader"/> of them tell.</summary>
    public static bool CanBegin(ReadOnlySpan<byte> bytes) => bytes.Length > 0 && bytes[0] is (byte)'I' or (byte)'T' or (byte)'A';

    /// <summary>Returns the length of all tags in front of an input: those behind each other, each by its own length, as far as their headers are there.</summary>
    public static long GetLengthInFront(ReadOnlySpan<byte> bytes)
    {
        var length = 0L;
        while (length < bytes.Length && GetLength(bytes[(int)length..]) is > 0 and var tag)
        {
            length += tag;
        }

        return length;
    }

    /// <summary>Returns the length of the tag that begins here; 0 when none does.</summary>
    public static long GetLength(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= Id3v2Header && bytes.StartsWith("ID3"u8) && bytes[3] != 0xFF && bytes[4] != 0xFF
            && ((bytes[6] | bytes[7] | bytes[8] | bytes[9]) & 0x80) == 0)
        {
            var size = (bytes[6] << 21) | (bytes[7] << 14) | (bytes[8] << 7) | bytes[9];
            var footer = (bytes[5] & 0x10) != 0 ? Id3v2Header : 0;
            return Id3v2Header + size + footer;
        }

        if (bytes.StartsWith("TAG"u8))
        {
            return Id3v1Length;
        }

        // The size counts items and footer; a header on top of them is optional, and a tag may be nothing but a footer.
        if (bytes.Length >= ApeHeader && bytes.StartsWith("APETAGEX"u8))
        {
            var isHeader = (BinaryPrimitives.ReadUInt32LittleEndian(bytes[ApeFlagsOffset..]) & ApeIsHeader) != 0;
            return ApeHeader + (isHeader ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[ApeSizeOffset..]) : 0L);
        }

        return 0;
    }
}
