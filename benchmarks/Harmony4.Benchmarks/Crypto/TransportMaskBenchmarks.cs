using System.Buffers.Binary;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Harmony4.Transport.Crypto;

namespace Harmony4.Benchmarks.Crypto;

/// <summary>How much faster is the mask's keystream in lanes than one platform call per 32 bytes?</summary>
[MemoryDiagnoser]
public class TransportMaskBenchmarks
{
    private readonly byte[] _block = new byte[512 * 1024];
    private TransportMask _mask = null!;

    [GlobalSetup]
    public void Setup()
    {
        using var key = new MasterKey(new byte[32]);
        _mask = new TransportMask(key);
    }

    [GlobalCleanup]
    public void Cleanup() => _mask.Dispose();

    [Benchmark(Baseline = true)]
    public void OneCallPerDigest()
    {
        Span<byte> message = stackalloc byte[36];
        Span<byte> digest = stackalloc byte[32];
        for (var at = 0; at < _block.Length; at += digest.Length)
        {
            BinaryPrimitives.WriteInt32BigEndian(message[32..], at / digest.Length);
            SHA256.HashData(message, digest);
            var target = _block.AsSpan(at, digest.Length);
            for (var i = 0; i < digest.Length; i++)
            {
                target[i] ^= digest[i];
            }
        }
    }

    [Benchmark]
    public void Mask() => _mask.Apply(0, _block);
}
