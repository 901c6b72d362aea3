using FsCheck.Xunit;
using Harmony4.Format.Tests.Properties;
using Harmony4.TestKit;

namespace Harmony4.Format.Tests.Following;

public sealed class H4mkFollowerTests
{
    private static readonly H4mkFollowerOptions OnSignal = new() { PollInterval = TimeSpan.FromDays(1) };
    private static readonly H4mkFollowerOptions Often = new() { PollInterval = TimeSpan.FromTicks(1) };

    [Property(Arbitrary = [typeof(RecordedArbitrary)], MaxTest = 40, Replay = "(20261126,41)")]
    public async Task Follow_FlushedAtRandom_ShowsEachBlockOnceItIsThere(Recorded recorded, int seed)
    {
        var file = new GrowingFile();
        var follower = new H4mkFollower(file, OnSignal);
        var followed = FollowAsync(follower);
        var random = new Random(seed);
        await recorded.WriteAsync(new SignallingStream(file, follower), async (writer, _) =>
        {
            if (random.Next(3) == 0)
            {
                await writer.FlushAsync();
            }

            if (random.Next(4) == 0)
            {
                await Task.Yield();
            }
        });
        follower.Signal();
        await AssertFollowedAsync(recorded, file.Bytes, await followed.WaitAsync(TimeSpan.FromMinutes(2)));
    }

    [Property(Arbitrary = [typeof(RecordedArbitrary)], MaxTest = 20, Replay = "(20261126,43)")]
    public async Task Follow_AnyPrefixAtATime_ShowsOnlyWhatIsWhole(Recorded recorded, int seed)
    {
        var bytes = await recorded.WriteAsync();
        var random = new Random(seed);
        var file = new GrowingFile();
        file.Growth = () => file.Bytes = bytes[..Math.Min(bytes.Length, file.Bytes.Length + random.Next(1, 1 + (bytes.Length / 10)))];
        await AssertFollowedAsync(recorded, bytes, await FollowAsync(new H4mkFollower(file, Often)));
    }

    [Theory]
    [InlineData("upgraded")]
    [InlineData("appended")]
    [InlineData("signed-hmac")]
    [InlineData("sealed")]
    [InlineData("v10")]
    public async Task Follow_Vectors_EndsWithTheirIdentity(string name)
    {
        var bytes = Vectors.Read($"h4mk-1.1/{name}.h4mk");
        await using var container = await H4mkContainer.OpenAsync(bytes);
        var parts = await FollowAsync(new H4mkFollower(H4mkSource.FromMemory(bytes), OnSignal));
        Assert.Equal(ForwardPart.End, parts[^1].Part);
        Assert.Equal(container.Identity, parts[^1].Identity);
        Assert.Equal(container.BlockCount, parts.Count(p => p.Part == ForwardPart.Block));
    }

    [Fact]
    public async Task Follow_ReplacedOrCut_StartsAnew()
    {
        var first = await Recorded.Make(1, 1, 30, 2, 200).WriteAsync();
        var second = Recorded.Make(2, 2, 30, 2, 300);
        var bytes = await second.WriteAsync();
        foreach (var (before, after) in ((byte[], byte[])[])[(first[..(first.Length / 2)], bytes), (bytes[..(bytes.Length / 2)], bytes[..50])])
        {
            var file = new GrowingFile { Bytes = before };
            var follower = new H4mkFollower(file, OnSignal);
            await using var parts = follower.FollowAsync().GetAsyncEnumerator();
            var next = parts.MoveNextAsync().AsTask();
            var seen = 0;
            while (next.IsCompleted || !await IsQuietAsync(next))
            {
                Assert.True(await next);
                seen++;
                next = parts.MoveNextAsync().AsTask();
            }

            Assert.InRange(seen, 3, 60);
            file.Bytes = after;
            follower.Signal();
            Assert.True(await next.WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.Equal(ForwardPart.Restart, parts.Current.Part);
            file.Bytes = bytes;
            var rest = new List<FollowedPart>();
            while (await parts.MoveNextAsync())
            {
                rest.Add(parts.Current with { Payload = parts.Current.Payload.ToArray() });
            }

            await AssertFollowedAsync(second, bytes, rest);
        }
    }

    [Fact]
    public async Task Follow_PayloadThatComesLate_IsWaitedFor()
    {
        var recorded = Recorded.Make(1, 1, 12, 2, 200);
        var bytes = await recorded.WriteAsync();
        var core = Forward.H4mkForwardReaderTests.Chunks(bytes).First(c => c.Tag == "CORE" && c.Length > 0);
        var reads = 0;
        var file = new GrowingFile();
        file.Growth = () =>
        {
            file.Bytes = [.. bytes];
            if (file.LastOffset == core.Offset + 12 && ++reads == 1)
            {
                file.Bytes.AsSpan(core.Offset + 12, core.Length).Clear();
            }
        };
        await AssertFollowedAsync(recorded, bytes, await FollowAsync(new H4mkFollower(file, Often)));
        Assert.Equal(2, reads);
    }

    [Fact]
    public async Task Follow_DamageWithBytesBehindIt_Throws()
    {
        var bytes = await Recorded.Make(1, 1, 12, 2, 200).WriteAsync();
        var core = Forward.H4mkForwardReaderTests.Chunks(bytes).First(c => c.Tag == "CORE" && c.Length > 0);
        bytes[core.Offset + 12] ^= 1;
        var fault = await Assert.ThrowsAsync<H4mkFormatException>(() => FollowAsync(new H4mkFollower(new GrowingFile { Bytes = bytes }, Often)));
        Assert.Equal((H4mkErrorCode.Crc, core.Offset), (fault.Code, fault.Offset));
        Assert.Equal(H4mkErrorCode.BadMagic, (await Assert.ThrowsAsync<H4mkFormatException>(() => FollowAsync(new H4mkFollower(H4mkSource.FromMemory("no container"u8.ToArray()))))).Code);
        Assert.Equal(H4mkErrorCode.Order, (await Assert.ThrowsAsync<H4mkFormatException>(async () => await FollowAsync(new H4mkFollower(H4mkSource.FromMemory((byte[])[.. await Recorded.Make(1, 1, 2, 2, 9).WriteAsync(), 1]))))).Code);
        Assert.Equal(H4mkErrorCode.Limit, (await Assert.ThrowsAsync<H4mkFormatException>(async () => await FollowAsync(new H4mkFollower(H4mkSource.FromMemory(await Recorded.Make(1, 1, 20, 2, 900).WriteAsync()), Often with { Container = new H4mkContainerOptions { MaxBlockLength = 400 } })))).Code);
    }

    [Fact]
    public async Task Follow_CancelledWhileWaiting_Ends()
    {
        using var stop = new CancellationTokenSource();
        var following = FollowAsync(new H4mkFollower(new GrowingFile(), OnSignal), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
        Assert.Throws<ArgumentOutOfRangeException>(() => new H4mkFollowerOptions { PollInterval = TimeSpan.Zero });
        Assert.Throws<ArgumentNullException>(() => new H4mkFollower(null!));
    }

    private static async Task<bool> IsQuietAsync(Task next)
    {
        await Task.WhenAny(next, Task.Delay(200));
        return !next.IsCompleted;
    }

    private static async Task<List<FollowedPart>> FollowAsync(H4mkFollower follower, CancellationToken cancellationToken = default)
    {
        var parts = new List<FollowedPart>();
        await foreach (var part in follower.FollowAsync(cancellationToken))
        {
            parts.Add(part with { Payload = part.Payload.ToArray() });
        }

        return parts;
    }

    /// <summary>Whatever was shown is what the finished file has, in its order, and pages become final with their blocks shown.</summary>
    private static async Task AssertFollowedAsync(Recorded recorded, byte[] bytes, List<FollowedPart> parts)
    {
        await using var container = await H4mkContainer.OpenAsync(bytes);
        Assert.Equal(ForwardPart.Tracks, parts[0].Part);
        Assert.Equal(recorded.Options.Tracks.Select(t => t.Id), parts[0].Tracks.Select(t => t.Id));
        var blocks = parts.Where(p => p.Part == ForwardPart.Block).ToList();
        Assert.Equal(recorded.Blocks.Select(b => (b.Track, Convert.ToHexString(b.Payload))), blocks.Select(b => (b.Track, Convert.ToHexString(b.Payload.Span))));
        foreach (var block in blocks)
        {
            var known = await container.GetBlockAsync(block.Track, block.Block.Ordinal);
            Assert.Equal(known, block.Block with { Digest = known.Digest, Crc = null });
        }

        Assert.Equal(recorded.Blocks.Length, parts.Where(p => p.Part == ForwardPart.Page).Sum(p => p.Page.Count));
        Assert.Equal(ForwardPart.End, parts[^1].Part);
        Assert.Equal(container.Identity, parts[^1].Identity);
    }

    private sealed class SignallingStream(GrowingFile file, H4mkFollower follower) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            file.Bytes = [.. file.Bytes, .. buffer.Span];
            follower.Signal();
            return ValueTask.CompletedTask;
        }
    }
}
