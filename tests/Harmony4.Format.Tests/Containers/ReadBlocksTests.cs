using FsCheck.Xunit;
using Harmony4.Format.Tests.Properties;
using Harmony4.Format.Tests.Sources;

namespace Harmony4.Format.Tests.Containers;

public sealed class ReadBlocksTests
{
    [Property(Arbitrary = [typeof(RecordedArbitrary)], MaxTest = 60, Replay = "(20261126,11)")]
    public async Task ReadBlocks_AnyOrderWithDuplicates_GivesBlocksAsWritten(Recorded recorded, int seed, byte budget, byte concurrency)
    {
        var bytes = await recorded.WriteAsync();
        await using var container = await H4mkContainer.OpenAsync(SourceOf(bytes, seed), new H4mkContainerOptions { PageCacheLength = 0 });
        var random = new Random(seed);
        foreach (var track in container.Tracks)
        {
            var expected = recorded.Of(track.Id);
            var ordinals = Enumerable.Range(0, expected.Length == 0 ? 0 : 70).Select(_ => (long)random.Next(expected.Length)).ToList();
            var options = new BlockReadOptions { MemoryBudget = 1 + (budget * 1000), MaxConcurrency = 1 + (concurrency % 20) };
            var at = 0;
            await foreach (var block in container.ReadBlocksAsync(track.Id, ordinals, options))
            {
                AssertBlock(expected[ordinals[at]], ordinals[at], block);
                at++;
            }

            Assert.Equal(ordinals.Count, at);
        }
    }

    [Property(Arbitrary = [typeof(RecordedArbitrary)], MaxTest = 30, Replay = "(20261126,13)")]
    public async Task ReadBlocks_FromAnOrdinal_GivesAllFromThere(Recorded recorded, int seed)
    {
        var bytes = await recorded.WriteAsync();
        await using var container = await H4mkContainer.OpenAsync(SourceOf(bytes, seed));
        foreach (var track in container.Tracks)
        {
            var expected = recorded.Of(track.Id);
            for (long first = 0; first <= expected.Length; first += 7)
            {
                var at = first;
                await foreach (var block in container.ReadBlocksAsync(track.Id, first))
                {
                    AssertBlock(expected[at], at, block);
                    at++;
                }

                Assert.Equal(expected.Length, at);
            }
        }
    }

    [Property(Arbitrary = [typeof(MediaArbitrary)], MaxTest = 30, Replay = "(20261126,15)")]
    public async Task ReadBlocks_Version10_GivesBlocksAsWritten(Media media, int seed)
    {
        await using var container = await H4mkContainer.OpenAsync(SourceOf(media.Encode(), seed));
        var random = new Random(seed);
        var ordinals = Enumerable.Range(0, media.Blocks.Length == 0 ? 0 : 30).Select(_ => (long)random.Next(media.Blocks.Length)).ToArray();
        var at = 0;
        await foreach (var block in container.ReadBlocksAsync(0, ordinals, new BlockReadOptions { MemoryBudget = 200_000 }))
        {
            Assert.Equal(ordinals[at], block.Ordinal);
            Assert.Equal(media.Blocks[ordinals[at++]].Payload, block.Payload.ToArray());
        }

        Assert.Equal(ordinals.Length, at);
    }

    [Fact]
    public async Task ReadBlocksFrom_ATime_BeginsAtTheLastKeyframeAtOrBefore()
    {
        var recorded = Recorded.Make(3, 2, 60, 2, 50);
        await using var container = await H4mkContainer.OpenAsync(await recorded.WriteAsync());
        foreach (var track in container.Tracks)
        {
            var blocks = recorded.Of(track.Id);
            foreach (var pts in blocks.Select(b => b.Info.Pts).Append(0UL).Append(ulong.MaxValue))
            {
                var first = Math.Max(0, Array.FindLastIndex(blocks, b => b.Info.IsKey && b.Info.Pts <= pts));
                var found = await OrdinalsAsync(container.ReadBlocksFromAsync(track.Id, pts));
                Assert.Equal(Enumerable.Range(first, blocks.Length - first).Select(i => (long)i), found);
                if (pts < long.MaxValue / 10)
                {
                    Assert.Equal(found, await OrdinalsAsync(container.ReadBlocksFromAsync(track.Id, TimeSpan.FromMicroseconds((long)pts))));
                }
            }
        }
    }

    [Fact]
    public async Task ReadBlocksFrom_Version10WithTimesInsideAndPastBlocks_BeginsAtTheBlockThatHoldsTheByte()
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        var writer = new H4mkChunkWriter(output);
        writer.WriteFileHeader();
        foreach (var length in (int[])[10, 20, 30])
        {
            writer.WriteChunk(ChunkTag.Core, new byte[length]);
        }

        writer.WriteSeek([new SeekEntry(5, 0), new SeekEntry(10, 15), new SeekEntry(20, 30), new SeekEntry(30, 60)]);
        await using var container = await H4mkContainer.OpenAsync(output.WrittenMemory);
        Assert.Equal([0, 1, 2], await OrdinalsAsync(container.ReadBlocksFromAsync(0, 0)));
        Assert.Equal([0, 1, 2], await OrdinalsAsync(container.ReadBlocksFromAsync(0, 9)));
        Assert.Equal([1, 2], await OrdinalsAsync(container.ReadBlocksFromAsync(0, 10)));
        Assert.Equal([2], await OrdinalsAsync(container.ReadBlocksFromAsync(0, 25)));
        Assert.Empty(await OrdinalsAsync(container.ReadBlocksFromAsync(0, 30)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReadBlocks_DamagedBlock_IsRaisedInItsTurn(bool isVersion10)
    {
        var recorded = Recorded.Make(9, 1, 40, 3, 300);
        var bytes = isVersion10 ? new Media([.. recorded.Blocks.Select(b => new Block(b.Info.Pts, b.Info.IsKey, b.Payload))]).Encode() : await recorded.WriteAsync();
        BlockLocation damaged;
        await using (var intact = await H4mkContainer.OpenAsync(bytes))
        {
            damaged = await intact.GetBlockAsync(0, 23);
        }

        bytes[damaged.FileOffset + 1] ^= 4;
        await using var container = await H4mkContainer.OpenAsync(SourceOf(bytes, 1));
        var delivered = new List<long>();
        var fault = await Assert.ThrowsAsync<H4mkFormatException>(async () =>
        {
            await foreach (var block in container.ReadBlocksAsync(0, [39, 24, 22, 1, 23, 0]))
            {
                delivered.Add(block.Ordinal);
            }
        });
        Assert.Equal([39, 24, 22, 1], delivered);
        Assert.Equal(isVersion10 ? H4mkErrorCode.Crc : H4mkErrorCode.Block, fault.Code);
        Assert.Equal(ChunkTag.Core, fault.Tag);
        Assert.Equal(damaged.FileOffset - 12, fault.Offset);
    }

    [Fact]
    public async Task ReadBlocks_DamagedHeaderOrPage_IsRaisedInItsTurn()
    {
        var recorded = Recorded.Make(9, 1, 40, 3, 300);
        var bytes = await recorded.WriteAsync();
        await using var intact = await H4mkContainer.OpenAsync(bytes.ToArray());
        var page = await intact.EnumerateChunksAsync(ChunkTag.Indx).Skip(2).FirstAsync();
        var block = await intact.GetBlockAsync(0, 9);
        bytes[page.Offset + 60] ^= 1;
        bytes[block.FileOffset - 12] ^= 1;
        await using var container = await H4mkContainer.OpenAsync(SourceOf(bytes, 1));
        Assert.Equal((8, H4mkErrorCode.Block), await FaultAsync(container.ReadBlocksAsync(0, [0, 1, 2, 3, 30, 31, 7, 8, 9, 10])));
        Assert.Equal((3, H4mkErrorCode.Crc), await FaultAsync(container.ReadBlocksAsync(0, [0, 8, 32, 16, 9])));
    }

    [Fact]
    public async Task ReadBlocks_SourceShrinksOrFails_RaisesAfterTheSoundBlocks()
    {
        var bytes = await Recorded.Make(9, 1, 40, 3, 300).WriteAsync();
        var cut = int.MaxValue;
        var fails = false;
        await using var container = await H4mkContainer.OpenAsync(new DelegateSource((offset, destination) =>
            fails && offset + destination.Length > 3000 ? throw new IOException("the disk is gone")
            : offset >= cut ? new SourceRead(0, cut)
            : DelegateSource.Copy(bytes, offset, destination[..(int)Math.Min(destination.Length, cut - offset)], int.MaxValue) with { Length = Math.Min(cut, bytes.Length) }));
        var blocks = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => container.GetBlockAsync(0, i).AsTask()));
        cut = (int)blocks[20].FileOffset + 1;
        var (count, code) = await FaultAsync(container.ReadBlocksAsync(0));
        Assert.Equal((20, H4mkErrorCode.Overrun), (count, code));

        cut = int.MaxValue;
        fails = true;
        await Assert.ThrowsAsync<IOException>(() => FaultAsync(container.ReadBlocksAsync(0, [0, 39])));
    }

    [Fact]
    public async Task ReadBlocks_ReadThatFails_SpoilsNoBlockOfAnotherRead()
    {
        // Each block is read by itself, the second to last fails: its neighbour in the file comes first, and is sound.
        var recorded = new Recorded(1, 10, [.. Enumerable.Range(0, 9).Select(i => new TrackBlock(0, new BlockInfo { Pts = (ulong)i }, new byte[100_000]))]);
        var bytes = await recorded.WriteAsync();
        var failing = -1L;
        await using var container = await H4mkContainer.OpenAsync(new DelegateSource((offset, destination) =>
            offset == failing ? throw new IOException("the sector is gone") : DelegateSource.Copy(bytes, offset, destination, int.MaxValue)));
        failing = (await container.GetBlockAsync(0, 6)).FileOffset - 12;
        var delivered = new List<long>();
        await Assert.ThrowsAsync<IOException>(async () =>
        {
            await foreach (var block in container.ReadBlocksAsync(0, [8, 4, 2, 6, 0]))
            {
                delivered.Add(block.Ordinal);
            }
        });
        Assert.Equal([8, 4, 2], delivered);
    }

    [Fact]
    public async Task ReadBlocks_LongerThanTheLimit_RaisesLimit()
    {
        var recorded = new Recorded(1, 3, [new TrackBlock(0, default, new byte[10]), new TrackBlock(0, default, new byte[11])]);
        await using var container = await H4mkContainer.OpenAsync(await recorded.WriteAsync(), new H4mkContainerOptions { MaxBlockLength = 10 });
        Assert.Equal((1, H4mkErrorCode.Limit), await FaultAsync(container.ReadBlocksAsync(0)));
    }

    [Fact]
    public async Task ReadBlocks_NearEachOther_AreReadAtOnce()
    {
        var near = new Recorded(1, 10, [.. Enumerable.Range(0, 200).Select(i => new TrackBlock(0, new BlockInfo { Pts = (ulong)i }, new byte[1000]))]);
        var far = near with { Blocks = [.. near.Blocks.Select(b => b with { Payload = new byte[70_000] })] };
        Assert.InRange(await ReadsAsync(near, [.. Enumerable.Range(0, 200).Select(i => (long)i)]), 1, 2);
        Assert.InRange(await ReadsAsync(near, [.. Enumerable.Range(0, 20).Select(i => (long)(i * 10))]), 1, 1);
        Assert.Equal(1, await ReadsAsync(near, [.. Enumerable.Range(150, 50).Select(i => (long)i)]));
        Assert.Equal(20, await ReadsAsync(far, [.. Enumerable.Range(0, 20).Select(i => (long)((i * 10) % 197))]));
    }

    [Fact]
    public async Task ReadBlocks_ManyReads_KeepToConcurrencyAndBudget()
    {
        const int Length = 100_000;
        var recorded = new Recorded(1, 10, [.. Enumerable.Range(0, 120).Select(i => new TrackBlock(0, new BlockInfo { Pts = (ulong)i }, new byte[Length]))]);
        var bytes = await recorded.WriteAsync();
        var source = new GatedSource(bytes);
        await using var container = await H4mkContainer.OpenAsync(source);
        await container.GetBlockAsync(0, 0);
        source.IsGated = true;
        var before = source.Asked;
        await using (var blocks = container.ReadBlocksAsync(0, [.. Enumerable.Range(0, 60).Select(i => 2L * i)], new BlockReadOptions { MaxConcurrency = 5, MemoryBudget = 10 * Length }).GetAsyncEnumerator())
        {
            for (var i = 0; i < 60; i++)
            {
                var next = blocks.MoveNextAsync().AsTask();
                await source.OpenWhenQuietAsync(next, 5);
                Assert.True(await next);

                // What was asked of the source and not yet gone through fits the budget.
                Assert.InRange(source.Asked - before - (i * (Length + 12L)), 0, 11 * Length);
            }
        }

        Assert.Equal(5, source.MostAtOnce);
        Assert.Equal(0, source.UnderWay);
    }

    [Fact]
    public async Task ReadBlocks_DisposedOrCancelledEarly_LeavesNoReadUnderWay()
    {
        var bytes = await Recorded.Make(5, 1, 200, 3, 90_000).WriteAsync();
        var source = new GatedSource(bytes);
        await using var container = await H4mkContainer.OpenAsync(source);
        await foreach (var block in container.ReadBlocksAsync(0))
        {
            if (block.Ordinal == 3)
            {
                break;
            }
        }

        Assert.Equal(0, source.UnderWay);
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var block in container.ReadBlocksAsync(0, cancellationToken: stop.Token))
            {
                await stop.CancelAsync();
            }
        });
        Assert.Equal(0, source.UnderWay);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => FaultAsync(container.ReadBlocksAsync(0, cancellationToken: stop.Token)));
    }

    [Fact]
    public async Task ReadBlocks_WrongArguments_ThrowAtOnce()
    {
        await using var container = await H4mkContainer.OpenAsync(await Recorded.Make(5, 1, 4, 3, 10).WriteAsync());
        Assert.Throws<ArgumentOutOfRangeException>(() => container.ReadBlocksAsync(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => container.ReadBlocksAsync(0, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => container.ReadBlocksAsync(0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => container.ReadBlocksAsync(0, [0, 4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => container.ReadBlocksAsync(0, [-1]));
        Assert.Throws<ArgumentNullException>(() => container.ReadBlocksAsync(0, null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => container.ReadBlocksFromAsync(0, TimeSpan.FromSeconds(-1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BlockReadOptions { MaxConcurrency = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new BlockReadOptions { MemoryBudget = 0 });
        Assert.Empty(await OrdinalsAsync(container.ReadBlocksAsync(0, [])));
        Assert.Empty(await OrdinalsAsync(container.ReadBlocksAsync(0, 4)));
    }

    private static H4mkSource SourceOf(byte[] bytes, int seed) => (seed & 3) switch
    {
        0 => H4mkSource.FromMemory(bytes),
        1 => new DelegateSource((offset, destination) => DelegateSource.Copy(bytes, offset, destination, int.MaxValue)),
        2 => new DelegateSource((offset, destination) => DelegateSource.Copy(bytes, offset, destination, 777), yields: false),
        _ => H4mkSource.FromStream(new MemoryStream(bytes)),
    };

    private static void AssertBlock(TrackBlock expected, long ordinal, H4mkBlock block)
    {
        Assert.Equal(ordinal, block.Ordinal);
        Assert.Equal(expected.Info.Pts, block.Pts);
        Assert.Equal(expected.Info.Flags, block.Location.Flags);
        Assert.Equal(expected.Info.Duration, block.Location.Duration);
        Assert.Equal(expected.Payload, block.Payload.ToArray());
    }

    private static async Task<List<long>> OrdinalsAsync(IAsyncEnumerable<H4mkBlock> blocks)
    {
        var ordinals = new List<long>();
        await foreach (var block in blocks)
        {
            ordinals.Add(block.Ordinal);
        }

        return ordinals;
    }

    private static async Task<(int Delivered, H4mkErrorCode Code)> FaultAsync(IAsyncEnumerable<H4mkBlock> blocks)
    {
        var delivered = 0;
        try
        {
            await foreach (var block in blocks)
            {
                delivered++;
            }
        }
        catch (H4mkFormatException fault)
        {
            return (delivered, fault.Code);
        }

        throw new InvalidOperationException("nothing was raised");
    }

    private static async Task<long> ReadsAsync(Recorded recorded, long[] ordinals)
    {
        var bytes = await recorded.WriteAsync();
        await using var container = await H4mkContainer.OpenAsync(new DelegateSource((offset, destination) => DelegateSource.Copy(bytes, offset, destination, int.MaxValue)));
        await container.GetBlockAsync(0, 0);
        var before = container.Source.ReadCount;
        var at = 0;
        await foreach (var block in container.ReadBlocksAsync(0, ordinals))
        {
            Assert.Equal(ordinals[at++], block.Ordinal);
        }

        return container.Source.ReadCount - before;
    }

    /// <summary>A source whose reads wait until the test lets them go on, and which counts them.</summary>
    private sealed class GatedSource(byte[] bytes) : H4mkSource
    {
        private readonly Lock _lock = new();
        private readonly List<TaskCompletionSource> _waiting = [];

        public bool IsGated { get; set; }

        public int UnderWay { get; private set; }

        public int MostAtOnce { get; private set; }

        public long Asked { get; private set; }

        /// <summary>Lets reads go on, each time only once so many of them wait or no more come.</summary>
        public async Task OpenWhenQuietAsync(Task until, int most)
        {
            var quiet = 0;
            while (!until.IsCompleted)
            {
                await Task.Delay(1);
                TaskCompletionSource[] waiting;
                lock (_lock)
                {
                    quiet = _waiting.Count < most ? quiet + 1 : int.MaxValue;
                    if (quiet < 50)
                    {
                        continue;
                    }

                    quiet = 0;
                    waiting = [.. _waiting];
                    _waiting.Clear();
                }

                Array.ForEach(waiting, w => w.SetResult());
            }
        }

        protected override async ValueTask<SourceRead> ReadCoreAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
        {
            var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_lock)
            {
                MostAtOnce = Math.Max(MostAtOnce, ++UnderWay);
                Asked += destination.Length;
                if (IsGated)
                {
                    _waiting.Add(gate);
                }
                else
                {
                    gate.SetResult();
                }
            }

            try
            {
                await gate.Task.WaitAsync(cancellationToken);
                await Task.Yield();
                return DelegateSource.Copy(bytes, offset, destination, int.MaxValue);
            }
            finally
            {
                lock (_lock)
                {
                    UnderWay--;
                }
            }
        }

        protected override ValueTask<SourceRead> ReadTailCoreAsync(Memory<byte> destination, CancellationToken cancellationToken) =>
            new(DelegateSource.Copy(bytes, Math.Max(0, bytes.Length - destination.Length), destination, int.MaxValue));
    }
}
