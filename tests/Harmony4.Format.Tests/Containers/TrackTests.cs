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

    private static IEnumerable<ulong> Times(IEnumerable<ulong> pts) => pts.SelectMany(p => (ulong[])[p - 1, p, p + 1]).Append(0UL).Append((ulong)long.MaxValue).Append(ulong.MaxValue);

    private static long Start(TrackBlock[] blocks, int ordinal) => ordinal < 0 ? 0 : blocks[..ordinal].Sum(b => (long)b.Payload.Length);

    private static void AssertKey(Keyframe? found, int ordinal, ulong? pts, long start)
    {
        Assert.Equal(ordinal < 0 ? null : ordinal, found?.Block);
        Assert.Equal(pts, found?.Pts);
        Assert.Equal(ordinal < 0 ? null : (ulong)start, found?.StreamOffset);
    }
}
