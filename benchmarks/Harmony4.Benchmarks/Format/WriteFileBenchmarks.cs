using BenchmarkDotNet.Attributes;

namespace Harmony4.Benchmarks.Format;

/// <summary>Writing 8 MiB in blocks of 512 KiB to a file: against what one would write otherwise. Nobody waits for the disk (no flush to the device).</summary>
[MemoryDiagnoser, MinColumn]
public class WriteFileBenchmarks
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), "harmony4-bench-" + Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture));
    private ReadOnlyMemory<byte>[] _blocks = [];

    [GlobalSetup]
    public void Setup() => _blocks = Sample.Blocks(Sample.Payload(), 512 * 1024);

    [GlobalCleanup]
    public void Cleanup() => File.Delete(_path);

    [Benchmark(Baseline = true)]
    public async Task Container()
    {
        await using var file = new FileStream(_path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        await Sample.WriteAsync(file, _blocks);
    }

    [Benchmark]
    public void ZipWithManifest()
    {
        using var file = new FileStream(_path, FileMode.Create, FileAccess.Write);
        PeerStore.WriteZip(file, _blocks);
    }

    [Benchmark]
    public void SqliteBlobs() => PeerStore.WriteSqlite(_path, _blocks);

    [Benchmark]
    public void RawFile() => PeerStore.WriteRaw(_path, _blocks);
}
