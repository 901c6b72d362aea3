using System.Buffers.Binary;
using FsCheck.Xunit;
using Harmony4.Format.Tests.Conformance;
using Harmony4.Format.Tests.Forward;
using Harmony4.Format.Tests.Properties;
using static Harmony4.Format.Tests.Recovery.RecoveryRun;

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
