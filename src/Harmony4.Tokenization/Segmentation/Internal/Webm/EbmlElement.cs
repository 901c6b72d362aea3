using System.Buffers;
using System.Numerics;

namespace Harmony4.Tokenization.Internal;

/// <summary>The header of an EBML element (RFC 8794): its identifier with the length marker, and its size.</summary>
internal readonly struct EbmlElement
{
    public const int LongestHeader = 12;
    public const int LongestVarInt = 8;

    // EBML and Matroska (RFC 9559) identifiers.
    public const uint Header = 0x1A45_DFA3;
    public const uint Segment = 0x1853_8067;
    public const uint SeekHead = 0x114D_9B74;
    public const uint Info = 0x1549_A966;
    public const uint TimestampScale = 0x2A_D7B1;
    public const uint Tracks = 0x1654_AE6B;
    public const uint TrackEntry = 0xAE;
    public const uint TrackNumber = 0xD7;
    public const uint TrackType = 0x83;
    public const uint DefaultDuration = 0x23_E383;
    public const uint CodecId = 0x86;
    public const uint CodecDelay = 0x56AA;
    public const uint Cluster = 0x1F43_B675;
    public const uint Timestamp = 0xE7;
    public const uint SimpleBlock = 0xA3;
    public const uint BlockGroup = 0xA0;
    public const uint Block = 0xA1;
    public const uint BlockDuration = 0x9B;
    public const uint ReferenceBlock = 0xFB;
    public const uint Cues = 0x1C53_BB6B;
    public const uint Attachments = 0x1941_A469;
    public const uint Chapters = 0x1043_A770;
    public const uint Tags = 0x1254_C367;
    public const uint Void = 0xEC;
    public const uint Crc32 = 0xBF;

    private const long LongestElement = long.MaxValue / 4;

    private EbmlElement(uint id, int headerLength, long size, bool isUnknownSize)
    {
        Id = id;
        HeaderLength = headerLength;
        Size = size;
        IsUnknownSize = isUnknownSize;
    }

    public uint Id { get; }

    /// <summary>Gets the bytes of identifier and size; 0 when they are no header.</summary>
    public int HeaderLength { get; }

    /// <summary>Gets the bytes behind the header.</summary>
    public long Size { get; }

    /// <summary>Gets whether the element goes on until one that cannot be inside it.</summary>
    public bool IsUnknownSize { get; }

    public long Length => HeaderLength + Size;

    /// <summary>Gets whether the element stands directly in a segment, or begins a new one: it ends a cluster of unknown size.</summary>
    public bool EndsCluster => Id is Cluster or SeekHead or Info or Tracks or Cues or Attachments or Chapters or Tags || EndsSegment;

    public bool EndsSegment => Id is Header or Segment;

    /// <summary>Reads a header; <see langword="false"/> when it is not all there.</summary>
    public static bool TryRead(in SequenceReader<byte> reader, out EbmlElement element)
    {
        Span<byte> scratch = stackalloc byte[LongestHeader];
        return TryRead(reader.PeekUpTo(LongestHeader, scratch), out element);
    }

    /// <summary>Reads a header from the start of <paramref name="bytes"/>.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out EbmlElement element)
    {
        element = default;
        if (bytes.IsEmpty)
        {
            return false;
        }

        var idLength = BitOperations.LeadingZeroCount(bytes[0]) - 23;
        if (idLength > 4)
        {
            return true;
        }

        if (bytes.Length <= idLength)
        {
            return false;
        }

        var id = 0u;
        foreach (var b in bytes[..idLength])
        {
            id = (id << 8) | b;
        }

        var sizeLength = ReadVarInt(bytes[idLength..], out var size);
        if (sizeLength == 0)
        {
            // A size of nine bytes or more does not exist; a shorter one is only not all there.
            return bytes[idLength] == 0;
        }

        var isUnknown = size == (1L << (7 * sizeLength)) - 1;
        if (isUnknown || size <= LongestElement)
        {
            element = new EbmlElement(id, idLength + sizeLength, isUnknown ? 0 : size, isUnknown);
        }

        return true;
    }

    /// <summary>Reads a number with a length marker and returns its length; 0 when it is not all there or is no such number.</summary>
    public static int ReadVarInt(ReadOnlySpan<byte> bytes, out long value)
    {
        value = 0;
        if (bytes.IsEmpty || bytes[0] == 0)
        {
            return 0;
        }

        var length = BitOperations.LeadingZeroCount(bytes[0]) - 23;
        if (bytes.Length < length)
        {
            return 0;
        }

        value = bytes[0] & (0xFF >> length);
        foreach (var b in bytes[1..length])
        {
            value = (value << 8) | b;
        }

        return length;
    }

    /// <summary>Reads an unsigned integer of 0 to 8 bytes; larger ones are cut to their last 8.</summary>
    public static ulong ReadUnsigned(ReadOnlySpan<byte> body)
    {
        var value = 0UL;
        foreach (var b in body)
        {
            value = (value << 8) | b;
        }

        return value;
    }
}
