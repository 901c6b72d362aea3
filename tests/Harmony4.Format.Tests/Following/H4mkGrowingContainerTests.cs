using System.Buffers;
using FsCheck.Xunit;
using Harmony4.Format.Tests.Properties;
using Harmony4.TestKit;

namespace Harmony4.Format.Tests.Following;

public sealed class H4mkGrowingContainerTests
{
    [Property(Arbitrary = [typeof(RecordedArbitrary)], MaxTest = 30, Replay = "(20261127,41)")]
    public async Task Update_AnyPrefixes_ShowWhatIsWholeAndStayAsTheyAre(Recorded recorded, int seed)
    {
        var bytes = await recorded.WriteAsync();
        var random = new Random(seed);
        var file = new GrowingFile();
        await using var growing = new H4mkGrowingContainer(file);
        var shown = new List<(H4mkContainer Container, int Length)>();
        for (var length = 0; length < bytes.Length; length += random.Next(1, 2 + (bytes.Length / 8)))
        {
            file.Bytes = bytes[..length];
            if (await growing.UpdateAsync() is { } container)
            {
                shown.Add((container, length));
            }
        }

        Assert.False(growing.IsComplete);
        file.Bytes = bytes;
        var complete = await growing.UpdateAsync();
        Assert.True(growing.IsComplete);
        Assert.False(complete!.IsGrowing);
        await using var expected = await H4mkContainer.OpenAsync(bytes);
        Assert.Equal(expected.Identity, complete.Identity);
        Assert.Same(complete, await growing.UpdateAsync());
        foreach (var (container, length) in shown)
        {
            await AssertShowsAsync(container, expected, bytes, length);
        }
    }

    [Fact]
    public async Task Update_NothingNew_IsTheSameContainer()
    {
        var bytes = await Recorded.Make(3, 2, 30, 2, 100).WriteAsync();
        var file = new GrowingFile { Bytes = bytes[..(bytes.Length / 2)] };
        await using var growing = new H4mkGrowingContainer(file);
        var first = await growing.UpdateAsync();
        var reads = file.ReadCount;
        Assert.Same(first, await growing.UpdateAsync());
        Assert.InRange(file.ReadCount - reads, 1, 2);
        await first!.DisposeAsync();
        Assert.Equal(0, (await first.GetBlockAsync(0, 0)).Ordinal);
    }

    [Fact]
    public async Task Update_BeforeTrak_IsNothing()
    {
        var bytes = await Recorded.Make(3, 1, 5, 2, 100).WriteAsync();
        var trak = Forward.H4mkForwardReaderTests.Chunks(bytes)[0];
        var file = new GrowingFile();
        await using var growing = new H4mkGrowingContainer(file);
        foreach (var length in (int[])[0, 7, 8, 19, trak.Offset + 12 + trak.Length - 1])
        {
            file.Bytes = bytes[..length];
            Assert.Null(await growing.UpdateAsync());
        }

        file.Bytes = bytes[..(trak.Offset + 12 + trak.Length)];
        var container = await growing.UpdateAsync();
        Assert.Equal(0, container!.BlockCount);
        Assert.Null(container.Tracks[0].Duration);
        Assert.Null(await container.FindKeyframeAsync(0, ulong.MaxValue));
        Assert.Single(await container.ReadTrackInfoAsync());
    }

    [Fact]
    public async Task Update_Version10_SaysThatItCannotBeReadYet()
    {
        var bytes = Vectors.Read("h4mk-1.1/v10.h4mk");
        await using var growing = new H4mkGrowingContainer(new GrowingFile { Bytes = bytes[..(bytes.Length / 2)] });
        var exception = await Assert.ThrowsAsync<H4mkFormatException>(async () => await growing.UpdateAsync());
        Assert.Equal(H4mkErrorCode.Order, exception.Code);
        Assert.Equal(8, exception.Offset);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Update_CutOrReplaced_FailsForGood(bool isCut)
    {
        var bytes = await Recorded.Make(1, 1, 30, 2, 200).WriteAsync();
        var other = await Recorded.Make(2, 2, 30, 2, 300).WriteAsync();
        var file = new GrowingFile { Bytes = bytes[..(bytes.Length / 2)] };
        await using var growing = new H4mkGrowingContainer(file);
        var container = await growing.UpdateAsync();
        file.Bytes = isCut ? bytes[..50] : other;
        var exception = await Assert.ThrowsAsync<H4mkFormatException>(async () => await growing.UpdateAsync());
        file.Bytes = bytes;
        Assert.Equal(exception.Message, (await Assert.ThrowsAsync<H4mkFormatException>(async () => await growing.UpdateAsync())).Message);

        // What was shown before can be read where it is still there.
        await container!.ReadBlockAsync(0, 0, new ArrayBufferWriter<byte>());
    }

    [Fact]
    public async Task Update_DamagedBlockWithBytesBehind_IsFoundWhereItIs()
    {
        var bytes = await Recorded.Make(1, 1, 12, 2, 200).WriteAsync();
        var core = Forward.H4mkForwardReaderTests.Chunks(bytes).Where(c => c.Tag == "CORE" && c.Length > 0).ElementAt(3);
        bytes[core.Offset + 12] ^= 1;
        await using var growing = new H4mkGrowingContainer(new GrowingFile { Bytes = bytes });
        await growing.UpdateAsync();
        var exception = await Assert.ThrowsAsync<H4mkFormatException>(async () => await growing.UpdateAsync());
        Assert.Equal((H4mkErrorCode.Crc, core.Offset), (exception.Code, exception.Offset));
    }

    [Fact]
    public async Task Update_Memory_IsTakenBeforeAndGivenBack()
    {
        var bytes = await Recorded.Make(5, 1, 3000, 6, 20).WriteAsync();
        var budget = new MemoryBudget(1024 * 1024, TimeSpan.Zero);
        var file = new GrowingFile { Bytes = bytes[..^100] };
        var growing = new H4mkGrowingContainer(file, new H4mkContainerOptions { Memory = budget });
        Assert.NotNull(await growing.UpdateAsync());

        // Three parts of 1,024 blocks, one to spare, and a buffer that grew by doubling until it held the longest chunk.
        Assert.InRange(budget.Taken, 3 * 44 * 1024, (4 * 44 * 1024) + (2 * Forward.H4mkForwardReaderTests.Chunks(bytes).Max(c => c.Length)));
        var stream = (await growing.UpdateAsync())!;
        await stream.CopyTrackAsync(0, 0, stream.Tracks[0].ByteLength, Stream.Null);
        await growing.DisposeAsync();
        Assert.Equal(0, budget.Taken);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await growing.UpdateAsync());

        var little = new MemoryBudget(50 * 1024, TimeSpan.Zero);
        await using var refused = new H4mkGrowingContainer(new GrowingFile { Bytes = bytes[..^100] }, new H4mkContainerOptions { Memory = little });
        await Assert.ThrowsAsync<MemoryBudgetException>(async () => await refused.UpdateAsync());
        await Assert.ThrowsAsync<MemoryBudgetException>(async () => await refused.UpdateAsync());
    }

    [Fact]
    public async Task Proofs_OfWhatGrows_AreNotThereYet()
    {
        var bytes = await Recorded.Make(1, 1, 12, 2, 200).WriteAsync();
        await using var growing = new H4mkGrowingContainer(new GrowingFile { Bytes = bytes[..^10] });
        var container = await growing.UpdateAsync();
        Assert.True(container!.IsGrowing);
        Assert.Null(container.Identity);
        var exception = await Assert.ThrowsAsync<NotSupportedException>(async () => await container.ProveBlockAsync(0, 0));
        Assert.Contains("still being written", exception.Message, StringComparison.Ordinal);
        Assert.Equal(VerificationState.Incomplete, (await container.VerifyAsync()).State);
    }

    private static async Task AssertShowsAsync(H4mkContainer container, H4mkContainer expected, byte[] bytes, int length)
    {
        var chunks = Forward.H4mkForwardReaderTests.Chunks(bytes).Where(c => c.Offset + 12 + c.Length <= length).ToList();
        if (chunks[^1].Tag == "TOKN")
        {
            // It announces a block that is not there yet.
            chunks.RemoveAt(chunks.Count - 1);
        }

        Assert.True(container.IsGrowing);
        Assert.InRange(container.Length, chunks[^1].Offset + 12 + chunks[^1].Length, length);
        Assert.Equal(chunks.Count(c => c.Tag == "CORE"), container.BlockCount);
        foreach (var from in (long[])[0, container.Length / 3, container.Length / 2])
        {
            var listed = new List<(string, int, int)>();
            await foreach (var chunk in container.EnumerateChunksAsync(from: from))
            {
                listed.Add((chunk.Tag.ToString(), (int)chunk.Offset, (int)chunk.Length));
            }

            Assert.Equal(chunks.Where(c => c.Offset >= from), listed);
        }

        foreach (var track in container.Tracks)
        {
            var blocks = new List<BlockLocation>();
            var payloads = new ArrayBufferWriter<byte>();
            for (long ordinal = 0; ordinal < track.BlockCount; ordinal++)
            {
                var block = await container.GetBlockAsync(track.Id, ordinal);
                Assert.Equal(await expected.GetBlockAsync(track.Id, ordinal), block with { Digest = (await expected.GetBlockAsync(track.Id, ordinal)).Digest, Crc = null });
                blocks.Add(block);
                await container.ReadBlockAsync(track.Id, ordinal, payloads);
            }

            Assert.Equal(payloads.WrittenCount, track.ByteLength);
            Assert.Equal(blocks.Count(b => b.IsKey), track.KeyframeCount);
            Assert.Equal(blocks.Count == 0 ? null : blocks.Min(b => b.Pts), track.FirstPts);
            Assert.Equal(blocks.Count == 0 ? null : blocks.Max(b => b.Pts + b.Duration), track.EndPts);
            Assert.InRange(track.FinalBlockCount, 0, track.BlockCount);
            var stream = new MemoryStream();
            await container.CopyTrackAsync(track.Id, track.ByteLength / 3, track.ByteLength - (track.ByteLength / 3), stream);
            Assert.Equal(payloads.WrittenMemory[(int)(track.ByteLength / 3)..].ToArray(), stream.ToArray());
            foreach (var pts in blocks.SelectMany(b => (ulong[])[b.Pts!.Value, b.Pts.Value + 1, Math.Max(1, b.Pts.Value) - 1]).Append(ulong.MaxValue))
            {
                var before = blocks.Where(b => b.IsKey && b.Pts <= pts).Select(b => (long?)b.Ordinal).LastOrDefault();
                var after = blocks.Where(b => b.IsKey && b.Pts > pts).Select(b => (long?)b.Ordinal).FirstOrDefault();
                Assert.Equal((before, after), ((await container.FindKeyframeAsync(track.Id, pts))?.Block, (await container.FindNextKeyframeAsync(track.Id, pts))?.Block));
            }
        }
    }
}
