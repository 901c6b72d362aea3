using System.Buffers;
using BenchmarkDotNet.Attributes;
using Harmony4.Format;

namespace Harmony4.Benchmarks.Format;

/// <summary>64 random blocks of 64 KiB from a source that takes 20 ms for each read, as a server far away does: at once, against one by one.</summary>
[MemoryDiagnoser, MinColumn]
public class ReadDistantBenchmarks
{
    private const int BlockLength = 64 * 1024;
    private const int Count = 64;

    private readonly ArrayBufferWriter<byte> _destination = new(BlockLength + 64);
    private long[] _order = [];
    private H4mkContainer? _container;

    [GlobalSetup]
    public async Task Setup()
    {
        var payload = new byte[8 * Sample.Length];
        new Random(42).NextBytes(payload);
        using var output = new MemoryStream();
        await Sample.WriteAsync(output, Sample.Blocks(payload, BlockLength));
        var all = Enumerable.Range(0, payload.Length / BlockLength).Select(i => (long)i).ToArray();
        new Random(7).Shuffle(all);
        _order = all[..Count];
        _container = await H4mkContainer.OpenAsync(new DistantSource(output.ToArray()));
        await _container.GetBlockAsync(0, 0);
        if (await ReadBlocks() != await OneByOne())
        {
            throw new InvalidOperationException("the answers differ");
        }
    }

    [GlobalCleanup]
    public async Task Cleanup() => await _container!.DisposeAsync();

    [Benchmark(Baseline = true)]
    public async Task<long> OneByOne()
    {
        var sum = 0L;
        foreach (var ordinal in _order)
        {
            _destination.ResetWrittenCount();
            await _container!.ReadBlockAsync(0, ordinal, _destination);
            sum += _destination.WrittenSpan[100];
        }

        return sum;
    }

    [Benchmark]
    public async Task<long> ReadBlocks()
    {
        var sum = 0L;
        await foreach (var block in _container!.ReadBlocksAsync(0, _order))
        {
            sum += block.Payload.Span[100];
        }

        return sum;
    }

    private sealed class DistantSource(byte[] bytes) : H4mkSource
    {
        protected override async ValueTask<SourceRead> ReadCoreAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
        {
            await Task.Delay(20, cancellationToken);
            var count = (int)Math.Min(destination.Length, Math.Max(0, bytes.Length - offset));
            bytes.AsSpan((int)offset, count).CopyTo(destination.Span);
            return new SourceRead(count, bytes.Length);
        }

        protected override ValueTask<SourceRead> ReadTailCoreAsync(Memory<byte> destination, CancellationToken cancellationToken) =>
            ReadCoreAsync(Math.Max(0, bytes.Length - destination.Length), destination, cancellationToken);
    }
}
