using System.Buffers.Binary;
using Harmony4.Format.Tests.Conformance;
using Harmony4.Format.Tests.Forward;
using Harmony4.Format.Tests.Properties;
using static Harmony4.Format.Tests.Recovery.RecoveryRun;

namespace Harmony4.Format.Tests.Recovery;

/// <summary>Blocks that are missing between others: their place, their time, and how many the file can have held.</summary>
public sealed class RecoveryGapTests
{
    [Fact]
    public async Task Recover_OrdinalsThatTheFileCannotHold_AddNoBlocks()
    {
        var bytes = Vectors11.Read("one-track.h4mk");
        await using var container = await H4mkContainer.OpenAsync(bytes);
        var block = await container.GetBlockAsync(0, 3);
        var token = bytes.AsSpan((int)block.FileOffset - 12 - 24, 24);
        BinaryPrimitives.WriteUInt32BigEndian(token[8..], 1_000_000_000);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan((int)block.FileOffset - 12 - 24 - 4), System.IO.Hashing.Crc32.HashToUInt32(token));
        var (recovered, report) = await RecoverAsync(bytes);
        Assert.Equal([new LostBlock(0, 3)], report.Lost);
        Assert.Single(report.Skipped);
        await using var again = await H4mkContainer.OpenAsync(recovered);
        Assert.Equal(container.BlockCount, again.BlockCount);
    }

    [Fact]
    public async Task Recover_TheNextBlockAtTheEdgeOfASearch_IsFound()
    {
        // The search for TOKN goes on by windows of 1 MiB, from behind the one that is damaged.
        const int window = 1024 * 1024;
        for (var before = -2; before <= 9; before++)
        {
            var length = window - before + 1 - 36 - 12;
            var recorded = new Recorded(1, 2, [.. ((int[])[3, length, 4]).Select((size, i) => new TrackBlock(0, new BlockInfo { Pts = (ulong)i }, new byte[size]))]);
            var bytes = await recorded.WriteAsync();
            await using var container = await H4mkContainer.OpenAsync(bytes);
            var token = (int)(await container.GetBlockAsync(0, 1)).FileOffset - 12 - 36;
            bytes[token + 10] ^= 1;
            bytes[token + 36 + 10] ^= 1;
            var (recovered, report) = await RecoverAsync(bytes[..^100]);
            Assert.Equal([new LostBlock(0, 1)], report.Lost);
            Assert.Equal(new SkippedRange(token, token + 36 + 12 + length), report.Skipped[0]);
            await using var again = await H4mkContainer.OpenAsync(recovered);
            Assert.Equal(4L, (await again.GetBlockAsync(0, 2)).Length);
        }
    }

    [Fact]
    public async Task Recover_LostBlocksWithoutTheirPage_HaveTheTimeOfTheBlockBefore()
    {
        var recorded = new Recorded(2, 4, [.. Enumerable.Range(1, 6).Select(i => new TrackBlock(i % 2 * 3, new BlockInfo { Pts = (ulong)(100 * i), Duration = 9 }, [1, 2, 3]))]);
        var bytes = await recorded.WriteAsync();
        bytes = bytes[..H4mkForwardReaderTests.Chunks(bytes).First(c => c.Tag == "INDX").Offset];
        var tokens = H4mkForwardReaderTests.Chunks(bytes).Where(c => c.Tag == "TOKN").ToArray();

        // Track 0 has the blocks of 200, 400 and 600: the first two are damaged, token and all.
        foreach (var token in (int[])[tokens[1].Offset, tokens[3].Offset])
        {
            bytes[token + 12] ^= 1;
        }

        var (recovered, report) = await RecoverAsync(bytes);
        Assert.Equal([new LostBlock(0, 0), new LostBlock(0, 1)], report.Lost);
        Assert.Equal((4, 2, 2), (report.BlockCount, report.LostCount, report.SkippedCount));
        Assert.False(report.IsClean);
        await using var again = await H4mkContainer.OpenAsync(recovered);
        Assert.Equal([0UL, 0, 600], await Task.WhenAll(Enumerable.Range(0, 3).Select(async i => (await again.GetBlockAsync(0, i)).Pts!.Value)));

        // The second alone: it has the time of the first.
        bytes[tokens[1].Offset + 12] ^= 1;
        (recovered, report) = await RecoverAsync(bytes);
        Assert.Equal([new LostBlock(0, 1)], report.Lost);
        await using var other = await H4mkContainer.OpenAsync(recovered);
        Assert.Equal([200UL, 200, 600], await Task.WhenAll(Enumerable.Range(0, 3).Select(async i => (await other.GetBlockAsync(0, i)).Pts!.Value)));
    }

    [Fact]
    public async Task Recover_LostBlocksWithoutTheirPage_HaveTheTimeOfALostOneToo()
    {
        // Of the second block the token is there, of the third nothing.
        var recorded = new Recorded(1, 4, [.. Enumerable.Range(1, 4).Select(i => new TrackBlock(0, new BlockInfo { Pts = (ulong)(100 * i) }, [1, 2, 3]))]);
        var bytes = await recorded.WriteAsync();
        bytes = bytes[..H4mkForwardReaderTests.Chunks(bytes).First(c => c.Tag == "INDX").Offset];
        var chunks = H4mkForwardReaderTests.Chunks(bytes);
        bytes[chunks.Where(c => c.Tag == "CORE").ElementAt(1).Offset + 12] ^= 1;
        bytes[chunks.Where(c => c.Tag == "TOKN").ElementAt(2).Offset + 12] ^= 1;
        var (recovered, report) = await RecoverAsync(bytes);
        Assert.Equal([new LostBlock(0, 1), new LostBlock(0, 2)], report.Lost);
        await using var again = await H4mkContainer.OpenAsync(recovered);
        Assert.Equal([100UL, 200, 200, 400], await Task.WhenAll(Enumerable.Range(0, 4).Select(async i => (await again.GetBlockAsync(0, i)).Pts!.Value)));
    }

    [Fact]
    public async Task Recover_LostBlocksBehindA10Part_HaveTheTimeOfItsLastBlock()
    {
        var file = Media.Small.Encode();
        await using var container = await H4mkContainer.OpenAsync(file);
        using var output = new MemoryStream();
        output.Write(file);
        await using (var writer = await H4mkContainerWriter.UpgradeAsync(container, output, new H4mkWriterOptions { PageLog2 = 4 }, leaveOpen: true))
        {
            await writer.WriteBlockAsync(0, new BlockInfo { Pts = 80_000 }, new byte[3]);
            await writer.WriteBlockAsync(0, new BlockInfo { Pts = 90_000 }, new byte[3]);
            await writer.CompleteAsync();
        }

        var bytes = output.ToArray();
        bytes = bytes[..H4mkForwardReaderTests.Chunks(bytes).First(c => c.Tag == "INDX").Offset];
        bytes[H4mkForwardReaderTests.Chunks(bytes).First(c => c.Tag == "TOKN").Offset + 12] ^= 1;
        var (recovered, report) = await RecoverAsync(bytes);
        Assert.Equal([new LostBlock(0, 3)], report.Lost);
        await using var again = await H4mkContainer.OpenAsync(recovered);
        Assert.Equal([66_666UL, 66_666, 90_000], await Task.WhenAll(Enumerable.Range(2, 3).Select(async i => (await again.GetBlockAsync(0, i)).Pts!.Value)));
    }

    // How many blocks the page is of, what is behind them, its track and its first block; whether it is a page of this recording.
    [Theory]
    [InlineData(2, 0, 0, 0, true)]
    [InlineData(1, 0, 0, 0, true)]
    [InlineData(3, 0, 0, 0, false)]
    [InlineData(0, 0, 0, 0, false)]
    [InlineData(2, 1, 0, 0, false)]
    [InlineData(2, 63, 0, 0, false)]
    [InlineData(2, 0, 1, 0, false)]
    [InlineData(2, 0, 0, 1, false)]
    [InlineData(2, 0, 0, 4, false)]
    public async Task Recover_APageThatSaysOtherThanTheBlocks_CostsThemWhereItIsOne(int count, int more, int track, uint first, bool isPage)
    {
        var recorded = new Recorded(1, 1, [.. Enumerable.Range(0, 2).Select(i => new TrackBlock(0, new BlockInfo { Pts = (ulong)i }, [1, 2, 3]))]);
        var bytes = await recorded.WriteAsync();
        bytes = bytes[..H4mkForwardReaderTests.Chunks(bytes).First(c => c.Tag == "INDX").Offset];
        var page = new byte[16 + (64 * count) + more];
        BinaryPrimitives.WriteUInt16BigEndian(page, (ushort)track);
        BinaryPrimitives.WriteUInt32BigEndian(page.AsSpan(4), first);
        var chunk = new System.Buffers.ArrayBufferWriter<byte>();
        new H4mkChunkWriter(chunk).WriteChunk(ChunkTag.Indx, page);
        var (_, report) = await RecoverAsync([.. bytes, .. chunk.WrittenSpan]);
        Assert.Equal(isPage ? (2 - count, count) : (2, 0), (report.BlockCount, report.LostCount));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task Recover_GapInATrack_IsFilledAsFarAsTheFileCouldHoldItsBlocks(int beyond, bool isFilled)
    {
        var recorded = new Recorded(1, 10, [.. Enumerable.Range(0, 3).Select(i => new TrackBlock(0, new BlockInfo { Pts = (ulong)i }, []))]);
        var bytes = await recorded.WriteAsync();
        bytes = bytes[..H4mkForwardReaderTests.Chunks(bytes).First(c => c.Tag == "INDX").Offset];
        var token = H4mkForwardReaderTests.Chunks(bytes).Last(c => c.Tag == "TOKN");
        var room = bytes.Length / 48;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(token.Offset + 12 + 8), (uint)(2 + room + beyond));
        H4mkForwardReaderTests.Recheck(bytes, token.Offset, token.Length);
        var (recovered, report) = await RecoverAsync(bytes);
        Assert.Equal(isFilled ? (3, room, 0) : (2, 0, 1), (report.BlockCount, report.LostCount, report.SkippedCount));
        await using var again = await H4mkContainer.OpenAsync(recovered);
        Assert.Equal(isFilled ? room + 3 : 2, again.BlockCount);
    }

    [Fact]
    public async Task Recover_GapsInATrack_AreFilledTogetherAsFarAsTheFileCouldHoldTheirBlocks()
    {
        var recorded = new Recorded(1, 10, [.. Enumerable.Range(0, 3).Select(i => new TrackBlock(0, new BlockInfo { Pts = (ulong)i }, []))]);
        var bytes = await recorded.WriteAsync();
        bytes = bytes[..H4mkForwardReaderTests.Chunks(bytes).First(c => c.Tag == "INDX").Offset];
        var tokens = H4mkForwardReaderTests.Chunks(bytes).Where(c => c.Tag == "TOKN").ToArray();
        var room = bytes.Length / 48;
        foreach (var second in (int[])[room - 1, room])
        {
            // A gap of one block, and one of all that remain or one more.
            foreach (var (token, ordinal) in ((int, int)[])[(1, 2), (2, 3 + second)])
            {
                BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(tokens[token].Offset + 12 + 8), (uint)ordinal);
                H4mkForwardReaderTests.Recheck(bytes, tokens[token].Offset, tokens[token].Length);
            }

            var (_, report) = await RecoverAsync(bytes);
            Assert.Equal(second < room ? (3, room, 0) : (2, 1, 1), (report.BlockCount, report.LostCount, report.SkippedCount));
        }
    }

    [Fact]
    public async Task Recover_ABlockThatItsTrackCannotHold_IsLost()
    {
        // A keyframe whose time is not behind the one before it, and one whose time no track can hold.
        var recorded = new Recorded(1, 10, [.. Enumerable.Range(0, 3).Select(i => new TrackBlock(0, new BlockInfo { Pts = (ulong)(10 * (i + 1)), IsKey = true }, [1]))]);
        var whole = await recorded.WriteAsync();
        foreach (var (pts, stored) in ((ulong, ulong)[])[(10, 10), (9, 9), (ulong.MaxValue, long.MaxValue)])
        {
            var bytes = whole[..H4mkForwardReaderTests.Chunks(whole).First(c => c.Tag == "INDX").Offset];
            var token = H4mkForwardReaderTests.Chunks(bytes).Where(c => c.Tag == "TOKN").ElementAt(1);
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(token.Offset + 12), pts);
            H4mkForwardReaderTests.Recheck(bytes, token.Offset, token.Length);
            var (recovered, report) = await RecoverAsync(bytes);
            await using var again = await H4mkContainer.OpenAsync(recovered);
            Assert.Equal([new LostBlock(0, 1)], report.Lost);
            Assert.Equal((stored, BlockFlags.Lost), await again.GetBlockAsync(0, 1) is var lost ? (lost.Pts, lost.Flags) : default);
            Assert.Equal(30UL, (await again.GetBlockAsync(0, 2)).Pts);
        }
    }

    [Fact]
    public async Task Recover_SealsInAGap_KeepTheNumbersOfThoseBehindThem()
    {
        // Blocks name their SEAL by its place among them.
        using var output = new MemoryStream();
        await using (var writer = H4mkContainerWriter.Create(output, new H4mkWriterOptions { PageLog2 = 4 }, leaveOpen: true))
        {
            for (var i = 0; i < 3; i++)
            {
                await writer.WriteSealAsync(new byte[84 + i]);
                byte[] frame = [1, 1, 0, 0, 0, 0, 0, (byte)i, .. new byte[24]];
                await writer.WriteBlockAsync(0, new BlockInfo { Pts = (ulong)i, Flags = BlockFlags.Sealed }, frame);
            }

            await writer.FlushAsync();
        }

        var chunks = H4mkForwardReaderTests.Chunks(output.ToArray());
        var seals = chunks.Where(c => c.Tag == "SEAL").ToArray();
        Assert.Equal([84u, 85, 86], await SealsAsync(output.ToArray()));

        // The middle one is gone with the block before it, as if that stretch of the file had never been; damaged in its payload; damaged in its tag.
        var gap = chunks.Where(c => c.Tag == "TOKN").First().Offset;
        Assert.Equal([84u, 0, 86], await SealsAsync([.. output.ToArray()[..gap], .. output.ToArray()[(seals[1].Offset + 12 + seals[1].Length)..]]));
        var bytes = output.ToArray();
        bytes[seals[1].Offset + 12] ^= 1;
        Assert.Equal([84u, 0, 86], await SealsAsync(bytes));
        bytes = output.ToArray();
        bytes[seals[1].Offset] ^= 64;
        Assert.Equal([84u, 0, 86], await SealsAsync(bytes));

        static async Task<uint[]> SealsAsync(byte[] cut)
        {
            await using var container = await H4mkContainer.OpenAsync((await RecoverAsync(cut)).Bytes);
            return [.. (await container.EnumerateChunksAsync(ChunkTag.Seal).ToListAsync()).Select(c => c.Length)];
        }
    }
}
