using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;

namespace Harmony4.Benchmarks.Format;

/// <summary>How near does writing a container come to its limit, the SHA-256 that VERI demands? Output is discarded: no disk is measured.</summary>
[MemoryDiagnoser, MinColumn]
public class WriteBenchmarks
{
    private byte[] _payload = [];
    private ReadOnlyMemory<byte>[] _blocks = [];
    private byte[] _copy = [];

    [Params(64 * 1024, 512 * 1024)]
    public int BlockLength { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _payload = Sample.Payload();
        _blocks = Sample.Blocks(_payload, BlockLength);
        _copy = new byte[_payload.Length];
    }

    [Benchmark(Baseline = true)]
    public byte[] BareSha256()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var block in _blocks)
        {
            hash.AppendData(block.Span);
        }

        return hash.GetHashAndReset();
    }

    [Benchmark]
    public Task WriteContainer() => Sample.WriteAsync(Stream.Null, _blocks);

    [Benchmark]
    public uint BareCrc32() => System.IO.Hashing.Crc32.HashToUInt32(_payload);

    [Benchmark]
    public void MemoryCopy() => _payload.CopyTo(_copy, 0);
}
