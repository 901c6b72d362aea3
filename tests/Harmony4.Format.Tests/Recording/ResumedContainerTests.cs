using Harmony4.Format.Internal;
using Harmony4.Format.Tests.Containers;
using Harmony4.Format.Tests.Forward;

namespace Harmony4.Format.Tests.Recording;

/// <summary>What a file is held to before it is cut to be appended to. All its hashes are sound.</summary>
public sealed class ResumedContainerTests
{
    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(-1, false)]
    [InlineData(-48, false)]
    public async Task Append_BytesBetweenTheLastPageAndRoot_AreSeekOfTheKeyframesAlone(int more, bool isTaken)
    {
        // The file of RootTests has one keyframe: SEEK is header, count and an entry, or less than a header and so none.
        var sound = RootTests.Change("page log2", 0, 1);
        var chunks = H4mkForwardReaderTests.Chunks(sound);
        var (seek, root) = (chunks.Single(c => c.Tag == "SEEK").Offset, chunks.Single(c => c.Tag == "ROOT"));
        byte[] bytes = [.. sound[..seek], .. sound[seek..root.Offset], .. new byte[Math.Max(0, more)], .. sound[root.Offset..]];
        bytes = more < 0 ? [.. sound[..(root.Offset + more)], .. sound[root.Offset..]] : bytes;
        var tail = RecordedIndex.BuildTail(root.Offset + more, sound.AsSpan(root.Offset + 12, root.Length));
        tail.CopyTo(bytes, bytes.Length - tail.Length);
        H4mkForwardReaderTests.Recheck(bytes, bytes.Length - tail.Length - 12, tail.Length);
        await AssertAsync(bytes, isTaken, ChunkTag.Seek, seek);
    }

    [Theory]
    [InlineData("aux offset", 4, 5)]
    [InlineData("page offset", 2, 16 + (2 * 64))]
    public async Task Append_WhatIsToStay_EndsBeforeThePageThatIsNotFull(string field, int index, int length)
    {
        // The second note, and the page of the second track, listed up to the cut and one byte beyond.
        var bytes = RootTests.Change("page log2", 0, 1);
        var cut = H4mkForwardReaderTests.Chunks(bytes).Last(c => c.Tag == "INDX").Offset;
        var last = cut - 12 - length;
        await AssertAsync(RootTests.Change(field, index, last), true);
        await AssertAsync(RootTests.Change(field, index, last + 1), false, field == "aux offset" ? new ChunkTag("note") : ChunkTag.Indx, last + 1);
    }

    [Fact]
    public async Task Append_WhereTrakIsNotThatOfRoot_IsRefused()
    {
        // A track of another id, and its record in ROOT that no longer agrees with TRAK.
        await AssertAsync(RootTests.Change("track id", 1, 4), false, ChunkTag.Trak, FileHeader.Size, H4mkErrorCode.Track);
        await AssertAsync(RootTests.Change("track id", 2, 5), false, ChunkTag.Trak, FileHeader.Size, H4mkErrorCode.Track);
    }

    private static async Task AssertAsync(byte[] bytes, bool isTaken, ChunkTag tag = default, long offset = 0, H4mkErrorCode code = H4mkErrorCode.Order)
    {
        await using var container = await H4mkContainer.OpenAsync(bytes);
        using var output = new MemoryStream();
        if (isTaken)
        {
            await using var writer = await H4mkContainerWriter.AppendAsync(container, output);
            Assert.Equal(container.BlockCount, writer.BlockCount);
            return;
        }

        var fault = await Assert.ThrowsAsync<H4mkFormatException>(async () => await H4mkContainerWriter.AppendAsync(container, output));
        Assert.Equal((code, tag, offset), (fault.Code, fault.Tag!.Value, fault.Offset));
        Assert.Equal(0, output.Length);
    }
}
