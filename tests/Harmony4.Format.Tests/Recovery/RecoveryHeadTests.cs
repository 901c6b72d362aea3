using System.Buffers.Binary;
using Harmony4.Format.Tests.Conformance;
using Harmony4.Format.Tests.Forward;
using static Harmony4.Format.Tests.Recovery.RecoveryRun;

namespace Harmony4.Format.Tests.Recovery;

/// <summary>What stands in front of the blocks: damaged, cut, given, or more than there may be.</summary>
public sealed class RecoveryHeadTests
{
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
}
