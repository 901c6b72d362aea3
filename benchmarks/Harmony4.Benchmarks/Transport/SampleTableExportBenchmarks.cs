using System.Buffers.Binary;
using System.Text;
using BenchmarkDotNet.Attributes;

namespace Harmony4.Benchmarks.Transport;

/// <summary>What does it cost an export of 64 MiB that an MP4 has sample tables in front, and not fragments? 256 groups of 50 pictures of about 5 KiB each.</summary>
[MemoryDiagnoser, MinColumn]
public class SampleTableExportBenchmarks
{
    private const int Groups = 256;
    private const int PerGroup = 50;
    private const int GroupLength = 64 * 1024 * 1024 / Groups;

    private readonly MediaTransport _transport = new();
    private readonly string _path = Path.GetTempFileName();
    private byte[] _fragmented = [];
    private byte[] _tables = [];

    [Params(true, false)]
    public bool ToFile { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var media = new byte[Groups * GroupLength];
        new Random(42).NextBytes(media);
        var head = Box("ftyp", Text("iso5"), U32(0));
        uint[] sizes = [.. Enumerable.Range(0, PerGroup).Select(i => (uint)(GroupLength / PerGroup) + (i == 0 ? GroupLength % PerGroup : 0u))];
        _fragmented =
        [
            .. head, .. Box("moov", Track(), Box("mvex", Box("trex", U32(0, 1, 1, 1, 0, 0x0001_0000)))),
            .. Enumerable.Range(0, Groups).SelectMany(g => (byte[])[.. Fragment(g, sizes), .. Box("mdat", media[(g * GroupLength)..((g + 1) * GroupLength)])]),
        ];
        var at = head.Length + Box("moov", Track(Tables(0, sizes))).Length + 8;
        _tables = [.. head, .. Box("moov", Track(Tables(at, sizes))), .. Box("mdat", media)];
    }

    [GlobalCleanup]
    public void Cleanup() => File.Delete(_path);

    [Benchmark(Baseline = true)]
    public Task<long> Fragments() => ExportAsync(_fragmented);

    [Benchmark]
    public Task<long> SampleTables() => ExportAsync(_tables);

    private async Task<long> ExportAsync(byte[] bytes)
    {
        await using var media = new MemoryStream(bytes, writable: false);
        await using var output = ToFile ? new FileStream(_path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0) : Stream.Null;
        var result = await _transport.ExportAsync(media, output);
        return result.Container.Tracks[0].KeyframeCount == Groups ? result.Container.Length : throw new InvalidOperationException("the keyframes were not found");
    }

    private static byte[] Fragment(int group, uint[] sizes) => Box(
        "moof",
        Box("mfhd", U32(0, (uint)group + 1)),
        Box(
            "traf",
            Box("tfhd", U32(0x0002_0000, 1)),
            Box("tfdt", U32(0x0100_0000, 0, (uint)(group * PerGroup))),
            Box("trun", U32([0x0000_0604, PerGroup, 0, .. sizes.Select((size, i) => (uint[])[size, i == 0 ? 0 : 0x0001_0000u]).SelectMany(s => s)]))));

    private static byte[][] Tables(int at, uint[] sizes) =>
    [
        Box("stts", U32(0, 1, Groups * PerGroup, 1)),
        Box("stss", U32([0, Groups, .. Enumerable.Range(0, Groups).Select(g => (uint)(g * PerGroup) + 1)])),
        Box("stsc", U32(0, 1, 1, PerGroup, 1)),
        Box("stsz", U32([0, 0, Groups * PerGroup, .. Enumerable.Range(0, Groups).SelectMany(_ => sizes)])),
        Box("stco", U32([0, Groups, .. Enumerable.Range(0, Groups).Select(g => (uint)(at + (g * GroupLength)))])),
    ];

    private static byte[] Track(params byte[][] tables) => Box(
        "trak",
        Box("tkhd", new byte[12], U32(1), new byte[68]),
        Box("mdia", Box("mdhd", new byte[12], U32(25), new byte[8]), Box("hdlr", new byte[8], Text("vide"), new byte[13]), Box("minf", Box("stbl", tables))));

    private static byte[] Text(string text) => Encoding.ASCII.GetBytes(text);

    private static byte[] U32(params uint[] values)
    {
        var bytes = new byte[4 * values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4 * i), values[i]);
        }

        return bytes;
    }

    private static byte[] Box(string type, params byte[][] parts) => [.. U32((uint)(8 + parts.Sum(p => p.Length))), .. Text(type), .. parts.SelectMany(p => p)];
}
