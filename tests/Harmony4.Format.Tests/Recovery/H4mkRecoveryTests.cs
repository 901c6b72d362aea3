using System.Buffers.Binary;
using FsCheck.Xunit;
using Harmony4.Format.Tests.Conformance;
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
}
