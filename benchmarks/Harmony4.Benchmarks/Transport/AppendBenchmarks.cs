using BenchmarkDotNet.Attributes;
using Harmony4.Format;
using Harmony4.Tokenization;

namespace Harmony4.Benchmarks.Transport;

/// <summary>Appending a block in place costs the container's pages, not its length: against the same in a container of a sixteenth. Both write through to the device.</summary>
[MemoryDiagnoser, MinColumn]
public class AppendBenchmarks
{
    private const int BlockLength = 1024 * 1024;
    private const int Small = 256;
    private const int Large = 16 * Small;

    private readonly string _folder = Directory.CreateTempSubdirectory("harmony4-bench-").FullName;
    private readonly byte[] _media = new byte[1_000];
    private readonly MediaTransport _transport = new();

    [GlobalSetup]
    public async Task Setup()
    {
        foreach (var blocks in (int[])[Small, Large])
        {
            var zeros = new byte[BlockLength];
            await using var file = new HoleStream(PathOf(blocks));
            await using var writer = H4mkContainerWriter.Create(file, new H4mkWriterOptions { PageLog2 = 8 }, leaveOpen: true);
            for (var i = 0; i < blocks; i++)
            {
                await writer.WriteBlockAsync(0, new BlockInfo { Pts = (ulong)i * 40_000, IsKey = true }, zeros);
            }

            await writer.CompleteAsync();
        }
    }

    [GlobalCleanup]
    public void Cleanup() => Directory.Delete(_folder, recursive: true);

    [Benchmark(Baseline = true)]
    public Task<AppendResult> To256MiB() => AppendAsync(Small);

    [Benchmark]
    public Task<AppendResult> To4GiB() => AppendAsync(Large);

    private Task<AppendResult> AppendAsync(int blocks) =>
        _transport.AppendAsync(PathOf(blocks), [new ExportInput { Media = new MemoryStream(_media) }], new ExportOptions { Segment = "fixed", SegmenterOptions = new SegmenterOptions { BlockSize = 4096 } });

    private string PathOf(int blocks) => Path.Combine(_folder, $"{blocks}.h4mk");

    /// <summary>A file in which zeros become holes, so that a long container takes little of the disk.</summary>
    private sealed class HoleStream(string path) : FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0)
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (buffer.Length < BlockLength || buffer.Span.ContainsAnyExcept((byte)0))
            {
                return base.WriteAsync(buffer, cancellationToken);
            }

            Position += buffer.Length;
            return default;
        }
    }
}
