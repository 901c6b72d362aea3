using BenchmarkDotNet.Attributes;
using Harmony4.Hashing;

namespace Harmony4.Benchmarks.Hashing;

/// <summary>How fast is a four-byte state, against System.IO.Hashing's object, for two pieces of a stream?</summary>
[MemoryDiagnoser]
public class Crc32Benchmarks
{
    private readonly System.IO.Hashing.Crc32 _reused = new();
    private byte[] _piece = [];

    [Params(64, 4096, 524288)]
    public int PieceLength { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _piece = new byte[PieceLength];
        new Random(3).NextBytes(_piece);
    }

    [Benchmark(Baseline = true)]
    public uint SystemObject()
    {
        _reused.Reset();
        _reused.Append(_piece);
        _reused.Append(_piece);
        return _reused.GetCurrentHashAsUInt32();
    }

    [Benchmark]
    public uint PlainState()
    {
        var crc = default(Crc32);
        crc.Append(_piece);
        crc.Append(_piece);
        return crc.Value;
    }
}
