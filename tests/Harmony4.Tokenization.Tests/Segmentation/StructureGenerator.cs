using System.Buffers.Binary;
using static Harmony4.Tokenization.Tests.Segmentation.Mp4Builder;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>Trees of boxes and elements that are nearly right: damage where parsers look, which flipping bits of a file seldom hits.</summary>
internal sealed class StructureGenerator(Random random)
{
    private static readonly string[] BoxTypes =
        ["ftyp", "moov", "trak", "tkhd", "mdia", "mdhd", "hdlr", "mvex", "trex", "moof", "traf", "tfhd", "tfdt", "trun", "mdat", "styp", "sidx", "free", "minf", "stbl", "stts", "ctts", "stss", "stsc", "stsz", "stz2", "stco", "co64"];

    private static readonly byte[][] ElementIds =
    [
        [0x1A, 0x45, 0xDF, 0xA3], [0x18, 0x53, 0x80, 0x67], [0x15, 0x49, 0xA9, 0x66], [0x2A, 0xD7, 0xB1], [0x16, 0x54, 0xAE, 0x6B], [0xAE], [0xD7],
        [0x83], [0x23, 0xE3, 0x83], [0x1F, 0x43, 0xB6, 0x75], [0xE7], [0xA3], [0xA0], [0xA1], [0x9B], [0xFB], [0x1C, 0x53, 0xBB, 0x6B], [0xEC],
    ];

    private static readonly byte[][] OggHeads =
    [
        [.. "OpusHead\u0001\u0002"u8, 56, 1, .. new byte[7]], [1, .. "vorbis"u8, .. new byte[5], 68, 0xAC, 0, 0, .. new byte[14]],
        [0x80, .. "theora"u8, 3, 2, 1, .. new byte[12], 0, 0, 0, 25, 0, 0, 0, 1, .. new byte[14], 0xC0], [.. "OVP80\u0001"u8, .. new byte[15], 30, 0, 0, 0, 1],
        [.. "Speex   "u8, .. new byte[28], 0x80, 0x3E, 0, 0, .. new byte[40]], [0x7F, .. "FLAC"u8, 1, 0, 0, 1, .. new byte[18], 0x0A, 0xC4, 0x42, 0xF0],
        OggPages.SizedVorbisHead, OggPages.VorbisSetup(false, true)[^200..], OggPages.SpeexHead, OggPages.FlacFrame(8),
    ];

    // One program with its map in packets 1; the map with a video stream in packets 2; a PES packet with both times.
    private static readonly byte[] Association = [0, 0, 0xB0, 13, 0, 1, 0xC1, 0, 0, 0, 1, 0xE0, 1, 0, 0, 0, 0];
    private static readonly byte[] Map = [0, 2, 0xB0, 18, 0, 1, 0xC1, 0, 0, 0xE0, 2, 0xF0, 0, 0x1B, 0xE0, 2, 0xF0, 0, 0, 0, 0, 0];
    private static readonly byte[] PesHead = [0, 0, 1, 0xE0, 0, 0, 0x80, 0xC0];

    /// <summary>Makes the boxes of a fragmented MP4.</summary>
    public byte[] NextMp4() => [.. random.Next(4) == 0 ? [] : Init((1, "vide", 1000)), .. Boxes(random.Next(1, 5))];

    /// <summary>Makes sample tables with entries of all sizes, and data behind them.</summary>
    public byte[] NextMp4Tables()
    {
        byte[] Of(string type, int width) => Table(type, [random.Next(4) == 0 ? Field() : 0, .. Enumerable.Range(0, width * random.Next(1, 6)).Select(_ => Field())]);
        byte[] Listed(string type, int width)
        {
            var count = random.Next(1, 6);
            return Table(type, [random.Next(10) == 0 ? Field() : count, .. Enumerable.Range(0, width * count).Select(_ => Field())]);
        }

        byte[] Trak(uint id) => TrackOf(
            id, random.Next(3) == 0 ? "soun" : "vide", (uint)random.Next(0, 50), Listed("stts", 2), random.Next(2) == 0 ? Listed("ctts", 2) : [], random.Next(2) == 0 ? Listed("stss", 1) : [], Listed("stsc", 3),
            random.Next(4) == 0 ? Of("stz2", 1) : Table("stsz", random.Next(2) * Field(), random.Next(2) == 0 ? 8 : Field(), Field(), Field(), Field(), Field(), Field(), Field(), Field(), Field()),
            random.Next(4) == 0 ? Listed("co64", 2) : Listed("stco", 1));
        return [.. Box("ftyp"), .. Box("moov", [.. Enumerable.Range(1, random.Next(1, 3)).Select(i => Trak((uint)i)), random.Next(4) == 0 ? Box("mvex") : []]), .. Boxes(random.Next(0, 3)), .. Data(random.Next(0, 2000))];
    }

    // Mostly what fits such a file: places, lengths and counts.
    private long Field() => random.Next(12) switch { 0 => uint.MaxValue - random.Next(3), 1 => random.Next(), 2 or 3 => random.Next(300, 2500), _ => random.Next(0, 12) };

    /// <summary>Makes the elements of a WebM.</summary>
    public byte[] NextWebm() => [0x1A, 0x45, 0xDF, 0xA3, 0x80, 0x18, 0x53, 0x80, 0x67, 0xFF, .. Elements(random.Next(1, 5))];

    /// <summary>Makes Ogg pages of several streams, with granule positions and sequence numbers of all kinds.</summary>
    public byte[] NextOgg()
    {
        var bytes = new List<byte>();
        for (var count = random.Next(1, 12); count > 0; count--)
        {
            var body = random.Next(3) == 0 ? OggHeads[random.Next(OggHeads.Length)] : Words();
            var granule = random.Next(4) switch { 0 => -1, 1 => random.NextInt64(long.MinValue, long.MaxValue), _ => random.Next(0, 100_000) };
            byte[] lacing = random.Next(8) == 0 ? [.. Enumerable.Repeat((byte)255, random.Next(0, 256))] : [(byte)body.Length];
            var header = new byte[27];
            "OggS"u8.CopyTo(header);
            header[5] = (byte)random.Next(8);
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(6), granule);
            header[14] = (byte)random.Next(3);
            header[18] = (byte)random.Next(8);
            header[26] = (byte)lacing.Length;
            bytes.AddRange([.. header, .. lacing, .. body]);
        }

        return [.. bytes];
    }

    /// <summary>Makes transport packets: tables, PES heads with times, adaptation fields of any length.</summary>
    public byte[] NextTs()
    {
        var form = random.Next(3) switch { 0 => 192, 1 => 204, _ => 188 };
        var bytes = new byte[random.Next(1, 16) * form];
        random.NextBytes(bytes);
        for (var at = form == 192 ? 4 : 0; at + 188 <= bytes.Length; at += form)
        {
            var packet = bytes.AsSpan(at, 188);
            packet[0] = (byte)(random.Next(30) == 0 ? 0 : 0x47);
            packet[1] = (byte)(random.Next(2) << 6);
            packet[2] = (byte)random.Next(3);
            packet[3] = (byte)(random.Next(4) << 4);
            packet[4] = (byte)random.Next(random.Next(2) == 0 ? 10 : 256);
            var payload = packet[((packet[3] & 0x20) == 0 ? 4 : Math.Min(5 + packet[4], 187))..];
            var head = packet[2] == 0 ? Association : packet[2] == 1 ? Map : PesHead;
            head.AsSpan(0, Math.Min(head.Length, payload.Length)).CopyTo(payload);
        }

        return bytes;
    }

    /// <summary>Makes WAVE files with chunks of all sizes; some are sound but for a few bytes.</summary>
    public byte[] NextWav()
    {
        if (random.Next(3) == 0)
        {
            var file = Harmony4.TestKit.WavFiles.Make(random.Next(2) == 0 ? "W64" : "RF64", new byte[random.Next(0, 300)]);
            for (var count = random.Next(4); count > 0; count--)
            {
                file[random.Next(file.Length)] = (byte)random.Next(256);
            }

            return file[..random.Next(1, file.Length + 1)];
        }

        var bytes = new List<byte>([.. random.Next(2) == 0 ? "RIFF"u8 : "RF64"u8, .. U32((uint)random.Next()), .. "WAVE"u8]);
        for (var count = random.Next(1, 6); count > 0; count--)
        {
            var body = new byte[random.Next(0, 60)];
            random.NextBytes(body);
            body.AsSpan(0, body.Length / (1 + random.Next(2))).Clear();
            uint size = random.Next(6) switch { 0 => uint.MaxValue, 1 => 0, 2 => (uint)random.Next(0, 80), _ => (uint)body.Length };
            var name = random.Next(4) switch { 0 => "ds64"u8, 1 => "fmt "u8, 2 => "data"u8, _ => "LIST"u8 };
            bytes.AddRange([.. name, (byte)size, (byte)(size >> 8), (byte)(size >> 16), (byte)(size >> 24), .. body]);
        }

        return [.. bytes];
    }

    private byte[] Boxes(int depth)
    {
        var bytes = new List<byte>();
        for (var count = random.Next(1, 5); count > 0; count--)
        {
            var box = Box(BoxTypes[random.Next(BoxTypes.Length)], depth > 1 && random.Next(3) > 0 ? Boxes(depth - 1) : Words());
            BinaryPrimitives.WriteInt32BigEndian(box, Wrong(box.Length));
            bytes.AddRange(box);
        }

        return [.. bytes];
    }

    private byte[] Elements(int depth)
    {
        var bytes = new List<byte>();
        for (var count = random.Next(1, 5); count > 0; count--)
        {
            var body = depth > 1 && random.Next(3) > 0 ? Elements(depth - 1) : Words();
            bytes.AddRange(ElementIds[random.Next(ElementIds.Length)]);
            bytes.AddRange(random.Next(6) == 0 ? [0xFF] : U32(0x1000_0000u | (uint)(Wrong(body.Length) & 0x0FFF_FFFF)));
            bytes.AddRange(body);
        }

        return [.. bytes];
    }

    /// <summary>Mostly the size that it is.</summary>
    private int Wrong(int size) => random.Next(12) switch { 0 => size + random.Next(-9, 10), 1 => random.Next(0, 20), _ => size };

    /// <summary>Bytes that read as counts, flags, track numbers, or the type or size of a box.</summary>
    private byte[] Words()
    {
        var bytes = new List<byte>();
        for (var count = random.Next(0, 9); count > 0; count--)
        {
            bytes.AddRange(random.Next(7) switch
            {
                0 => U32(0),
                1 => U32(1),
                2 => "    "u8.ToArray(),
                3 => U32(uint.MaxValue),
                4 => U32((uint)random.Next(0, 0x1000)),
                5 => [0x81, 0, 0, 0x80],
                _ => U32((uint)random.Next()),
            });
        }

        return [.. bytes[..(bytes.Count - (bytes.Count > 4 ? random.Next(0, 4) : 0))]];
    }
}
