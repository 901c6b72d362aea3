using BenchmarkDotNet.Attributes;
using Harmony4.Format;
using Harmony4.Hashing;

namespace Harmony4.Benchmarks.Format;

/// <summary>How near does writing 1.1 come to hashing its blocks in lanes on one core, and how far is it ahead of 1.0? Output is discarded: no disk is measured.</summary>
[MemoryDiagnoser, MinColumn]
public class WriteV11Benchmarks
{
    // 64 MiB, so that what a container costs once does not count.
    private const int Rounds = 8;

    private ReadOnlyMemory<byte>[] _blocks = [];
    private byte[] _digests = [];

    [Params(64 * 1024, 512 * 1024)]
    public int BlockLength { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var once = Sample.Blocks(Sample.Payload(), BlockLength);
        _blocks = [.. Enumerable.Repeat(once, Rounds).SelectMany(b => b)];
        _digests = new byte[_blocks.Length * Sha256Lanes.HashSizeInBytes];
    }

    [Benchmark(Baseline = true)]
    public void LanesAlone() => Sha256Lanes.HashData(_blocks, _digests);

    [Benchmark]
    public Task WriteV11() => WriteAsync(H4mkVersion.V11);

    [Benchmark]
    public Task WriteV10() => WriteAsync(H4mkVersion.V10);

    private async Task WriteAsync(H4mkVersion version)
    {
        await using var writer = H4mkContainerWriter.Create(Stream.Null, new H4mkWriterOptions { Version = version });
        for (var i = 0; i < _blocks.Length; i++)
        {
            await writer.WriteBlockAsync(0, new BlockInfo { Pts = (ulong)i * 40_000, IsKey = i % 25 == 0 }, _blocks[i]);
        }

        await writer.CompleteAsync();
    }
}
