using System.Buffers;
using System.Security.Cryptography;
using FsCheck.Xunit;
using Harmony4.Format.Tests.Conformance;
using Harmony4.Format.Tests.Properties;

namespace Harmony4.Format.Tests.Recording;

/// <summary>A 1.0 file with version 1.1 behind it.</summary>
public sealed class UpgradeTests
{
    [Fact]
    public async Task Upgrade_Vector_GivesItsBytes()
    {
        Assert.Equal(Vectors11.Read("upgraded.h4mk"), await UpgradeAsync(Vectors11.Read("v10.h4mk"), new H4mkWriterOptions { PageLog2 = 2 }));
    }

    [Property(Arbitrary = [typeof(RecordedArbitrary)], MaxTest = 60)]
    public bool Upgrade_AnyFile_VerifiesAndStreamsTheSame(Recorded recorded)
    {
        return CheckAsync().GetAwaiter().GetResult();

        async Task<bool> CheckAsync()
        {
            var media = new Media([.. recorded.Of(0).Select(b => new Block(b.Info.Pts, b.Info.IsKey, b.Payload))]);
            var file = media.Encode();
            var upgraded = await UpgradeAsync(file, new H4mkWriterOptions { PageLog2 = recorded.PageLog2 });
            var result = await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(upgraded));
            await using var container = await H4mkContainer.OpenAsync(upgraded);
            using var stream = new MemoryStream();
            await container.OpenTrackStream(0).CopyToAsync(stream);
            return result.State == VerificationState.Unsigned
                && upgraded.AsSpan().StartsWith(file)
                && stream.ToArray().AsSpan().SequenceEqual(media.Payloads);
        }
    }

    [Fact]
    public async Task Upgrade_ThenAppend_EqualsAppendingWhileUpgrading()
    {
        var recorded = Recorded.Make(seed: 12, trackCount: 1, blockCount: 30, pageLog2: 2, maxLength: 60);
        var options = new H4mkWriterOptions { PageLog2 = 2 };
        var file = Media.Small.Encode();
        var more = recorded.Blocks.Select(b => b with { Info = b.Info with { Pts = b.Info.Pts + 100_000 } }).ToArray();
        var expected = await AppendTests.AppendAsync(await UpgradeAsync(file, options), more);

        Assert.Equal(expected, await UpgradeAsync(file, options, more: more));
        Assert.Equal(VerificationState.Unsigned, (await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(expected))).State);
    }

    [Fact]
    public async Task Upgrade_WithTimes_KeepsThem()
    {
        BlockInfo[] times = [new() { Pts = 0, Duration = 10, IsKey = true }, new() { Pts = 40_000, Duration = 20 }, new() { Pts = 66_666, Duration = 30, IsKey = true }];
        await using var container = await H4mkContainer.OpenAsync(await UpgradeAsync(Media.Small.Encode(), times: times));
        for (var i = 0; i < times.Length; i++)
        {
            var block = await container.GetBlockAsync(0, i);
            Assert.Equal((times[i].Pts, (uint)times[i].Duration, times[i].Flags), (block.Pts, block.Duration, block.Flags));
        }
    }

    [Fact]
    public async Task Upgrade_WithTimesThatDisagree_IsRefused()
    {
        BlockInfo[] sound = [new() { Pts = 0, IsKey = true }, new() { Pts = 40_000 }, new() { Pts = 66_666, IsKey = true }];
        foreach (var times in (BlockInfo[][])[
            sound[..2],
            [sound[0], sound[1], sound[2] with { Pts = 66_667 }],
            [sound[0], sound[1] with { IsKey = true }, sound[2]],
            [sound[0], sound[1], sound[2] with { IsKey = false }],
            [sound[0], sound[1] with { Flags = BlockFlags.Discontinuity }, sound[2]],
            [sound[0], sound[1] with { Pts = ulong.MaxValue }, sound[2]]])
        {
            await Assert.ThrowsAsync<ArgumentException>(() => UpgradeAsync(Media.Small.Encode(), times: times));
        }
    }

    [Fact]
    public async Task Upgrade_WithoutTimes_InventsNone()
    {
        await using var container = await H4mkContainer.OpenAsync(await UpgradeAsync(File([(7, 3), (20, 9)], [3, 6, 2])));
        var pts = new List<(ulong?, BlockFlags?)>();
        for (var i = 0; i < 3; i++)
        {
            var block = await container.GetBlockAsync(0, i);
            pts.Add((block.Pts, block.Flags));
            Assert.Equal(0u, block.Duration);
        }

        Assert.Equal([(7, BlockFlags.None), (7, BlockFlags.Key), (20, BlockFlags.Key)], pts);
    }

    [Fact]
    public async Task Upgrade_EntriesOfOneOffset_AreTheLastBlocksThatStartThere()
    {
        await using var container = await H4mkContainer.OpenAsync(await UpgradeAsync(File([(5, 2), (6, 2)], [2, 0, 0, 0, 1])));
        Assert.Equal(2, container.GetTrack().KeyframeCount);
        Assert.Equal(3, (await container.FindKeyframeAsync(0, 5))!.Value.Block);
        Assert.Equal(4, (await container.FindKeyframeAsync(0, 6))!.Value.Block);
    }

    [Fact]
    public async Task Upgrade_WhatCannotBeWrittenAgain_IsRefusedByItsPlace()
    {
        await RefusesAsync(File([(5, 1)], [3, 3]), H4mkErrorCode.SeekOrder, ChunkTag.Seek);
        await RefusesAsync(File([(5, 0), (5, 3)], [3, 3]), H4mkErrorCode.SeekOrder, ChunkTag.Seek);
        await RefusesAsync(File([(5, 3), (6, 0)], [3, 3]), H4mkErrorCode.SeekOrder, ChunkTag.Seek);
        await RefusesAsync(File([(5, 0), (6, 0)], [3, 3]), H4mkErrorCode.SeekOrder, ChunkTag.Seek);
        await RefusesAsync(File([(5, 6)], [3, 3]), H4mkErrorCode.SeekOrder, ChunkTag.Seek);
        await RefusesAsync(File([(1UL << 63, 0)], [3, 3]), H4mkErrorCode.SeekOrder, ChunkTag.Seek);
        await RefusesAsync(File([(5, 0)], [3], meta: "{\"a\":1,\"a\":2}"u8.ToArray()), H4mkErrorCode.Json, ChunkTag.Meta);
        await RefusesAsync(File([(5, 0)], [3], own: new ChunkTag("TOKN")), H4mkErrorCode.Order, ChunkTag.Tokn);
        await RefusesAsync(File([(5, 0)], [3], own: new ChunkTag("COSE")), H4mkErrorCode.Order, new ChunkTag("COSE"));
        await RefusesAsync(File([(5, 0)], [3], hasSafe: false), H4mkErrorCode.Missing, ChunkTag.Safe);

        static async Task RefusesAsync(byte[] file, H4mkErrorCode code, ChunkTag chunk)
        {
            var refusal = await Assert.ThrowsAsync<H4mkFormatException>(() => UpgradeAsync(file));
            Assert.Equal((code, chunk), (refusal.Code, refusal.Tag));
        }
    }

    [Fact]
    public async Task Upgrade_AFileAtTheLimits_IsTaken()
    {
        var meta = "{\"a\":[[[\"longer than SAFE is, so that the limit is for META\"]]]}"u8.ToArray();
        var file = File([(5, 0)], [3], meta: meta, own: new ChunkTag("note"));
        var taken = new H4mkWriterOptions { MaxAuxCount = 4, MaxJsonLength = meta.Length, MaxJsonDepth = 4 };
        Assert.Equal(VerificationState.Unsigned, (await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(await UpgradeAsync(file, taken)))).State);
        foreach (var (options, code, chunk) in ((H4mkWriterOptions, H4mkErrorCode, ChunkTag)[])
        [
            (taken with { MaxAuxCount = 3 }, H4mkErrorCode.Limit, ChunkTag.Safe),
            (taken with { MaxJsonLength = meta.Length - 1 }, H4mkErrorCode.Limit, ChunkTag.Meta),
            (taken with { MaxJsonDepth = 3 }, H4mkErrorCode.Json, ChunkTag.Meta),
        ])
        {
            try
            {
                await UpgradeAsync(file, options);
                Assert.Fail("expected a refusal");
            }
            catch (H4mkFormatException refusal)
            {
                Assert.Equal((code, chunk), (refusal.Code, refusal.Tag));
            }
        }
    }

    [Fact]
    public async Task Upgrade_Progress_CountsTheBytesOfTheBlocks()
    {
        var told = new List<long>();
        await using var container = await H4mkContainer.OpenAsync(Media.Small.Encode());
        await (await H4mkContainerWriter.UpgradeAsync(container, Stream.Null, progress: new Told(told.Add))).DisposeAsync();
        Assert.Equal([5, 5, 13], told);
    }

    [Fact]
    public async Task Upgrade_ADamagedOrCutFile_IsRefusedAndNothingIsWritten()
    {
        var file = Media.Small.Encode();
        var damaged = file.ToArray();
        damaged[22] ^= 1;
        foreach (var bytes in (byte[][])[damaged, file[..^44], file[..^1]])
        {
            using var output = new MemoryStream();
            await Assert.ThrowsAsync<H4mkFormatException>(async () =>
            {
                await using var container = await H4mkContainer.OpenAsync(bytes);
                await H4mkContainerWriter.UpgradeAsync(container, output, leaveOpen: true);
            });
            Assert.Equal(0, output.Length);
        }
    }

    [Fact]
    public async Task Upgrade_AContainerOfVersion11_IsRefused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => UpgradeAsync(Vectors11.Read("one-track.h4mk")));

    [Fact]
    public async Task Upgrade_WithoutATrack0_IsRefused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => UpgradeAsync(Media.Small.Encode(), new H4mkWriterOptions { Tracks = [new() { Id = 1, Kind = TrackKind.Video }] }));

    private static async Task<byte[]> UpgradeAsync(byte[] file, H4mkWriterOptions? options = null, BlockInfo[]? times = null, TrackBlock[]? more = null)
    {
        await using var container = await H4mkContainer.OpenAsync(file);
        using var output = new MemoryStream();
        output.Write(file);
        await using var writer = await H4mkContainerWriter.UpgradeAsync(container, output, options, times);
        foreach (var block in more ?? [])
        {
            await writer.WriteBlockAsync(block.Track, block.Info, block.Payload);
        }

        var summary = await writer.CompleteAsync();
        Assert.Equal(output.Length, summary.Length);
        return output.ToArray();
    }

    /// <summary>A sound 1.0 file with a SEEK of one's own.</summary>
    private static byte[] File((ulong Pts, ulong Offset)[] seek, int[] lengths, byte[]? meta = null, ChunkTag? own = null, bool hasSafe = true)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new H4mkChunkWriter(output);
        writer.WriteFileHeader();
        foreach (var length in lengths)
        {
            writer.WriteChunk(ChunkTag.Core, new byte[length]);
        }

        if (own is { } tag)
        {
            writer.WriteChunk(tag, new byte[24]);
        }

        var entries = new byte[4 + (16 * seek.Length)];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(entries, seek.Length);
        for (var i = 0; i < seek.Length; i++)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(entries.AsSpan(4 + (16 * i)), seek[i].Pts);
            System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(entries.AsSpan(12 + (16 * i)), seek[i].Offset);
        }

        writer.WriteChunk(ChunkTag.Seek, entries);
        writer.WriteChunk(ChunkTag.Meta, meta ?? Media.Meta);
        if (hasSafe)
        {
            writer.WriteChunk(ChunkTag.Safe, Media.Safe);
        }

        writer.WriteChunk(ChunkTag.Veri, SHA256.HashData(output.WrittenSpan[8..]));
        return output.WrittenSpan.ToArray();
    }

    private sealed class Told(Action<long> report) : IProgress<long>
    {
        public void Report(long value) => report(value);
    }
}
