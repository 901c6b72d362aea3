using BenchmarkDotNet.Attributes;
using Harmony4.Format;

namespace Harmony4.Benchmarks.Format;

/// <summary>How near does a CRC-checked read of a container in memory come to the bare CRC-32 of its bytes?</summary>
[MemoryDiagnoser, MinColumn]
public class ReadBenchmarks
{
    private byte[] _container = [];
    private byte[] _copy = [];

    [Params(4 * 1024, 64 * 1024, 512 * 1024)]
    public int BlockLength { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _container = Sample.Container(Sample.Payload(), BlockLength);
        _copy = new byte[_container.Length];
        if (ReadContainer() != Sample.Length / BlockLength + 4)
        {
            throw new InvalidOperationException("chunks are missing");
        }
    }

    [Benchmark(Baseline = true)]
    public uint BareCrc32() => System.IO.Hashing.Crc32.HashToUInt32(_container);

    [Benchmark]
    public int ReadContainer()
    {
        var chunks = 0;
        var reader = new H4mkReader(_container);
        while (reader.Read())
        {
            chunks += reader.Part == ChunkPart.End ? 1 : 0;
        }

        return chunks;
    }

    [Benchmark]
    public void MemoryCopy() => _container.CopyTo(_copy, 0);
}
