using BenchmarkDotNet.Attributes;
using Harmony4.Tokenization;

namespace Harmony4.Benchmarks.Transport;

/// <summary>What does sealing cost an export of 64 MiB in blocks of 512 KiB, from memory to a file and to nowhere?</summary>
[MemoryDiagnoser, MinColumn]
public class SealedExportBenchmarks
{
    private const int Length = 64 * 1024 * 1024;

    private readonly MediaTransport _transport = new();
    private readonly string _path = Path.GetTempFileName();
    private byte[] _media = [];
    private SealKey? _key;

    [Params(true, false)]
    public bool ToFile { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _media = new byte[Length];
        new Random(42).NextBytes(_media);
        _key = SealKey.Read(_media.AsSpan(0, 32));
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _key!.Dispose();
        File.Delete(_path);
    }

    [Benchmark(Baseline = true)]
    public Task<long> Plain() => ExportAsync(null);

    [Benchmark]
    public Task<long> Sealed() => ExportAsync(new SealOptions { Key = _key! });

    private async Task<long> ExportAsync(SealOptions? seal)
    {
        var options = new ExportOptions { Segment = "fixed", SegmenterOptions = new SegmenterOptions { BlockSize = 512 * 1024 }, Seal = seal };
        await using var media = new MemoryStream(_media, writable: false);
        await using var output = ToFile ? new FileStream(_path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0) : Stream.Null;
        return (await _transport.ExportAsync(media, output, options)).Container.Length;
    }
}
