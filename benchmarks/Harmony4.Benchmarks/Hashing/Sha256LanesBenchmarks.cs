using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Harmony4.Hashing;

namespace Harmony4.Benchmarks.Hashing;

/// <summary>
/// How much faster than one message after the other are lanes, on one thread? For narrower lanes set DOTNET_EnableAVX512=0; for
/// a CPU without SHA instructions, OPENSSL_ia32cap=:~0x20000000 takes them from OpenSSL (but not from the lanes' choice).
/// </summary>
[MemoryDiagnoser]
public class Sha256LanesBenchmarks
{
    private ReadOnlyMemory<byte>[] _messages = [];
    private byte[] _digests = [];
    private uint[] _crcs = [];

    public enum Batch
    {
        Even512KiB,
        Uneven1KiBTo1MiB,
        One512KiB,
    }

    [ParamsAllValues]
    public Batch Messages { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        var count = Messages == Batch.One512KiB ? 1 : 64;
        _messages = Enumerable.Range(0, count).Select(_ =>
        {
            var message = new byte[Messages == Batch.Uneven1KiBTo1MiB ? random.Next(1 << 10, 1 << 20) : 512 * 1024];
            random.NextBytes(message);
            return new ReadOnlyMemory<byte>(message);
        }).ToArray();
        _digests = new byte[count * Sha256Lanes.HashSizeInBytes];
        _crcs = new uint[count];
        LanesAndCrc();
        if (_crcs[^1] != System.IO.Hashing.Crc32.HashToUInt32(_messages[^1].Span))
        {
            throw new InvalidOperationException("The checksums differ.");
        }

        var lanes = _digests.ToArray();
        Platform();
        if (!lanes.AsSpan().SequenceEqual(_digests))
        {
            throw new InvalidOperationException("The digests differ.");
        }
    }

    [Benchmark(Baseline = true)]
    public void Platform()
    {
        for (var i = 0; i < _messages.Length; i++)
        {
            SHA256.HashData(_messages[i].Span, _digests.AsSpan(i * Sha256Lanes.HashSizeInBytes, Sha256Lanes.HashSizeInBytes));
        }
    }

    [Benchmark]
    public void Lanes() => Sha256Lanes.HashData(_messages, _digests);

    /// <summary>What a verification does: digest and CRC-32 of every block.</summary>
    [Benchmark]
    public void LanesAndCrc() => Sha256Lanes.HashData(_messages, _digests, _crcs);

    [Benchmark]
    public void LanesThenSystemCrc()
    {
        Sha256Lanes.HashData(_messages, _digests);
        for (var i = 0; i < _messages.Length; i++)
        {
            _crcs[i] = System.IO.Hashing.Crc32.HashToUInt32(_messages[i].Span);
        }
    }
}
