using System.Buffers;
using System.Buffers.Binary;

namespace Harmony4.Tokenization.Internal;

/// <summary>The header of an ISO base media file box (ISO/IEC 14496-12, 4.2).</summary>
internal readonly struct Mp4Box
{
    public const int ShortHeader = 8;
    public const int LongHeader = 16;

    public const uint Co64 = 0x636F_3634;
    public const uint Ctts = 0x6374_7473;
    public const uint Edts = 0x6564_7473;
    public const uint Elst = 0x656C_7374;
    public const uint Emsg = 0x656D_7367;
    public const uint Free = 0x6672_6565;
    public const uint Ftyp = 0x6674_7970;
    public const uint Hdlr = 0x6864_6C72;
    public const uint Mdat = 0x6D64_6174;
    public const uint Mdhd = 0x6D64_6864;
    public const uint Mdia = 0x6D64_6961;
    public const uint Minf = 0x6D69_6E66;
    public const uint Moof = 0x6D6F_6F66;
    public const uint Moov = 0x6D6F_6F76;
    public const uint Mvex = 0x6D76_6578;
    public const uint Mvhd = 0x6D76_6864;
    public const uint Pdin = 0x7064_696E;
    public const uint Prft = 0x7072_6674;
    public const uint Sidx = 0x7369_6478;
    public const uint Skip = 0x736B_6970;
    public const uint Ssix = 0x7373_6978;
    public const uint Stbl = 0x7374_626C;
    public const uint Stco = 0x7374_636F;
    public const uint Stps = 0x7374_7073;
    public const uint Stsc = 0x7374_7363;
    public const uint Stsd = 0x7374_7364;
    public const uint Stss = 0x7374_7373;
    public const uint Stsz = 0x7374_737A;
    public const uint Stts = 0x7374_7473;
    public const uint Styp = 0x7374_7970;
    public const uint Stz2 = 0x7374_7A32;
    public const uint Tfdt = 0x7466_6474;
    public const uint Tfhd = 0x7466_6864;
    public const uint Tkhd = 0x746B_6864;
    public const uint Traf = 0x7472_6166;
    public const uint Trak = 0x7472_616B;
    public const uint Trex = 0x7472_6578;
    public const uint Trun = 0x7472_756E;
    public const uint Wide = 0x7769_6465;

    private const long LongestBox = long.MaxValue / 4;

    private Mp4Box(uint type, int headerLength, long length)
    {
        Type = type;
        HeaderLength = headerLength;
        Length = length;
    }

    public uint Type { get; }

    public int HeaderLength { get; }

    /// <summary>Gets the bytes of the box, header included; 0 when it goes on to the end of the input.</summary>
    public long Length { get; }

    /// <summary>Gets whether a segment of a fragmented file can begin with a box of this type.</summary>
    public bool BeginsSegment => Type is Styp or Sidx or Ssix or Emsg or Prft or Moof or Mdat;

    /// <summary>Gets whether a file, or a segment on its own, can begin with a box of this type.</summary>
    public bool CanBeginFile => BeginsSegment || Type is Ftyp or Pdin or Free or Skip or Wide or Moov;

    /// <summary>Reads a header; <see langword="false"/> when it is not all there. An invalid one has a header length of 0.</summary>
    public static bool TryRead(in SequenceReader<byte> reader, out Mp4Box box)
    {
        Span<byte> scratch = stackalloc byte[LongHeader];
        return TryRead(reader.PeekUpTo(LongHeader, scratch), out box);
    }

    /// <summary>Reads a header from the start of <paramref name="bytes"/>.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Mp4Box box)
    {
        box = default;
        if (bytes.Length < ShortHeader)
        {
            return false;
        }

        ulong length = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        var type = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
        var header = ShortHeader;
        if (!IsType(type))
        {
            return true;
        }

        if (length == 1)
        {
            if (bytes.Length < LongHeader)
            {
                return false;
            }

            header = LongHeader;
            length = BinaryPrimitives.ReadUInt64BigEndian(bytes[ShortHeader..]);
        }
        else if (length == 0)
        {
            box = new Mp4Box(type, header, 0);
            return true;
        }

        if (length >= (ulong)header && length <= LongestBox)
        {
            box = new Mp4Box(type, header, (long)length);
        }

        return true;
    }

    /// <summary>Four printable ASCII characters, or the © that QuickTime types begin with.</summary>
    private static bool IsType(uint type)
    {
        for (var shift = 0; shift < 32; shift += 8)
        {
            if ((byte)(type >> shift) is not ((>= 0x20 and <= 0x7E) or 0xA9))
            {
                return false;
            }
        }

        return true;
    }
}
