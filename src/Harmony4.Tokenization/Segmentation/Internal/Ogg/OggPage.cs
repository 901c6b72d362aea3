using System.Buffers;
using System.Buffers.Binary;

namespace Harmony4.Tokenization.Internal;

/// <summary>The header of an Ogg page (RFC 3533, 6) and the first bytes behind it.</summary>
internal readonly ref struct OggPage
{
    /// <summary>The longest page there can be: a header, its segment table, and 255 segments of 255 bytes.</summary>
    public const int Longest = FixedHeader + 255 + (255 * 255);

    /// <summary>A header with its segment table, and as much of the body as an identification header is long.</summary>
    public const int LongestPeek = FixedHeader + 255 + OggStream.LongestIdentification;

    public const int FixedHeader = 27;

    /// <summary>The capture pattern and the version.</summary>
    public const int MarkLength = 5;

    public const long NoGranule = -1;

    private const int FlagsOffset = 5;
    private const int GranuleOffset = 6;
    private const int SerialOffset = 14;
    private const int SequenceOffset = 18;
    private const int SegmentsOffset = 26;

    private readonly byte _flags;

    private OggPage(ReadOnlySpan<byte> bytes, int headerLength, int length)
    {
        _flags = bytes[FlagsOffset];
        Granule = BinaryPrimitives.ReadInt64LittleEndian(bytes[GranuleOffset..]);
        Serial = BinaryPrimitives.ReadUInt32LittleEndian(bytes[SerialOffset..]);
        Sequence = BinaryPrimitives.ReadUInt32LittleEndian(bytes[SequenceOffset..]);
        Length = length;
        Head = bytes[headerLength..Math.Min(length, bytes.Length)];
        Lacing = bytes[FixedHeader..headerLength];
        foreach (var lacing in bytes[FixedHeader..headerLength])
        {
            Packets += lacing < byte.MaxValue ? 1 : 0;
        }
    }

    public bool IsContinued => (_flags & 1) != 0;

    public bool IsFirst => (_flags & 2) != 0;

    /// <summary>Gets whether it is the last page of its stream.</summary>
    public bool IsLast => (_flags & 4) != 0;

    public long Granule { get; }

    public uint Serial { get; }

    public uint Sequence { get; }

    /// <summary>Gets the bytes of the page, header included; 0 when there is none.</summary>
    public int Length { get; }

    /// <summary>Gets how many packets end on the page.</summary>
    public int Packets { get; }

    /// <summary>Gets the lengths of the segments; a packet ends with the first that has less than 255 bytes.</summary>
    public ReadOnlySpan<byte> Lacing { get; }

    /// <summary>Gets the first bytes of the body.</summary>
    public ReadOnlySpan<byte> Head { get; }

    /// <summary>Whether these bytes are, as far as they go, the begin of a page.</summary>
    public static bool CanBegin(ReadOnlySpan<byte> bytes) => bytes.Length < MarkLength
        ? "OggS\0"u8.StartsWith(bytes)
        : bytes.StartsWith("OggS\0"u8);

    /// <summary>Returns the length of the page that begins here; null when its header is not there.</summary>
    public static int? GetLength(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FixedHeader || bytes.Length < FixedHeader + bytes[SegmentsOffset])
        {
            return null;
        }

        var length = FixedHeader + bytes[SegmentsOffset];
        foreach (var lacing in bytes[FixedHeader..length])
        {
            length += lacing;
        }

        return length;
    }

    /// <summary>Reads a page header; <see langword="false"/> when not enough of it is there.</summary>
    public static bool TryRead(in SequenceReader<byte> reader, Span<byte> scratch, out OggPage page)
    {
        page = default;
        var bytes = reader.PeekUpTo(LongestPeek, scratch);
        if (!CanBegin(bytes))
        {
            return true;
        }

        if (bytes.Length < FixedHeader)
        {
            return false;
        }

        var headerLength = FixedHeader + bytes[SegmentsOffset];
        if (bytes.Length < headerLength)
        {
            return false;
        }

        var length = headerLength;
        foreach (var lacing in bytes[FixedHeader..headerLength])
        {
            length += lacing;
        }

        // Only a page that begins a stream is looked into.
        if (bytes.Length < Math.Min(length, headerLength + OggStream.LongestIdentification))
        {
            return false;
        }

        page = new OggPage(bytes, headerLength, length);
        return true;
    }
}
