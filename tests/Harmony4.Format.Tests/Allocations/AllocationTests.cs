using System.Buffers;
using System.Runtime.CompilerServices;
using Harmony4.Format.Tests.Seeking;
using Harmony4.TestKit;

namespace Harmony4.Format.Tests.Allocations;

[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public sealed class AllocationsRunAlone;

/// <summary>The steady state allocates nothing: not per chunk read, not per seek, not per block written.</summary>
[Collection(nameof(AllocationTests))]
public sealed class AllocationTests : IDisposable
{
    private const int Repeats = 200;

    private readonly string _path = Path.GetTempFileName();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Reader_PerContainer_AllocatesNothing(bool segmented)
    {
        var bytes = Sample(1000, _ => 5000);
        var sequence = segmented ? Segmentations.Cut(bytes, Enumerable.Range(1, 600).Select(i => i * 7777)) : new ReadOnlySequence<byte>(bytes);
        AssertNothing(() =>
        {
            var reader = new H4mkReader(sequence, isFinalBlock: true);
            while (reader.Read())
            {
            }
        });
    }

    [Fact]
    public void SeekTable_PerLookup_AllocatesNothing()
    {
        foreach (var shape in SeekShapes.Names)
        {
            var times = SeekShapes.Make(shape, 50_000);
            var table = SeekTable.Parse(SeekTableTests.Payload(times));
            var at = 0;
            AssertNothing(() => table.TryFind(times[at++ % times.Length] + 1, out _));
        }
    }

    [Fact]
    public async Task FindKeyframe_PerSeek_AllocatesNothing()
    {
        await using var container = await H4mkContainer.OpenAsync(Sample(1000, _ => 50));
        await container.FindKeyframeAsync(0, 0);
        var pts = 0UL;
        AssertNothing(() => Complete(container.FindKeyframeAsync(0, pts += 777)));
    }

    [Theory]
    [InlineData("memory", 5_000)]
    [InlineData("memory", 300_000)]
    [InlineData("file", 5_000)]
    [InlineData("file", 300_000)]
    [InlineData("stream", 300_000)]
    public async Task ReadBlock_PerBlock_AllocatesNothing(string kind, int length)
    {
        var bytes = Sample(20, _ => length);
        await File.WriteAllBytesAsync(_path, bytes);
        await using var container = await H4mkContainer.OpenAsync(kind switch
        {
            "memory" => H4mkSource.FromMemory(bytes),
            "file" => H4mkSource.FromFile(_path),
            _ => H4mkSource.FromStream(new MemoryStream(bytes)),
        });
        var destination = new FixedWriter(length + 12);
        var ordinal = 0L;
        await AssertNothingAsync([AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))] async ValueTask () =>
        {
            await container.ReadBlockAsync(0, ordinal++ % 20, destination).ConfigureAwait(false);
            destination.Clear();
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(16_384)]
    [InlineData(100_000)]
    [InlineData(3_000_000)]
    public async Task WriteBlock_PerBlock_AllocatesNothing(int length)
    {
        var payload = new byte[length];
        var segments = Segmentations.Cut(payload, [length / 3, length / 2]);
        await using var writer = H4mkContainerWriter.Create(Stream.Null, new H4mkWriterOptions { Version = H4mkVersion.V10 });
        var pts = 0UL;

        // The seek table doubles as it grows; here its room suffices, which the first 5,000 keyframes made.
        for (var i = 0; i < 5000; i++)
        {
            await writer.WriteBlockAsync(0, new BlockInfo { Pts = pts++, IsKey = true }, default(ReadOnlyMemory<byte>));
        }

        await AssertNothingAsync(
            [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))] async ValueTask () =>
            {
                await writer.WriteBlockAsync(0, new BlockInfo { Pts = pts++, IsKey = pts % 8 == 0 }, payload).ConfigureAwait(false);
                await writer.WriteBlockAsync(0, new BlockInfo { Pts = pts++ }, segments).ConfigureAwait(false);
            },
            length > 1_000_000 ? 4 : Repeats);
    }

    [Theory]
    [InlineData("memory", 5_000)]
    [InlineData("memory", 300_000)]
    [InlineData("file", 300_000)]
    public async Task ReadBlock11_PerBlock_AllocatesNothing(string kind, int length)
    {
        var bytes = await Sample11Async(20, length);
        await File.WriteAllBytesAsync(_path, bytes);
        await using var container = await H4mkContainer.OpenAsync(kind == "memory" ? H4mkSource.FromMemory(bytes) : H4mkSource.FromFile(_path));
        var destination = new FixedWriter(length + 12);
        var ordinal = 0L;
        await AssertNothingAsync([AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))] async ValueTask () =>
        {
            await container.ReadBlockAsync(0, ordinal++ % 20, destination).ConfigureAwait(false);
            destination.Clear();
        });
    }

    [Fact]
    public async Task FindKeyframe11_PageCached_AllocatesNothing()
    {
        await using var container = await H4mkContainer.OpenAsync(await Sample11Async(1000, 50));
        await container.FindKeyframeAsync(0, 0);
        var pts = 0UL;
        AssertNothing(() => Complete(container.FindKeyframeAsync(0, pts += 777)));
        AssertNothing(() => Complete(container.GetBlockAsync(0, (long)(pts += 7) % 1000)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(100_000)]
    [InlineData(1_500_000)]
    public async Task WriteBlock11_PerBlock_AllocatesNothing(int length)
    {
        var payload = new byte[length];
        await using var writer = H4mkContainerWriter.Create(Stream.Null);
        var pts = 0UL;

        // Past the first pages, which make the room of the tables; a list of pages doubles at 1,024 x 4 blocks and again at x 8.
        for (var i = 0; i < 6_000; i++)
        {
            await writer.WriteBlockAsync(0, new BlockInfo { Pts = pts++, IsKey = true }, i % 40 == 0 ? payload : default(ReadOnlyMemory<byte>));
        }

        await AssertNothingAsync(
            [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))] async ValueTask () =>
                await writer.WriteBlockAsync(0, new BlockInfo { Pts = pts++, IsKey = pts % 8 == 0 }, payload).ConfigureAwait(false),
            length > 1_000_000 ? 4 : 40);
    }

    [Fact]
    public async Task TrackStream_PerRead_AllocatesNothing()
    {
        await using var container = await H4mkContainer.OpenAsync(Sample(50, i => 3000 + (i * 10)));
        await using var stream = container.OpenTrackStream(0);
        var buffer = new byte[1000];
        await AssertNothingAsync([AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))] async ValueTask () =>
        {
            if (await stream.ReadAsync(buffer).ConfigureAwait(false) == 0)
            {
                stream.Position = 0;
            }
        });
    }

    public void Dispose() => File.Delete(_path);

    private static byte[] Sample(int count, Func<int, int> length) =>
        new Properties.Media([.. Enumerable.Range(0, count).Select(i => new Properties.Block((ulong)i * 1000, true, new byte[length(i)]))]).Encode();

    private static async Task<byte[]> Sample11Async(int count, int length)
    {
        using var output = new MemoryStream();
        await using var writer = H4mkContainerWriter.Create(output, leaveOpen: true);
        for (var i = 0; i < count; i++)
        {
            await writer.WriteBlockAsync(0, new BlockInfo { Pts = (ulong)i * 1000, IsKey = i % 3 == 0 }, new byte[length]);
        }

        await writer.CompleteAsync();
        return output.ToArray();
    }

    private static void Complete<T>(ValueTask<T> task)
    {
        Assert.True(task.IsCompletedSuccessfully);
        task.GetAwaiter().GetResult();
    }

    private static void AssertNothing(Action action) => Assert.Equal(0, TestKit.Allocations.Count(action, Repeats / 4));

    /// <summary>Counts the whole process, as work may end on another thread.</summary>
    private static async Task AssertNothingAsync(Func<ValueTask> action, int repeats = Repeats)
    {
        var least = long.MaxValue;
        for (var attempt = 0; attempt < 50 && least > 0; attempt++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = 0; i < repeats; i++)
            {
                var task = action();
                if (!task.IsCompletedSuccessfully)
                {
                    await task.ConfigureAwait(false);
                }
            }

            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        // An object takes 24 bytes at least: a quarter of that a call is none of the code's, but the pool's or this loop's own.
        Assert.InRange(least, 0, repeats * 6);
    }

    private sealed class FixedWriter(int capacity) : IBufferWriter<byte>
    {
        private readonly byte[] _buffer = new byte[capacity];
        private int _count;

        public void Advance(int count) => _count += count;

        public void Clear() => _count = 0;

        public Memory<byte> GetMemory(int sizeHint = 0) => _buffer.AsMemory(_count);

        public Span<byte> GetSpan(int sizeHint = 0) => _buffer.AsSpan(_count);
    }
}
