using System.Buffers.Binary;

namespace Harmony4.Tokenization.Internal;

/// <summary>A transport packet of 188 bytes (ISO/IEC 13818-1, 2.4.3), and the head of the PES packet that may begin in it.</summary>
internal readonly ref struct TsPacket
{
    public const byte Sync = 0x47;
    public const int Length = 188;

    /// <summary>The bytes of a packet that <see cref="IsPlausible"/> looks at.</summary>
    public const int PlausibleLength = 5;

    private const int Header = 4;
    private const int PesHeader = 9;
    private const int PesStreamId = 3;
    private const int PesPts = 14;
    private const int PesDts = 19;

    private readonly ReadOnlySpan<byte> _bytes;

    public TsPacket(ReadOnlySpan<byte> bytes) => _bytes = bytes[..Length];

    public bool HasSync => _bytes[0] == Sync;

    public bool IsStart => (_bytes[1] & 0x40) != 0;

    public bool HasError => (_bytes[1] & 0x80) != 0;

    public int Pid => BinaryPrimitives.ReadUInt16BigEndian(_bytes[1..]) & 0x1FFF;

    public bool IsRandomAccess => (_bytes[3] & 0x20) != 0 && _bytes[4] > 0 && (_bytes[5] & 0x40) != 0;

    /// <summary>Whether bytes that begin with a sync byte can, as far as they go, be a sound packet: no error, no reserved value, and an adaptation field that fits.</summary>
    public static bool IsPlausible(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 1 && (bytes[1] & 0x80) != 0)
        {
            return false;
        }

        if (bytes.Length <= 3)
        {
            return true;
        }

        var control = (bytes[3] >> 4) & 3;
        return control != 0 && bytes[3] >> 6 != 1
            && (bytes.Length <= Header || control == 1 || (control == 2 ? bytes[Header] == Length - Header - 1 : bytes[Header] < Length - Header - 1));
    }

    public ReadOnlySpan<byte> Payload
    {
        get
        {
            var control = (_bytes[3] >> 4) & 3;
            var start = control == 1 ? Header : control == 3 ? Header + 1 + _bytes[4] : Length;
            return start < Length ? _bytes[start..] : default;
        }
    }

    /// <summary>Whether a PES packet begins here.</summary>
    public bool BeginsPes => IsStart && Payload.StartsWith((ReadOnlySpan<byte>)[0, 0, 1]);

    /// <summary>Whether the PES packet that begins here says that it is video (ISO/IEC 13818-1, table 2-22).</summary>
    public bool IsVideo => Payload is { Length: > PesStreamId } payload && (payload[PesStreamId] & 0xF0) == 0xE0;

    /// <summary>Gets the bytes of the header of the PES packet that begins here, as far as they are in this packet.</summary>
    public int PesHeaderLength
    {
        get
        {
            var pes = Payload;
            return pes.Length < PesHeader ? pes.Length : (pes[6] & 0xC0) == 0x80 ? Math.Min(PesHeader + pes[8], pes.Length) : 6;
        }
    }

    /// <summary>Reads the times of the PES packet that begins here; <see langword="false"/> when it states none.</summary>
    public bool TryGetTimes(out long pts, out long dts)
    {
        var pes = Payload;
        pts = dts = 0;
        if (pes.Length < PesPts || (pes[6] & 0xC0) != 0x80 || (pes[7] & 0x80) == 0)
        {
            return false;
        }

        pts = ReadTime(pes[PesHeader..]);
        dts = (pes[7] & 0x40) != 0 && pes.Length >= PesDts ? ReadTime(pes[PesPts..]) : pts;
        return true;
    }

    /// <summary>33 bits in five bytes, with marker bits between them.</summary>
    private static long ReadTime(ReadOnlySpan<byte> b) =>
        ((long)(b[0] & 0x0E) << 29) | ((long)b[1] << 22) | ((long)(b[2] & 0xFE) << 14) | ((long)b[3] << 7) | ((long)b[4] >> 1);
}
