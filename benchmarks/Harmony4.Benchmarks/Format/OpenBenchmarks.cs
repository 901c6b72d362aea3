using System.IO.Compression;
using BenchmarkDotNet.Attributes;
using Harmony4.Format;

namespace Harmony4.Benchmarks.Format;

/// <summary>What does it cost to open a container of very many blocks, beside a ZIP archive of as many stored entries? Both lie in memory.</summary>
[MemoryDiagnoser, MinColumn]
public class OpenBenchmarks
{
    private byte[] _container = [];
    private byte[] _archive = [];

    [Params(1_000_000)]
    public int BlockCount { get; set; }

    [GlobalSetup]
    public async Task Setup()
    {
        var count = BlockCount;
        using var output = new MemoryStream();
        await using var writer = H4mkContainerWriter.Create(output);
        using var zipped = new MemoryStream();
        using (var zip = new ZipArchive(zipped, ZipArchiveMode.Create, leaveOpen: true))
        {
            var payload = new byte[8];
            for (var i = 0; i < count; i++)
            {
                await writer.WriteBlockAsync(0, new BlockInfo { Pts = (ulong)i * 40_000, IsKey = i % 25 == 0 }, payload);
                await using var entry = zip.CreateEntry($"{i:d7}", CompressionLevel.NoCompression).Open();
                entry.Write(payload);
            }
        }

        await writer.CompleteAsync();
        _container = output.ToArray();
        _archive = zipped.ToArray();
    }

    [Benchmark(Baseline = true)]
    public int OpenZipArchive()
    {
        using var zip = new ZipArchive(new MemoryStream(_archive), ZipArchiveMode.Read);
        return zip.Entries.Count;
    }

    [Benchmark]
    public async Task<long> OpenContainer()
    {
        await using var container = await H4mkContainer.OpenAsync(_container);
        return container.BlockCount;
    }
}
