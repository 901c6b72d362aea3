using System.Buffers.Binary;
using Harmony4.TestKit;
using static Harmony4.Tokenization.Tests.Segmentation.Mp4Builder;
using static Harmony4.Tokenization.Tests.Segmentation.TsPackets;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>A short file that has as much of what its format can say as fits, and the tracks that times may be asked of.</summary>
internal sealed record EditedMedia(string Name, string Format, byte[] Bytes, params ulong[] Tracks)
{
    private static readonly byte[] Opus20 = [31 << 3, 1, 2];

    public static IReadOnlyList<EditedMedia> All { get; } =
    [
        new("fragments", MediaFormats.FragmentedMp4, Fragments(), 1, 2, 3, 4),
        new("tables", MediaFormats.Mp4, Mp4TableFiles.Front(Tables, 100, Fragment(1, 9), Data(6)), 1, 2, 3),
        new("tables-behind", MediaFormats.Mp4, [.. Mp4TableFiles.Head, .. Data(30), .. Data(70), .. Box("free"), .. Box("moov", Tables(Mp4TableFiles.Head.Length + 8))], 1, 2),
        new("sound-tables", MediaFormats.Mp4, Mp4TableFiles.Front(SoundTables, 200)),
        new("webm", MediaFormats.Webm, Webm(), 1, 2, 3),
        new("ivf", MediaFormats.Ivf, Ivf()),
        new("ogg-mixed", MediaFormats.Ogg, OggMixed(), 1, 9, 5),
        new("ogg-vorbis", MediaFormats.Ogg, OggVorbis()),
        new("ogg-flac", MediaFormats.Ogg, OggFlac()),
        new("ogg-vp8", MediaFormats.Ogg, OggVp8()),
        new("ts", MediaFormats.Ts, Ts(), 0x101, 0x102, 0x103, 0x104),
        new("ts-192", MediaFormats.Ts, [.. Ts().Chunk(188).Take(5).SelectMany(p => (byte[])[1, 2, 3, 4, .. p])]),
        new("ts-204", MediaFormats.Ts, [.. Ts().Chunk(188).Skip(2).Take(4).SelectMany(p => (byte[])[.. p, .. new byte[16]])]),
        new("adts", MediaFormats.Adts, Adts()),
        new("mp3", MediaFormats.Mp3, Mp3()),
        new("flac", MediaFormats.Flac, Flac()),
        new("flv", MediaFormats.Flv, Flv(), 8, 9),
        new("wav", MediaFormats.Wav, [.. WavFiles.Make("RIFF", new byte[101], rate: 40, channels: 2, bits: 16), .. "LIST"u8, 2, 0, 0, 0, 1, 2]),
        new("rf64", MediaFormats.Wav, WavFiles.Make("RF64", new byte[60], rate: 20, channels: 1, bits: 24, isExtensible: true)),
        new("w64", MediaFormats.Wav, [.. WavFiles.Make("W64", new byte[64], rate: 16, channels: 1, bits: 32, tag: 3), 1, 2, 3, 4]),
    ];

    public override string ToString() => Name;

    private static byte[] Fragments()
    {
        byte[] Trak(uint id, string handler, byte[] mdhd) => Box("trak", Box("tkhd", new byte[12], U32(id), new byte[8]), Box("mdia", Box("mdhd", mdhd), Box("hdlr", new byte[8], System.Text.Encoding.ASCII.GetBytes(handler), new byte[1])));
        byte[] Trex(uint id, uint duration, uint size, uint flags) => Box("trex", U32(0), U32(id), U32(1), U32(duration), U32(size), U32(flags));
        byte[] init =
        [
            .. Box("ftyp", "iso6"u8.ToArray(), U32(0)),
            .. Box(
                "moov",
                Box("mvhd", new byte[12], U32(600), new byte[4]),
                Trak(1, "soun", [.. new byte[12], .. U32(48_000), .. new byte[4]]),
                Trak(2, "vide", [1, .. new byte[19], .. U32(1000), .. new byte[8]]),
                Trak(3, "vide", [.. new byte[12], .. U32(90_000), .. new byte[4]]),
                Box("mvex", Trex(1, 1024, 3, 0), Trex(2, 40, 5, NonSync), Trex(3, 3000, 2, 0x0101_0000))),
        ];

        // Of the first fragment each track has another form of run, and says where its data lies; the pictures of track 3 are one.
        byte[] First(uint at) => Box(
            "moof",
            Box("mfhd", new byte[8]),
            Box("traf", Box("tfhd", U32(0x02_0000), U32(1)), Box("tfdt", U32(0), U32(4800)), Box("trun", U32(1), U32(4), U32(at))),
            Box("traf", Box("tfhd", U32(0x02_003A), U32(2), U32(1), U32(50), U32(6), U32(NonSync)), Box("tfdt", U32(0x0100_0000), U64(100)), Box("trun", U32(0xA05), U32(2), U32(at + 12), U32(Sync), U32(7), U32(10), U32(8), U32(unchecked((uint)-20)))),
            Box("traf", Box("tfhd", U32(0x01), U32(3), U64(0)), Box("trun", U32(0x300), U32(1), U32(90), U32(4))));
        var length = (uint)First(0).Length + 8;
        return
        [
            .. init, .. Box("sidx", new byte[4]), .. First(length), .. Data(27),
            .. Box("styp", new byte[2]), .. Data(9), .. Box("moof", TrackAt(2, 200, -9, 4, 5), Box("traf", Box("tfhd", U32(0), U32(1)), Box("trun", U32(0), U32(2)))), .. Data(6), .. Box("emsg"),
            .. Fragment(2, null, samples: 2), .. Data(5), .. Data(5), .. Box("mfra", new byte[3]),
        ];
    }

    private static byte[][] Tables(long at) =>
    [
        Box("mvhd", new byte[12], U32(600), new byte[4]),
        .. Mp4TableFiles.Movie(at),
        TrackOf(
            3, "vide", 30, Counted("stts", 2, 2, 3, 3, 4), Counted("stss", 1, 1, 5), Counted("stps", 1, 3), Counted("stsc", 3, 1, 5, 1), Box("stz2", new byte[7], [4], U32(5), [0x12, 0x34, 0x50]),
            Box("co64", new byte[4], U32(1), U64((ulong)at + 60))),
        Box("trak", Box("tkhd", new byte[12], U32(4), new byte[4]), Box("edts", Box("elst", U32(0), U32(2), U32(300), U32(uint.MaxValue), U32(1), U32(600), U32(5), U32(1))), Box("mdia", Box("mdhd", new byte[12], U32(50), new byte[4]))),
    ];

    private static byte[][] SoundTables(long at) =>
    [
        TrackOf(
            1, "soun", 8000, Box("stsd", new byte[4], U32(1), U32(52), "ima4"u8.ToArray(), new byte[8], [0, 1], new byte[18], U32(64), U32(34), U32(34), U32(2)),
            Counted("stts", 2, 200, 1), Counted("stsc", 3, 1, 128, 1, 2, 72, 1), Table("stsz", 1, 200), Counted("stco", 1, at, at + 80)),
    ];

    private static byte[] Webm()
    {
        byte[] Element(uint id, params byte[][] parts)
        {
            var body = parts.SelectMany(p => p).ToArray();
            return [.. U32(id).SkipWhile(b => b == 0), .. body.Length < 127 ? [(byte)(0x80 | body.Length)] : (byte[])[(byte)(0x40 | (body.Length >> 8)), (byte)body.Length], .. body];
        }

        byte[] Open(uint id, params byte[][] parts) => [.. U32(id), 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, .. parts.SelectMany(p => p)];
        byte[] Track(byte number, byte type, params byte[][] more) => Element(0xAE, [Element(0xD7, [number]), Element(0x83, [type]), .. more]);
        byte[] head =
        [
            .. Element(0x1A45DFA3, Element(0x4286, [1])), .. Open(0x18538067), .. Element(0xEC, [0, 0]), .. Element(0x1549A966, Element(0x2AD7B1, [0x07, 0xA1, 0x20])),
            .. Element(
                0x1654AE6B,
                Track(2, 2, Element(0x86, "A_OPUS"u8.ToArray()), Element(0x56AA, [0x63, 0x2E, 0xA0])), Track(1, 1, Element(0x23E383, [0x02, 0x62, 0x5A, 0x00])), Track(3, 17), Track(4, 1)),
        ];
        return
        [
            .. head,
            .. Element(
                0x1F43B675, Element(0xE7, [100]), Element(0xA3, [0x82, 0, 14, 0x80, 0x08, 1, 2]), Element(0xA3, [0x81, 0, 10, 0x80, 1, 2, 3]), Element(0xA3, [0x40, 0x01, 0xFF, 0xFE, 0x00, 1]),
                Element(0xA0, Element(0xA1, [0x83, 0, 30, 0, 7, 8]), Element(0x9B, [44]))),
            .. Open(
                0x1F43B675, Element(0xBF, new byte[4]), Element(0xE7, [1, 0]), Element(0xA0, Element(0xA1, [0x81, 0, 0, 0x06, 2, 0x82, 0xC0, 1, 2, 3, 4, 5, 6]), Element(0xFB, [0x80]), Element(0x9B, [60])),
                Element(0xA3, [0x81, 0, 40, 0x82, 1, 1, 1, 2]), Element(0xA3, [0x82, 0, 50, 0x84, 1, 1, 2, 3, 4])),
            .. Element(0x1C53BB6B, new byte[3]), .. Element(0x1254C367, new byte[2]),
            .. head[..17], .. head[21..], .. Element(0x1F43B675, Element(0xE7, [1, 200]), Element(0xA0, Element(0xA1, [0x81, 0, 0, 0, 9, 9]))),
        ];
    }

    private static byte[] Ivf()
    {
        byte[] U(ulong value, int length)
        {
            var bytes = new byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
            return bytes[..length];
        }

        byte[] Frame(int length, ulong time) => [.. U((ulong)length, 4), .. U(time, 8), .. new byte[length]];
        return [.. "DKIF"u8, 0, 0, 34, 0, .. "VP80"u8, 0, 0, 0, 0, .. U(90, 4), .. U(3, 4), .. new byte[10], .. Frame(5, 3), .. Frame(1, 5), .. Frame(0, 6), .. Frame(2, 2), .. Frame(3, 20)];
    }

    private static byte[] OggMixed() =>
    [
        .. OggPages.PageOf(5, OggPages.First, 0, 0, ends: true, [.. "fishead\0"u8, .. new byte[4]]), .. OggPages.Page(OggPages.First, 0, 0, OggPages.OpusHead), .. OggPages.PageOf(9, OggPages.First, 0, 0, ends: true, OggPages.TheoraHead),
        .. OggPages.Page(0, 0, 1, "OpusTags"u8.ToArray()), .. OggPages.PageOf(9, 0, 0, 1, ends: true, [0x81], [0x82]), .. OggPages.PageOf(5, OggPages.Last, 0, 1, ends: true, []),
        .. OggPages.PageOf(9, 0, 1 << 6, 2, ends: true, [0]), .. OggPages.Page(0, 1920, 2, Opus20, Opus20), .. OggPages.PageOf(9, 0, (1 << 6) | 2, 3, ends: true, [1], []), .. OggPages.Page(0, -1, 3, Opus20),
        .. OggPages.Page(0, 4800, 4, Opus20, Opus20), .. OggPages.PageOf(9, OggPages.Last, (4 << 6) | 1, 4, ends: true, [0], [0, 1]), .. OggPages.Page(OggPages.Last, 5600, 6, Opus20),
        .. OggPages.PageOf(2, OggPages.First, 0, 0, ends: true, OggPages.SpeexHead), .. OggPages.PageOf(2, 0, 0, 1, ends: true, [7]), .. OggPages.PageOf(2, 0, 1600, 2, ends: true, [1], [1]), .. OggPages.PageOf(2, 0, 2240, 3, ends: true, [1]),
    ];

    private static byte[] OggVorbis() =>
    [
        .. OggPages.Page(OggPages.First, 0, 0, OggPages.SizedVorbisHead), .. OggPages.Page(0, 0, 1, [3], OggPages.VorbisSetup(false, true, true)[^30..]),
        .. OggPages.Page(0, 1152, 2, [0], [2], [4]), .. OggPages.Page(0, 1856, 3, [2, 1], [1]), .. OggPages.Page(0, 4000, 5, [0], [6]), .. OggPages.Page(OggPages.Last, 4100, 6, [0]),
    ];

    private static byte[] OggFlac() =>
    [
        .. OggPages.Page(OggPages.First, 0, 0, OggPages.FlacHead), .. OggPages.Page(0, 0, 1, [4, 0, 0, 0]), .. OggPages.PageOf(1, 0, 512, 2, ends: true, OggPages.FlacFrame(8), OggPages.FlacFrame(8)),
        .. OggPages.PageOf(1, 0, -1, 3, ends: false, [.. OggPages.FlacFrame(9), .. new byte[248]]), .. OggPages.Page(OggPages.Continued, 1280, 4, [1, 2], OggPages.FlacFrame(8)), .. OggPages.Page(0, 2000, 6, OggPages.FlacFrame(1)),
    ];

    private static byte[] OggVp8() =>
    [
        .. OggPages.Page(OggPages.First, 0, 0, OggPages.Vp8Head), .. OggPages.Page(0, 0, 1, [.. "OVP80\u0002"u8, 1]), .. OggPages.Page(0, 1L << 32, 2, [0x10]), .. OggPages.Page(0, (3L << 32) | (3 << 3), 3, [0x01], [0x11], [0x11]),
        .. OggPages.Page(0, 4L << 32, 4, [0x10, 1]),
    ];

    private static byte[] Ts()
    {
        byte[] aac = [0xFF, 0xF1, 0x4C, 0x80, 0x0C, 0x9F, 0xFC, .. new byte[93]], ac3 = [0x0B, 0x77, 0, 0, 0, 0x40, .. new byte[122]];
        return
        [
            .. Section(0, 0, 0, 0, 0xE0, 0x10, 0, 1, 0xE1, 0x00),
            .. Section(0x100, 2, 0xE1, 0x01, 0xF0, 2, 9, 9, 0x0F, 0xE1, 0x02, 0xF0, 0, 0x1B, 0xE1, 0x01, 0xF0, 3, 1, 2, 3, 0x81, 0xE1, 0x03, 0xF0, 0, 0x06, 0xE1, 0x04, 0xF0, 0),
            .. Packet(0x102, true, Pes(0xC0, 89_000, null, [.. aac, .. aac[..60]])), .. Packet(0x101, true, Pes(0xE0, 97_200, 90_000, new byte[100]), isRandomAccess: true), .. Packet(0x101, false, new byte[184]),
            .. Packet(0x1FFF, false, new byte[184]), .. Packet(0x102, false, [.. aac[60..], .. aac[..3]]), .. Packet(0x101, true, Pes(0xE0, 93_600, null, new byte[20])), .. Packet(0x104, true, Pes(0xBD, 95_000, null, 1, 2, 3)),
            .. Packet(0x103, true, Pes(0xBD, 96_000, null, ac3)), .. Packet(0x102, false, [.. aac[3..], .. aac[..40]]), .. Packet(0x101, false, [], isRandomAccess: true),
            .. Packet(0x101, true, [0, 0, 1, 0xE0, 0, 0, 0x80, 0, 2, 0, 0, 1, 2, 3]), .. Packet(0x101, true, Pes(0xE0, 104_400, 97_200, new byte[50]), isRandomAccess: true), .. Packet(0x102, true, Pes(0xC0, 99_000, null, [.. aac[40..], .. aac[..50]])),
            .. Packet(0x101, true, Pes(0xE0, 108_000, 100_800, 5)),
        ];
    }

    private static byte[] Adts()
    {
        byte[] Frame(int length, int rate = 8) => [0xFF, 0xF1, (byte)(0x40 | (rate << 2)), 0x80, (byte)(length >> 3), (byte)(length << 5), 0, .. new byte[length - 7]];
        return [.. "ID3"u8, 4, 0, 0, 0, 0, 0, 5, .. new byte[5], .. Enumerable.Range(0, 9).SelectMany(i => Frame(16 + i)), .. "TAG"u8, .. new byte[125], .. Frame(20), .. Frame(12, 5), .. Frame(12, 5), 1, 2, 3, 0xFF, .. Frame(12, 5), .. Frame(12, 5)];
    }

    private static byte[] Mp3()
    {
        // 32 kbit/s at 48 kHz; 384 samples of layer I at the same rates are 32 bytes.
        byte[] frame = [0xFF, 0xFB, 0x14, 0xC0, .. new byte[92]], info = [.. frame];
        "Info"u8.CopyTo(info.AsSpan(21));
        return [.. info, .. frame, .. frame, .. frame, 1, 2, .. frame, .. frame, .. "TAG"u8, .. new byte[125]];
    }

    private static byte[] Flac()
    {
        var info = new byte[34];
        BinaryPrimitives.WriteUInt16BigEndian(info, 256);
        BinaryPrimitives.WriteUInt32BigEndian(info.AsSpan(10), 1000 << 12);
        byte[] Frame(byte number)
        {
            byte[] header = [0xFF, 0xF8, 0x89, 0x08, number];
            var crc = header.Aggregate(0, (crc, value) => Enumerable.Range(0, 8).Aggregate(crc ^ value, (c, _) => (c << 1) ^ ((c & 0x80) != 0 ? 0x107 : 0)));
            return [.. header, (byte)crc, 0xFF, 0xF8, (byte)'f', (byte)'L', number];
        }

        return [7, 7, .. "fLaC"u8, 0, 0, 0, 34, .. info, 0x84, 0, 0, 3, 1, 2, 3, .. Frame(0), .. Frame(1), .. Frame(2), .. Frame(5), .. "fLaC"u8, 0x80, 0, 0, 34, .. info, .. Frame(0), .. Frame(1)];
    }

    private static byte[] Flv()
    {
        byte[] Tag(int type, uint time, params byte[] data) => [(byte)type, 0, 0, (byte)data.Length, (byte)(time >> 16), (byte)(time >> 8), (byte)time, (byte)(time >> 24), 0, 0, 0, .. data, 0, 0, 0, (byte)(11 + data.Length)];
        return
        [
            .. "FLV\u0001"u8, 5, 0, 0, 0, 9, 0, 0, 0, 0, .. Tag(18, 0, 2), .. Tag(9, 0, 0x17, 0, 0, 0, 0, 1), .. Tag(8, 0, 0xAF, 0, 1), .. Tag(8, 0, 0xAF, 1, 1), .. Tag(9, 0, 0x17, 1, 0, 0, 20, 7), .. Tag(9, 40, 0x27, 1, 0, 0, 0, 7),
            .. Tag(9, 80, 0x1C, 1, 0xFF, 0xFF, 0xF6, 7), .. Tag(8, 90, 0x2F, 5), .. Tag(9, 120, [0x91, .. "hvc1"u8, 0, 0, 5, 7]), .. Tag(9, 160, [0xA3, .. "av01"u8, 7]), .. Tag(8, 170, [0x91, .. "mp4a"u8, 7]), .. Tag(9, 180, 0x57, 0),
            .. Tag(9, 0x0100_0000, 0x12, 7, 7), .. Tag(9, 0x0100_0010, [0x90, .. "av01"u8]),
        ];
    }
}
