using System.Buffers.Binary;
using System.Text;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>Small MP4 files, box by box.</summary>
internal static class Mp4Builder
{
    public const uint Sync = 0;
    public const uint NonSync = 0x0001_0000;

    public static byte[] Box(string type, params byte[][] parts) =>
        [.. U32((uint)(8 + parts.Sum(p => p.Length))), .. Encoding.Latin1.GetBytes(type), .. parts.SelectMany(p => p)];

    public static byte[] LongBox(string type, byte[] body) =>
        [.. U32(1), .. Encoding.Latin1.GetBytes(type), .. U64((ulong)body.Length + 16), .. body];

    public static byte[] U32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] U64(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes;
    }

    /// <summary>ftyp and moov with the given tracks: identifier, handler and timescale.</summary>
    public static byte[] Init(params (uint Id, string Handler, uint Timescale)[] tracks) =>
    [
        .. Box("ftyp", Encoding.Latin1.GetBytes("iso5"), U32(0)),
        .. Box("moov", [.. tracks.Select(t => Box(
            "trak",
            Box("tkhd", new byte[12], U32(t.Id), new byte[68]),
            Box("mdia", Box("mdhd", new byte[12], U32(t.Timescale), new byte[8]), Box("hdlr", new byte[8], Encoding.Latin1.GetBytes(t.Handler), new byte[13])))),
            Box("mvex", [.. tracks.Select(t => Box("trex", U32(0), U32(t.Id), U32(1), U32(10), U32(0), U32(NonSync)))])]),
    ];

    /// <summary>A moof of one track: samples of <paramref name="duration"/> ticks, the first with the flags and offset given.</summary>
    public static byte[] Fragment(uint track, ulong? time, uint samples = 3, uint duration = 10, uint flags = Sync, int offset = 0) =>
        Box("moof", Box("mfhd", new byte[8]), Track(track, time, samples, duration, flags, offset));

    public static byte[] Track(uint track, ulong? time, uint samples, uint duration, uint flags, int offset) => Box(
        "traf",
        Box("tfhd", U32(0x02_0000), U32(track)),
        time is { } t ? Box("tfdt", U32(0x0100_0000), U64(t)) : [],
        Box("trun", [U32(0x0100_0D00), U32(samples), .. Enumerable.Range(0, (int)samples)
            .Select(i => (byte[])[.. U32(duration), .. U32(i == 0 ? flags : NonSync), .. U32((uint)offset)])]));

    /// <summary>A traf whose run says where its data lies, counted from the moof, and how long each sample is.</summary>
    public static byte[] TrackAt(uint track, ulong time, int dataOffset, params uint[] sizes) => Box(
        "traf",
        Box("tfhd", U32(0x02_0000), U32(track)),
        Box("tfdt", U32(0x0100_0000), U64(time)),
        Box("trun", [U32(0x0100_0701), U32((uint)sizes.Length), U32((uint)dataOffset), .. sizes.Select((size, i) => (byte[])[.. U32(10), .. U32(size), .. U32(i == 0 ? Sync : NonSync)])]));

    /// <summary>A track with sample tables.</summary>
    public static byte[] TrackOf(uint id, string handler, uint timescale, params byte[][] tables) => Box(
        "trak",
        Box("tkhd", new byte[12], U32(id), new byte[68]),
        Box(
            "mdia",
            Box("mdhd", new byte[12], U32(timescale), new byte[8]),
            Box("hdlr", new byte[8], Encoding.Latin1.GetBytes(handler), new byte[13]),
            Box("minf", Box("hdlr", new byte[8], "alis"u8.ToArray(), new byte[13]), Box("stbl", tables))));

    /// <summary>A table: its type, then version and flags, then its fields.</summary>
    public static byte[] Table(string type, params long[] fields) => Box(type, [new byte[4], .. fields.Select(f => U32((uint)f))]);

    /// <summary>A table that counts its entries, of so many fields each.</summary>
    public static byte[] Counted(string type, int width, params long[] fields) => Table(type, [fields.Length / width, .. fields]);

    public static byte[] Sizes(params long[] sizes) => Table("stsz", [0, sizes.Length, .. sizes]);

    public static byte[] Data(int length = 20) => Box("mdat", new byte[length]);
}
