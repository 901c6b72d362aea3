using System.Buffers.Binary;
using FsCheck.Xunit;
using Harmony4.Format.Tests.Conformance;
using Harmony4.Format.Tests.Forward;
using Harmony4.Format.Tests.Properties;

namespace Harmony4.Format.Tests.Recovery;

/// <summary>A cut recording gives what closing it there would have given; damage costs the blocks that it touches.</summary>
public sealed class H4mkRecoveryTests
{
    [Theory]
    [InlineData("cut-mid")]
    [InlineData("cut-tail")]
    public async Task Recover_Vector_GivesItsBytesAndReport(string name)
    {
        var (bytes, report) = await RecoverAsync(Vectors11.Read(name + ".h4mk"));
        var expected = Vectors11.Case(name + "-recovered.h4mk").GetProperty("report");

        Assert.Equal(Vectors11.Read(name + "-recovered.h4mk"), bytes);
        Assert.Equal(expected.GetProperty("blocks").GetInt64(), report.BlockCount);
        Assert.Equal(expected.GetProperty("cut").GetInt64(), report.CutOffset);
        Assert.True(report.IsClean);
    }

    [Theory]
    [InlineData("one-track.h4mk")]
    [InlineData("bundle.h4mk")]
    [InlineData("late-track.h4mk")]
    [InlineData("empty.h4mk")]
    [InlineData("exact-pages.h4mk")]
    [InlineData("upgraded.h4mk")]
    [InlineData("appended.h4mk")]
    public async Task Recover_ASoundFile_GivesIt(string name)
    {
        var (bytes, report) = await RecoverAsync(Vectors11.Read(name));
        Assert.Equal(Vectors11.Read(name), bytes);
        Assert.True(report.IsClean);
        Assert.Null(report.CutOffset);
    }

    [Property(Arbitrary = [typeof(RecordedArbitrary)], MaxTest = 40)]
    public bool Recover_AnyPrefix_GivesWhatClosingThereWouldHaveGiven(Recorded recorded, ushort where)
    {
        return CheckAsync().GetAwaiter().GetResult();

        async Task<bool> CheckAsync()
        {
            var ends = new List<long>();
            using var output = new MemoryStream();
            await recorded.WriteAsync(output, async (writer, _) =>
            {
                await writer.FlushAsync();
                ends.Add(output.Length);
            });
            var first = (int)await HeadLengthAsync(output.ToArray());
            var cut = first + (where % (output.Length - first + 1));

            // A block counts once its CORE is there; the page that it fills may be cut.
            var whole = ends.FindIndex(e => e > cut) is >= 0 and var i ? i : ends.Count;
            if (whole < ends.Count && await FillsPageAsync(output.ToArray(), (int)ends[whole], cut))
            {
                whole++;
            }

            var (bytes, report) = await RecoverAsync(output.ToArray()[..(int)cut]);
            var expected = await (recorded with { Blocks = recorded.Blocks[..whole] }).WriteAsync();
            return bytes.AsSpan().SequenceEqual(expected) && report.IsClean && report.BlockCount == whole;
        }
    }

    [Fact]
    public async Task Recover_EveryFlippedBit_LosesAtMostTheBlocksItTouches()
    {
        foreach (var name in (string[])["one-track.h4mk", "bundle.h4mk", "upgraded.h4mk"])
        {
            var whole = Vectors11.Read(name);
            await using var container = await H4mkContainer.OpenAsync(whole);
            var head = await HeadLengthAsync(whole);
            for (var bit = (int)(8 * head); bit < 8 * whole.Length; bit += 29)
            {
                var bytes = whole.ToArray();
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                var (recovered, report) = await RecoverAsync(bytes);
                Assert.Equal(VerificationState.Unsigned, (await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(recovered))).State);
                await using var again = await H4mkContainer.OpenAsync(recovered);

                // The one block whose TOKN or CORE holds the bit; the last block of a track when that TOKN is lost is not known of.
                Assert.True(report.LostCount <= 1, $"{name} bit {bit}: {report.LostCount} lost");
                Assert.InRange(again.BlockCount, container.BlockCount - 1, container.BlockCount);
                Assert.Equal(report.BlockCount + report.LostCount, again.BlockCount);
                Assert.InRange(report.BlockCount, container.BlockCount - 1, container.BlockCount);
            }
        }
    }

    [Fact]
    public async Task Recover_DamagedCore_IsALostBlockInItsPlace()
    {
        var bytes = Vectors11.Read("one-track.h4mk");
        await using var container = await H4mkContainer.OpenAsync(bytes);
        var block = await container.GetBlockAsync(0, 7);
        bytes[block.FileOffset] ^= 1;
        var (recovered, report) = await RecoverAsync(bytes);

        Assert.Equal([new LostBlock(0, 7)], report.Lost);
        Assert.Empty(report.Skipped);
        await using var again = await H4mkContainer.OpenAsync(recovered);
        var lost = await again.GetBlockAsync(0, 7);
        Assert.Equal((block.Pts, 0u, 0L, BlockFlags.Lost), (lost.Pts, lost.Duration, lost.Length, lost.Flags));
        var next = await again.GetBlockAsync(0, 8);
        Assert.Equal((await container.GetBlockAsync(0, 8)).Digest, next.Digest);
    }

    [Fact]
    public async Task Recover_DamagedToken_TakesTheTimeOfTheLostBlockFromItsPage()
    {
        var bytes = Vectors11.Read("one-track.h4mk");
        await using var container = await H4mkContainer.OpenAsync(bytes);
        var block = await container.GetBlockAsync(0, 5);
        bytes[block.FileOffset - 12 - 20] ^= 1;
        var (recovered, report) = await RecoverAsync(bytes);

        Assert.Equal([new LostBlock(0, 5)], report.Lost);
        Assert.Single(report.Skipped);
        await using var again = await H4mkContainer.OpenAsync(recovered);
        Assert.Equal(block.Pts, (await again.GetBlockAsync(0, 5)).Pts);
    }

    [Fact]
    public async Task Recover_ABlockThatItsPageListsOtherwise_IsLost()
    {
        // Payload and CRC were changed together: only the page tells.
        var bytes = Vectors11.Read("one-track.h4mk");
        await using var container = await H4mkContainer.OpenAsync(bytes);
        var block = await container.GetBlockAsync(0, 6);
        var at = (int)block.FileOffset;
        bytes[at] ^= 1;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(at - 4), System.IO.Hashing.Crc32.HashToUInt32(bytes.AsSpan(at, (int)block.Length)));
        Assert.Equal([new LostBlock(0, 6)], (await RecoverAsync(bytes)).Report.Lost);
    }

    [Theory]
    [InlineData("TRAK")]
    [InlineData("META")]
    [InlineData("SAFE")]
    public async Task Recover_DamagedHead_NeedsTheChunkGiven(string name)
    {
        var whole = Vectors11.Read("one-track.h4mk");
        var @case = Vectors11.Case("one-track.h4mk");
        await using var container = await H4mkContainer.OpenAsync(whole);
        var chunk = container.FindChunk(new ChunkTag(name))!.Value;
        var given = Vectors11.Options(@case);
        foreach (var offset in (long[])[chunk.Offset, chunk.Offset + 1, chunk.Offset + 6, chunk.Offset + 7, chunk.Offset + 9, chunk.PayloadOffset])
        {
            var bytes = whole.ToArray();
            bytes[offset] ^= 64;
            var refusal = await Assert.ThrowsAsync<H4mkFormatException>(() => RecoverAsync(bytes));
            Assert.Equal(new ChunkTag(name), refusal.Tag);
            var (recovered, report) = await RecoverAsync(bytes, new H4mkRecoveryOptions { Trak = given.Trak, Meta = given.Meta, Safe = given.Safe });
            Assert.Equal(whole, recovered);
            Assert.Equal(0, report.LostCount);
            Assert.Single(report.Skipped);
        }
    }

    [Fact]
    public async Task Recover_TrakOfAnyOtherTag_NeedsItGiven()
    {
        var whole = Vectors11.Read("one-track.h4mk");
        var bytes = whole.ToArray();
        "more"u8.CopyTo(bytes.AsSpan(8));
        var refusal = await Assert.ThrowsAsync<H4mkFormatException>(() => RecoverAsync(bytes));
        Assert.Equal((H4mkErrorCode.Track, ChunkTag.Trak, 8), (refusal.Code, refusal.Tag, refusal.Offset));
        var (recovered, report) = await RecoverAsync(bytes, new H4mkRecoveryOptions { Trak = Vectors11.Options(Vectors11.Case("one-track.h4mk")).Trak });
        Assert.Equal(whole, recovered);
        Assert.Equal([new SkippedRange(8, H4mkForwardReaderTests.Chunks(whole)[1].Offset)], report.Skipped);
    }

    [Fact]
    public async Task Recover_DamagedHeadThatEndsTheFile_IsDamagedAndNotCut()
    {
        var whole = Vectors11.Read("one-track.h4mk");
        var safe = H4mkForwardReaderTests.Chunks(whole).Single(c => c.Tag == "SAFE");
        var bytes = whole[..(safe.Offset + 12 + safe.Length)];
        bytes[^1] ^= 1;
        var refusal = await Assert.ThrowsAsync<H4mkFormatException>(() => RecoverAsync(bytes));
        Assert.Equal((H4mkErrorCode.Crc, ChunkTag.Safe, safe.Offset), (refusal.Code, refusal.Tag, refusal.Offset));
        var (_, report) = await RecoverAsync(bytes, new H4mkRecoveryOptions { Safe = "{}"u8.ToArray() });
        Assert.Equal((0, safe.Offset), (report.BlockCount, report.CutOffset));
    }

    [Fact]
    public async Task Recover_WhatIsNoRecording_IsRefusedAndNothingIsWritten()
    {
        foreach (var bytes in (byte[][])[[], "H4MK"u8.ToArray(), new byte[100], Media.Small.Encode(), Media.Small.Encode()[..60], Vectors11.Read("cut-9.h4mk"), [.. Vectors11.Read("upgraded.h4mk")[..1595]]])
        {
            using var output = new MemoryStream();
            await Assert.ThrowsAsync<H4mkFormatException>(async () => await H4mkRecovery.RecoverAsync(H4mkSource.FromMemory(bytes), output));
            Assert.Equal(0, output.Length);
        }
    }

    [Fact]
    public async Task Recover_AnUpgradedFile_KeepsTheTimesThatItsPagesTell()
    {
        BlockInfo[] times = [new() { Pts = 0, Duration = 10, IsKey = true }, new() { Pts = 40_000, Duration = 20 }, new() { Pts = 66_666, Duration = 30, IsKey = true }];
        var file = Media.Small.Encode();
        await using var container = await H4mkContainer.OpenAsync(file);
        using var output = new MemoryStream();
        output.Write(file);
        await using (var writer = await H4mkContainerWriter.UpgradeAsync(container, output, times: times, leaveOpen: true))
        {
            await writer.CompleteAsync();
        }

        Assert.Equal(output.ToArray(), (await RecoverAsync(output.ToArray()[..^64])).Bytes);
    }

    [Fact]
    public async Task Recover_AnUpgradedFileWhoseTrakHasNoTrack0_IsRefused()
    {
        var bytes = Vectors11.Read("upgraded.h4mk");
        await using var container = await H4mkContainer.OpenAsync(bytes);
        var trak = container.FindChunk(ChunkTag.Trak)!.Value;
        var payload = bytes.AsSpan((int)trak.PayloadOffset, (int)trak.Length);
        payload[payload.IndexOf("\"id\":0"u8) + 5] = (byte)'7';
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan((int)trak.PayloadOffset - 4), System.IO.Hashing.Crc32.HashToUInt32(payload));
        var refusal = await Assert.ThrowsAsync<H4mkFormatException>(() => RecoverAsync(bytes));
        Assert.Equal((ChunkTag.Trak, trak.Offset), (refusal.Tag, refusal.Offset));
    }

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
    public async Task Recover_Listed_IsBoundedAndCountedWhole()
    {
        var bytes = Vectors11.Read("one-track.h4mk");
        await using var container = await H4mkContainer.OpenAsync(bytes);
        for (var i = 2; i < 20; i += 4)
        {
            var block = await container.GetBlockAsync(0, i);
            bytes[block.FileOffset - 1] ^= 1;
        }

        var (_, report) = await RecoverAsync(bytes, new H4mkRecoveryOptions { MaxListed = 2 });
        Assert.Equal((2, 5L), (report.Lost.Count, report.LostCount));
        for (var i = 2; i < 20; i += 4)
        {
            bytes[(await container.GetBlockAsync(0, i)).FileOffset - 12 - 24] ^= 1;
        }

        (_, report) = await RecoverAsync(bytes, new H4mkRecoveryOptions { MaxListed = 3 });
        Assert.Equal((3, 5L), (report.Skipped.Count, report.SkippedCount));
        (_, report) = await RecoverAsync(bytes, new H4mkRecoveryOptions { MaxListed = 0 });
        Assert.Equal((0, 0, 5L, false), (report.Skipped.Count, report.Lost.Count, report.SkippedCount, report.IsClean));
    }

    [Fact]
    public async Task Recover_AnOutputThatCannotWrite_IsRefused()
    {
        using var output = new MemoryStream([], writable: false);
        await Assert.ThrowsAsync<ArgumentException>("output", async () => await H4mkRecovery.RecoverAsync(H4mkSource.FromMemory(Vectors11.Read("one-track.h4mk")), output));
    }

    [Fact]
    public async Task Recover_Progress_CountsTheFileTwice()
    {
        var bytes = await Recorded.Make(seed: 4, trackCount: 1, blockCount: 400, pageLog2: 4, maxLength: 90_000).WriteAsync();
        var reports = new List<VerificationProgress>();
        await H4mkRecovery.RecoverAsync(H4mkSource.FromMemory(bytes), Stream.Null, new H4mkRecoveryOptions { Limits = new H4mkContainerOptions { MaxDegreeOfParallelism = 1 } }, new Told(reports.Add));
        Assert.All(reports, r => Assert.Equal(2 * bytes.Length, r.Length));
        Assert.Equal(reports.Select(r => r.BytesRead).Order(), reports.Select(r => r.BytesRead));
        Assert.Contains(bytes.Length, reports.Select(r => r.BytesRead));
        Assert.InRange(reports[0].BytesRead, 1, bytes.Length);
        Assert.Equal(2 * bytes.Length, reports[^1].BytesRead);
    }

    [Fact]
    public async Task Recover_BlocksLongerThanAScanHolds_AreCopied()
    {
        var recorded = new Recorded(1, 2, [.. ((int[])[5, 9_000_000, 10_000_001, 7]).Select((length, i) => new TrackBlock(0, new BlockInfo { Pts = (ulong)i }, TestKit.Vectors.SeededBytes("long" + i, length)))]);
        var bytes = await recorded.WriteAsync();
        var (recovered, report) = await RecoverAsync(bytes[..^200]);
        Assert.Equal(bytes, recovered);
        Assert.Equal((4L, 0L), (report.BlockCount, report.LostCount));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task Recover_AChunkOfTheLongestBlock_IsCopiedAndALongerOneRefused(int more, bool isCopied)
    {
        var recorded = await NotesAsync(0);
        var chunk = new byte[12 + (64 * 1024 * 1024) + more];
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(4), (uint)(chunk.Length - 12));
        "note"u8.CopyTo(chunk);
        H4mkForwardReaderTests.Recheck(chunk, 0, chunk.Length - 12);
        var at = H4mkForwardReaderTests.Chunks(recorded).First(c => c.Tag == "TOKN").Offset;
        await using var source = H4mkSource.FromMemory((byte[])[.. recorded[..at], .. chunk, .. recorded[at..]]);
        if (isCopied)
        {
            Assert.Equal(recorded.Length + chunk.Length + 48, (await H4mkRecovery.RecoverAsync(source, Stream.Null)).Container.Length);
            return;
        }

        var fault = await Assert.ThrowsAsync<H4mkFormatException>(async () => await H4mkRecovery.RecoverAsync(source, Stream.Null));
        Assert.Equal((H4mkErrorCode.Limit, new ChunkTag("note"), at), (fault.Code, fault.Tag, fault.Offset));
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

    [Fact]
    public async Task Recover_MoreChunksThanTheLimit_IsRefused()
    {
        var bytes = await NotesAsync(3);
        Assert.Equal(bytes, (await RecoverAsync(bytes, new H4mkRecoveryOptions { Limits = new H4mkContainerOptions { MaxAuxCount = 6 } })).Bytes);
        var fault = await Assert.ThrowsAsync<H4mkFormatException>(() => RecoverAsync(bytes, new H4mkRecoveryOptions { Limits = new H4mkContainerOptions { MaxAuxCount = 5 } }));
        Assert.Equal((H4mkErrorCode.Limit, new ChunkTag("note")), (fault.Code, fault.Tag));

        // Without TRAK, META and SAFE there is no container, whatever the limit.
        bytes = await NotesAsync(0);
        Assert.Equal(bytes, (await RecoverAsync(bytes, new H4mkRecoveryOptions { Limits = new H4mkContainerOptions { MaxAuxCount = 0 } })).Bytes);
        bytes = await NotesAsync(1);
        await Assert.ThrowsAsync<H4mkFormatException>(() => RecoverAsync(bytes, new H4mkRecoveryOptions { Limits = new H4mkContainerOptions { MaxAuxCount = 3 } }));
    }

    [Fact]
    public async Task Recover_DamagedFileHeader_IsWrittenAnewBeforeASoundTrak()
    {
        var whole = Vectors11.Read("one-track.h4mk");
        for (var i = 0; i < 8; i++)
        {
            var bytes = whole.ToArray();
            bytes[i] ^= 1;
            var (recovered, report) = await RecoverAsync(bytes);
            Assert.Equal(whole, recovered);
            Assert.Equal([new SkippedRange(0, 8)], report.Skipped);

            // With TRAK damaged too there is nothing to tell a container by.
            bytes[21] ^= 1;
            await Assert.ThrowsAsync<H4mkFormatException>(() => RecoverAsync(bytes, new H4mkRecoveryOptions { Trak = Vectors11.Options(Vectors11.Case("one-track.h4mk")).Trak }));
        }
    }

    [Fact]
    public async Task Recover_HeadChunksAtTheLimit_AreTaken()
    {
        var bytes = await NotesAsync(0);
        var longest = H4mkForwardReaderTests.Chunks(bytes).Where(c => c.Tag is "TRAK" or "META" or "SAFE").Max(c => c.Length);
        Assert.Equal(bytes, (await RecoverAsync(bytes, new H4mkRecoveryOptions { Limits = new H4mkContainerOptions { MaxJsonLength = longest } })).Bytes);
        await Assert.ThrowsAsync<H4mkFormatException>(() => RecoverAsync(bytes, new H4mkRecoveryOptions { Limits = new H4mkContainerOptions { MaxJsonLength = longest - 1 } }));
    }

    [Theory]
    [InlineData("TRAK", "{}")]
    [InlineData("META", "[]")]
    [InlineData("SAFE", "{\"a\":1,\"a\":2}")]
    public async Task Recover_GivenChunkThatCannotBeWritten_IsRefused(string name, string json)
    {
        var bytes = Vectors11.Read("one-track.h4mk");
        await using var container = await H4mkContainer.OpenAsync(bytes);
        bytes[container.FindChunk(new ChunkTag(name))!.Value.PayloadOffset] ^= 64;
        var given = System.Text.Encoding.UTF8.GetBytes(json);
        var options = name switch
        {
            "TRAK" => new H4mkRecoveryOptions { Trak = given },
            "META" => new H4mkRecoveryOptions { Meta = given },
            _ => new H4mkRecoveryOptions { Safe = given },
        };
        using var output = new MemoryStream();
        await Assert.ThrowsAsync<ArgumentException>(async () => await H4mkRecovery.RecoverAsync(H4mkSource.FromMemory(bytes), output, options));
        Assert.Equal(0, output.Length);
    }

    [Theory]
    [InlineData("TRAK")]
    [InlineData("META")]
    [InlineData("SAFE")]
    public async Task Recover_CutInItsHead_IsAnEmptyContainerOfWhatIsGiven(string name)
    {
        var whole = Vectors11.Read("one-track.h4mk");
        var given = Vectors11.Options(Vectors11.Case("one-track.h4mk"));
        await using var container = await H4mkContainer.OpenAsync(whole);
        var chunk = container.FindChunk(new ChunkTag(name))!.Value;
        foreach (var cut in (long[])[chunk.Offset + 4, chunk.Offset + 11, chunk.Offset + 12, chunk.EndOffset - 1])
        {
            var bytes = whole[..(int)cut];
            var refusal = await Assert.ThrowsAsync<H4mkFormatException>(() => RecoverAsync(bytes));
            Assert.Equal((H4mkErrorCode.Incomplete, new ChunkTag(name), chunk.Offset), (refusal.Code, refusal.Tag, refusal.Offset));
            var (recovered, report) = await RecoverAsync(bytes, new H4mkRecoveryOptions { Trak = given.Trak, Meta = given.Meta, Safe = given.Safe });
            Assert.Equal((0, chunk.Offset, true), (report.BlockCount, report.CutOffset, report.IsClean));
            await using var empty = await H4mkContainer.OpenAsync(recovered);
            Assert.Equal(0, empty.BlockCount);
            Assert.Equal(given.Meta.ToArray(), (await empty.ReadMetaAsync())!.Value.ToArray());
            Assert.Equal(given.Safe.ToArray(), (await empty.ReadSafeAsync())!.Value.ToArray());
        }
    }

    private static async Task<byte[]> NotesAsync(int count)
    {
        using var output = new MemoryStream();
        await using var writer = H4mkContainerWriter.Create(output, leaveOpen: true);
        for (var i = 0; i < count; i++)
        {
            await writer.WriteChunkAsync(new ChunkTag("note"), new byte[i]);
        }

        await writer.WriteBlockAsync(0, default, new byte[3]);
        await writer.CompleteAsync();
        return output.ToArray();
    }

    private static async Task<(byte[] Bytes, H4mkRecoveryReport Report)> RecoverAsync(byte[] bytes, H4mkRecoveryOptions? options = null)
    {
        using var output = new MemoryStream();
        var report = await H4mkRecovery.RecoverAsync(H4mkSource.FromMemory(bytes), output, options);
        Assert.Equal(output.Length, report.Container.Length);
        return (output.ToArray(), report);
    }

    /// <summary>Where the chunks behind TRAK, META and SAFE begin; behind TRAK in an upgraded file.</summary>
    private static async Task<long> HeadLengthAsync(byte[] bytes)
    {
        await using var container = await H4mkContainer.OpenAsync(bytes);
        var trak = container.FindChunk(ChunkTag.Trak)!.Value;
        return trak.Offset > 8 ? trak.EndOffset : container.FindChunk(ChunkTag.Safe)!.Value.EndOffset;
    }

    /// <summary>Whether what is cut is no more than the page behind a block.</summary>
    private static async Task<bool> FillsPageAsync(byte[] bytes, int end, long cut)
    {
        await using var container = await H4mkContainer.OpenAsync(bytes);
        await foreach (var page in container.EnumerateChunksAsync(ChunkTag.Indx))
        {
            if (page.EndOffset == end && cut >= page.Offset)
            {
                return true;
            }
        }

        return false;
    }

    private sealed class Told(Action<VerificationProgress> report) : IProgress<VerificationProgress>
    {
        public void Report(VerificationProgress value) => report(value);
    }
}
