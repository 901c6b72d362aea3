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
}
