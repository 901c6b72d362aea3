using FsCheck.Xunit;
using Harmony4.Format.Tests.Properties;

namespace Harmony4.Format.Tests.Containers;

/// <summary>What a container says of its tracks and keyframes is what a plain search in its blocks gives.</summary>
public sealed class TrackTests
{
    [Property(Arbitrary = [typeof(RecordedArbitrary)], MaxTest = 40, Replay = "(20261126,41)")]
    public async Task Tracks_OfARecording_AreWhatItsBlocksGive(Recorded recorded)
    {
        await using var container = await H4mkContainer.OpenAsync(await recorded.WriteAsync());
        Assert.Equal(recorded.TrackCount, container.Tracks.Count);
        foreach (var track in container.Tracks)
        {
            var blocks = recorded.Of(track.Id);
            Assert.Equal(blocks.Length, track.BlockCount);
            Assert.Equal(blocks.Sum(b => b.Payload.Length), track.ByteLength);
            Assert.Equal(blocks.Count(b => b.Info.IsKey), track.KeyframeCount);
            Assert.Equal(blocks.Length == 0 ? null : blocks.Min(b => b.Info.Pts), track.FirstPts);
            Assert.Equal(blocks.Length == 0 ? null : blocks.Max(b => b.Info.Pts + b.Info.Duration), track.EndPts);
            Assert.NotNull(track.Root);
        }

        Assert.Equal(recorded.Blocks.Length, container.BlockCount);
        Assert.Equal(recorded.Of(0).Count(b => b.Info.IsKey), await container.CountSeekEntriesAsync());
    }

    [Property(Arbitrary = [typeof(RecordedArbitrary)], MaxTest = 40, Replay = "(20261126,43)")]
    public async Task FindBlocksAndKeyframes_OfARecording_AreThoseOfAPlainSearch(Recorded recorded)
    {
        await using var container = await H4mkContainer.OpenAsync(await recorded.WriteAsync());
        foreach (var track in container.Tracks)
        {
            var blocks = recorded.Of(track.Id);
            foreach (var pts in Times(blocks.Select(b => b.Info.Pts)))
            {
                var key = Array.FindLastIndex(blocks, b => b.Info.IsKey && b.Info.Pts <= pts);
                var next = Array.FindIndex(blocks, b => b.Info.IsKey && b.Info.Pts > pts);
                AssertKey(await container.FindKeyframeAsync(track.Id, pts), key, key < 0 ? null : blocks[key].Info.Pts, Start(blocks, key));
                AssertKey(await container.FindNextKeyframeAsync(track.Id, pts), next, next < 0 ? null : blocks[next].Info.Pts, Start(blocks, next));
            }

            var end = blocks.Sum(b => b.Payload.Length);
            for (var at = 0; at < end; at += Math.Max(1, end / 17))
            {
                var found = (await container.FindBlockAsync(track.Id, at))!.Value;
                Assert.InRange(at, found.StreamOffset, found.StreamOffset + found.Length - 1);
                Assert.Equal(Start(blocks, (int)found.Ordinal), found.StreamOffset);
            }

            Assert.Null(await container.FindBlockAsync(track.Id, end));
        }
    }

    [Property(Arbitrary = [typeof(MediaArbitrary)], MaxTest = 40, Replay = "(20261126,45)")]
    public async Task FindKeyframes_Version10_AreThoseOfAPlainSearch(Media media)
    {
        await using var container = await H4mkContainer.OpenAsync(media.Encode());
        var blocks = media.Blocks;
        foreach (var pts in Times(blocks.Select(b => b.Pts)))
        {
            var key = Array.FindLastIndex(blocks, b => b.IsKey && b.Pts <= pts);
            var next = Array.FindIndex(blocks, b => b.IsKey && b.Pts > pts);
            Assert.Equal(key < 0 ? null : blocks[key].Pts, (await container.FindKeyframeAsync(0, pts))?.Pts);
            var found = await container.FindNextKeyframeAsync(0, pts);
            Assert.Equal(next < 0 ? null : blocks[next].Pts, found?.Pts);
            Assert.Equal(next < 0 ? null : (ulong)blocks[..next].Sum(b => (long)b.Payload.Length), found?.StreamOffset);
        }

        Assert.Equal(blocks.Count(b => b.IsKey), await container.CountSeekEntriesAsync());
        Assert.Equal((null, null, null), (container.Tracks[0].FirstPts, container.Tracks[0].EndPts, container.Tracks[0].KeyframeCount));
    }

    [Fact]
    public async Task FindKeyframes_ByTimeSpan_AreThoseOfItsMicroseconds()
    {
        foreach (var bytes in (byte[][])[await Recorded.Make(5, 1, 30, 2, 20).WriteAsync(), Media.Small.Encode()])
        {
            await using var container = await H4mkContainer.OpenAsync(bytes);
            foreach (var time in (ulong[])[0, 1, 33_333, 66_665, 66_666, 1_000_000])
            {
                // Parts of a microsecond count for nothing.
                foreach (var ticks in (long[])[0, 9])
                {
                    var span = TimeSpan.FromTicks(((long)time * 10) + ticks);
                    Assert.Equal(await container.FindKeyframeAsync(0, time), await container.FindKeyframeAsync(0, span));
                    Assert.Equal(await container.FindNextKeyframeAsync(0, time), await container.FindNextKeyframeAsync(0, span));
                }
            }

            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await container.FindKeyframeAsync(0, TimeSpan.FromTicks(-1)));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await container.FindNextKeyframeAsync(0, TimeSpan.FromTicks(-1)));
        }
    }

    [Fact]
    public async Task Durations_OfTracks_LeadFromTheFirstTimeToTheEnd()
    {
        await using var container = await H4mkContainer.OpenAsync(await new Recorded(2, 2, [new TrackBlock(0, new BlockInfo { Pts = 30, Duration = 12 }, [1]), new TrackBlock(0, new BlockInfo { Pts = 20, Duration = 5 }, [2])]).WriteAsync());
        Assert.Equal([22UL, null], container.Tracks.Select(t => t.Duration));
        Assert.Equal(2, container.PageLog2);
        Assert.False(container.IsUpgraded);
        Assert.Same(container.Tracks[0], container.GetTrack());
        Assert.Same(container.Tracks[1], container.GetTrack(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => container.GetTrack(1));
    }

    [Fact]
    public async Task Version10_OfItsIndex_SaysWhatItCannotKnow()
    {
        await using var container = await H4mkContainer.OpenAsync(Media.Small.Encode());
        Assert.Null(container.Tracks[0].Duration);
        Assert.Null(container.PageLog2);
        Assert.Null(container.Identity);
        Assert.Null(container.FileDigest);
        Assert.False(container.IsUpgraded);
        Assert.Empty(container.Signs);
        Assert.Equal([(uint?)5, 0, 8], await Task.WhenAll(Enumerable.Range(0, 3).Select(async i => (uint?)(await container.GetBlockAsync(0, i)).Length)));
        var block = await container.GetBlockAsync(0, 2);
        Assert.Equal(System.IO.Hashing.Crc32.HashToUInt32("the last"u8), block.Crc);
        Assert.Null(block.Digest);
        Assert.False(block.IsKey);
    }

    [Fact]
    public async Task SeekTable_OfAFileWithoutSeek_IsEmpty()
    {
        await using var container = await H4mkContainer.OpenAsync(Media.Small.Encode().AsMemory(0, 8 + 12 + 5));
        Assert.Equal(0, await container.CountSeekEntriesAsync());
        Assert.Equal(0, (await container.GetSeekTableAsync()).Count);
        Assert.Null(await container.FindNextKeyframeAsync(0, 0UL));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await container.CountSeekEntriesAsync(new CancellationToken(canceled: true)));
        await using var upgraded = await H4mkContainer.OpenAsync(Conformance.Vectors11.Read("upgraded.h4mk"));
        Assert.Null(await upgraded.CountSeekEntriesAsync());
    }

    [Fact]
    public async Task ReadBlock_WhosePageHasToBeLoaded_GivesItsBytes()
    {
        var recorded = Recorded.Make(9, 1, 40, 1, 200);
        var bytes = await recorded.WriteAsync();
        await using var source = new Sources.DelegateSource((offset, memory) => Sources.DelegateSource.Copy(bytes, offset, memory, int.MaxValue));
        await using var container = await H4mkContainer.OpenAsync(source, new H4mkContainerOptions { PageCacheLength = 0 });
        for (var i = 0; i < recorded.Blocks.Length; i++)
        {
            var payload = new System.Buffers.ArrayBufferWriter<byte>();
            Assert.Equal(recorded.Blocks[i].Payload.Length, await container.ReadBlockAsync(0, i, payload));
            Assert.Equal(recorded.Blocks[i].Payload, payload.WrittenSpan.ToArray());
        }
    }

    private static IEnumerable<ulong> Times(IEnumerable<ulong> pts) => pts.SelectMany(p => (ulong[])[p - 1, p, p + 1]).Append(0UL).Append((ulong)long.MaxValue).Append(ulong.MaxValue);

    private static long Start(TrackBlock[] blocks, int ordinal) => ordinal < 0 ? 0 : blocks[..ordinal].Sum(b => (long)b.Payload.Length);

    private static void AssertKey(Keyframe? found, int ordinal, ulong? pts, long start)
    {
        Assert.Equal(ordinal < 0 ? null : ordinal, found?.Block);
        Assert.Equal(pts, found?.Pts);
        Assert.Equal(ordinal < 0 ? null : (ulong)start, found?.StreamOffset);
    }
}
