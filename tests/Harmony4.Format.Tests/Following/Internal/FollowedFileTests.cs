using System.Buffers;
using Harmony4.Format.Internal;
using Harmony4.Format.Tests.Properties;
using Harmony4.Format.Tests.Sources;

namespace Harmony4.Format.Tests.Following.Internal;

public sealed class FollowedFileTests
{
    [Fact]
    public async Task TryTake_ChunkThatIsNotWhole_WaitsWhateverLengthItClaims()
    {
        byte[] file = [.. Media.Small.Encode().AsSpan(0, 8 + 12 + 5), .. "CORE"u8, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0, 1, 2, 3];
        using var followed = new FollowedFile(H4mkSource.FromMemory(file), new H4mkContainerOptions { MaxBlockLength = 5 });
        Assert.Equal(FollowOutcome.Taken, await followed.TryTakeAsync(CancellationToken.None));
        Assert.Equal(FollowOutcome.Taken, await followed.TryTakeAsync(CancellationToken.None));
        Assert.Equal((8L, 5u), (followed.Chunk.Offset, followed.Chunk.Length));
        Assert.Equal("first"u8, followed.Payload.Span);
        Assert.Equal([ForwardPart.Tracks, ForwardPart.Block], followed.Parts);
        Assert.Equal(FollowOutcome.Waiting, await followed.TryTakeAsync(CancellationToken.None));
        Assert.Equal(FollowOutcome.Waiting, await followed.TryTakeAsync(CancellationToken.None));
    }

    [Fact]
    public async Task TryTake_WholeChunkOverTheLimit_IsRefused()
    {
        using var followed = new FollowedFile(H4mkSource.FromMemory(Media.Small.Encode()), new H4mkContainerOptions { MaxBlockLength = 4 });
        Assert.Equal(FollowOutcome.Taken, await followed.TryTakeAsync(CancellationToken.None));
        Assert.Equal(H4mkErrorCode.Limit, (await Assert.ThrowsAsync<H4mkFormatException>(async () => await followed.TryTakeAsync(CancellationToken.None))).Code);
    }

    [Fact]
    public async Task TryTake_FileThatGrowsByteByByte_TakesEachChunkOnceItIsWhole()
    {
        foreach (var bytes in (byte[][])[Media.Small.Encode(), await Recorded.Make(7, 2, 9, 1, 20).WriteAsync()])
        {
            var length = 0;
            await using var source = new DelegateSource((offset, destination) => DelegateSource.Copy(bytes[..length], offset, destination, int.MaxValue), yields: false);
            using var followed = new FollowedFile(source, new H4mkContainerOptions());
            var ends = Forward.H4mkForwardReaderTests.Chunks(bytes).Select(c => c.Offset + 12 + c.Length).Prepend(8).ToHashSet();
            for (; length < bytes.Length; length++)
            {
                Assert.Equal(ends.Contains(length) ? FollowOutcome.Taken : FollowOutcome.Waiting, await followed.TryTakeAsync(CancellationToken.None));
                if (ends.Contains(length) && length < bytes.Length)
                {
                    Assert.Equal(FollowOutcome.Waiting, await followed.TryTakeAsync(CancellationToken.None));
                }
            }

            Assert.Equal(FollowOutcome.Taken, await followed.TryTakeAsync(CancellationToken.None));
        }
    }

    [Fact]
    public async Task TryTake_FileThatBecameAnother_StartsAnew()
    {
        var (first, other) = (Media.Small.Encode(), await Recorded.Make(7, 2, 9, 1, 20).WriteAsync());
        foreach (var (before, after) in ((byte[], byte[])[])[(first, other), (other, first), (first, other[..40]), (other, first[..8])])
        {
            for (var taken = 2; taken <= 7; taken++)
            {
                var now = before;
                await using var source = new DelegateSource((offset, destination) => DelegateSource.Copy(now, offset, destination, int.MaxValue), yields: false);
                using var followed = new FollowedFile(source, new H4mkContainerOptions());
                for (var i = 0; i < taken; i++)
                {
                    Assert.Equal(FollowOutcome.Taken, await followed.TryTakeAsync(CancellationToken.None));
                }

                now = after;
                Assert.Equal(FollowOutcome.Restart, await followed.TryTakeAsync(CancellationToken.None));
            }
        }
    }

    [Fact]
    public async Task TryTake_LengthThatRunsAheadOfTheBytes_Waits()
    {
        var bytes = Media.Small.Encode();
        var there = 8;
        await using var source = new DelegateSource((offset, destination) => DelegateSource.Copy(bytes[..there], offset, destination, int.MaxValue) with { Length = bytes.Length }, yields: false);
        using var followed = new FollowedFile(source, new H4mkContainerOptions());
        Assert.Equal(FollowOutcome.Taken, await followed.TryTakeAsync(CancellationToken.None));
        for (there = 8; there < 8 + 12 + 5; there++)
        {
            Assert.Equal(FollowOutcome.Waiting, await followed.TryTakeAsync(CancellationToken.None));
        }

        Assert.Equal(FollowOutcome.Taken, await followed.TryTakeAsync(CancellationToken.None));
        Assert.Equal("first"u8, followed.Payload.Span);
    }

    [Fact]
    public async Task TryTake_ChunkWhoseBytesComeLate_IsDoubtedOnceWithBytesBehindIt()
    {
        var bytes = Media.Small.Encode();
        bytes[8 + 12] ^= 1;
        var there = 8 + 12 + 5;
        await using var source = new DelegateSource((offset, destination) => DelegateSource.Copy(bytes[..there], offset, destination, int.MaxValue), yields: false);
        using var followed = new FollowedFile(source, new H4mkContainerOptions());
        Assert.Equal(FollowOutcome.Taken, await followed.TryTakeAsync(CancellationToken.None));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(FollowOutcome.Waiting, await followed.TryTakeAsync(CancellationToken.None));
        }

        there++;
        var fault = await Assert.ThrowsAsync<H4mkFormatException>(async () => await followed.TryTakeAsync(CancellationToken.None));
        Assert.Equal((H4mkErrorCode.Crc, 8L), (fault.Code, fault.Offset));

        // With bytes behind it from the start, the second look decides.
        using var second = new FollowedFile(source, new H4mkContainerOptions());
        Assert.Equal(FollowOutcome.Taken, await second.TryTakeAsync(CancellationToken.None));
        Assert.Equal(FollowOutcome.Waiting, await second.TryTakeAsync(CancellationToken.None));
        bytes[8 + 12] ^= 1;
        Assert.Equal(FollowOutcome.Taken, await second.TryTakeAsync(CancellationToken.None));
    }

    [Fact]
    public async Task TryTake_BytesBehindTail_AreRefused()
    {
        byte[] bytes = [.. await Recorded.Make(7, 1, 3, 1, 20).WriteAsync(), 0];
        using var followed = new FollowedFile(H4mkSource.FromMemory(bytes), new H4mkContainerOptions());
        var chunks = Forward.H4mkForwardReaderTests.Chunks(bytes[..^1]);
        for (var i = 0; i < chunks.Count; i++)
        {
            Assert.Equal(FollowOutcome.Taken, await followed.TryTakeAsync(CancellationToken.None));
        }

        var fault = await Assert.ThrowsAsync<H4mkFormatException>(async () => await followed.TryTakeAsync(CancellationToken.None));
        Assert.Equal((H4mkErrorCode.Order, bytes.Length - 1L), (fault.Code, fault.Offset));
    }

    [Fact]
    public async Task TryTake_FileCutBelowItsHeader_StartsAnew()
    {
        var bytes = Media.Small.Encode()[..8];
        await using var source = new DelegateSource((offset, destination) => DelegateSource.Copy(bytes, offset, destination, int.MaxValue), yields: false);
        using var followed = new FollowedFile(source, new H4mkContainerOptions());
        Assert.Equal(FollowOutcome.Taken, await followed.TryTakeAsync(CancellationToken.None));
        Assert.Equal(FollowOutcome.Waiting, await followed.TryTakeAsync(CancellationToken.None));
        bytes = bytes[..7];
        Assert.Equal(FollowOutcome.Restart, await followed.TryTakeAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData(0, FollowOutcome.Taken)]
    [InlineData(1, FollowOutcome.Waiting)]
    [InlineData(-1, FollowOutcome.Restart)]
    public async Task TryTake_BehindVeri_EndsWhereTheFileDoes(int more, object expected)
    {
        var whole = Media.Small.Encode();
        var bytes = whole;
        await using var source = new DelegateSource((offset, destination) => DelegateSource.Copy(bytes, offset, destination, int.MaxValue), yields: false);
        using var followed = new FollowedFile(source, new H4mkContainerOptions());
        var chunks = Forward.H4mkForwardReaderTests.Chunks(whole);
        for (var i = 0; i <= chunks.Count; i++)
        {
            Assert.Equal(FollowOutcome.Taken, await followed.TryTakeAsync(CancellationToken.None));
        }

        followed.Parts.Clear();
        bytes = more < 0 ? whole[..^1] : [.. whole, .. new byte[more]];
        Assert.Equal(expected, await followed.TryTakeAsync(CancellationToken.None));
        Assert.Equal(more == 0 ? [ForwardPart.End] : [], followed.Parts);
    }

    [Fact]
    public async Task TryTake_ChunkThatDoesNotFitInAFileThatBecameAnother_StartsAnew()
    {
        // What follows the first chunk now is whole and sound, but no chunk of a container.
        var bytes = Media.Small.Encode()[..(8 + 12 + 5)];
        await using var source = new DelegateSource((offset, destination) => DelegateSource.Copy(bytes, offset, destination, int.MaxValue), yields: false);
        using var followed = new FollowedFile(source, new H4mkContainerOptions());
        Assert.Equal(FollowOutcome.Taken, await followed.TryTakeAsync(CancellationToken.None));
        Assert.Equal(FollowOutcome.Taken, await followed.TryTakeAsync(CancellationToken.None));
        bytes = [.. bytes, .. new byte[12]];
        var fault = await Assert.ThrowsAsync<H4mkFormatException>(async () => await followed.TryTakeAsync(CancellationToken.None));
        Assert.Equal((H4mkErrorCode.BadTag, 25L), (fault.Code, fault.Offset));
        bytes[8] ^= 1;
        Assert.Equal(FollowOutcome.Restart, await followed.TryTakeAsync(CancellationToken.None));
    }

    [Fact]
    public async Task TryTake_TailOfAFileThatDoesNotBeginWithTrak_IsRefusedWhereItEndsTheFile()
    {
        var start = Media.Small.Encode()[..(8 + 12 + 5)];
        var tail = new ArrayBufferWriter<byte>();
        new H4mkChunkWriter(tail).WriteChunk(ChunkTag.Tail, new byte[52]);
        foreach (var behind in (int[])[0, 1])
        {
            byte[] bytes = [.. start, .. tail.WrittenSpan, .. new byte[behind]];
            using var followed = new FollowedFile(H4mkSource.FromMemory(bytes), new H4mkContainerOptions());
            Assert.Equal(FollowOutcome.Taken, await followed.TryTakeAsync(CancellationToken.None));
            Assert.Equal(FollowOutcome.Taken, await followed.TryTakeAsync(CancellationToken.None));
            if (behind > 0)
            {
                Assert.Equal(FollowOutcome.Taken, await followed.TryTakeAsync(CancellationToken.None));
                continue;
            }

            var fault = await Assert.ThrowsAsync<H4mkFormatException>(async () => await followed.TryTakeAsync(CancellationToken.None));
            Assert.Equal((H4mkErrorCode.Order, 25L), (fault.Code, fault.Offset));

            // Three chunks are read in five reads; where the file has become another by the next, nothing of it is shown.
            var reads = 0;
            await using var source = new DelegateSource((offset, destination) => DelegateSource.Copy(++reads > 5 ? new byte[bytes.Length] : bytes, offset, destination, int.MaxValue), yields: false);
            using var changing = new FollowedFile(source, new H4mkContainerOptions());
            Assert.Equal(FollowOutcome.Taken, await changing.TryTakeAsync(CancellationToken.None));
            Assert.Equal(FollowOutcome.Taken, await changing.TryTakeAsync(CancellationToken.None));
            Assert.Equal(FollowOutcome.Restart, await changing.TryTakeAsync(CancellationToken.None));
            Assert.Empty(changing.Parts);
        }
    }
}
