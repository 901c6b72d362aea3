using BenchmarkDotNet.Attributes;
using Harmony4.Format;
using Harmony4.Hashing;

namespace Harmony4.Benchmarks.Format;

/// <summary>How near does full verification of 1.1 come to hashing the same blocks in lanes on one core, and what does a second thread add?</summary>
[MemoryDiagnoser, MinColumn]
public class VerifyV11Benchmarks
{
    private const int BlockLength = 512 * 1024;
    private string _path = "";
    private byte[] _container = [];
    // 64 MiB, so that what a container costs once does not count.
    private const int Rounds = 8;

    private ReadOnlyMemory<byte>[] _blocks = [];
    private byte[] _digests = [];

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public async Task Setup()
    {
        var once = Sample.Blocks(Sample.Payload(), BlockLength);
        _blocks = [.. Enumerable.Repeat(once, Rounds).SelectMany(b => b)];
        _digests = new byte[_blocks.Length * Sha256Lanes.HashSizeInBytes];
        using var output = new MemoryStream();
        await using var writer = H4mkContainerWriter.Create(output);
        for (var i = 0; i < _blocks.Length; i++)
        {
            await writer.WriteBlockAsync(0, new BlockInfo { Pts = (ulong)i * 40_000, IsKey = true }, _blocks[i]);
        }

        await writer.CompleteAsync();
        _container = output.ToArray();
        _path = Path.GetTempFileName();
        await File.WriteAllBytesAsync(_path, _container);
        if ((await VerifyMemory()).State != VerificationState.Unsigned)
        {
            throw new InvalidOperationException("the container is not sound");
        }
    }

    [GlobalCleanup]
    public void Cleanup() => File.Delete(_path);

    [Benchmark(Baseline = true)]
    public void LanesAlone() => Sha256Lanes.HashData(_blocks, _digests);

    [Benchmark]
    public ValueTask<VerificationResult> VerifyMemory() => VerifyAsync(H4mkSource.FromMemory(_container));

    [Benchmark]
    public async Task<VerificationResult> VerifyCachedFile()
    {
        await using var source = H4mkSource.FromFile(_path);
        return await VerifyAsync(source);
    }

    private ValueTask<VerificationResult> VerifyAsync(H4mkSource source) =>
        H4mkContainer.VerifyAsync(source, new H4mkContainerOptions { MaxDegreeOfParallelism = Threads });
}
