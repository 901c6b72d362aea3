using Harmony4.Format;
using static Harmony4.AspNetCore.Tests.Playlists.PlaylistContainer;

namespace Harmony4.AspNetCore.Tests.Playlists;

/// <summary>The lines of a playlist for what the blocks of a track may be like.</summary>
public sealed class MediaPlaylistTests
{
    private const uint Second = 1_000_000;

    private static readonly Block Head = new("-", 0, 0, 100);

    [Fact]
    public async Task FragmentedMp4_KeysEverySecond_AreJoinedToSegmentsOfTwo()
    {
        Block[] keys = [new("k", 0, Second, 10), new("k", Second, Second, 20), new("k", 2 * Second, Second, 30), new("k", 3 * Second, Second, 40), new("k", 4 * Second, 500_001, 50)];
        await CheckAsync(
            "fmp4",
            [Head, .. keys],
            """
            #EXTM3U
            #EXT-X-VERSION:6
            #EXT-X-TARGETDURATION:2
            #EXT-X-MEDIA-SEQUENCE:0
            #EXT-X-PLAYLIST-TYPE:VOD
            #EXT-X-INDEPENDENT-SEGMENTS
            #EXT-X-MAP:URI="range.m4s?id=a&track=0",BYTERANGE="100@0"
            #EXTINF:2.000000,
            #EXT-X-BYTERANGE:30@100
            range.m4s?id=a&track=0
            #EXTINF:2.000000,
            #EXT-X-BYTERANGE:70@130
            range.m4s?id=a&track=0
            #EXTINF:0.500001,
            #EXT-X-BYTERANGE:50@200
            range.m4s?id=a&track=0
            #EXT-X-ENDLIST

            """);
    }

    [Fact]
    public async Task FragmentedMp4_KeysFarApart_AreOneSegmentEachWithWhatLiesBetween()
    {
        // The time of the trailer, which lasts for no time, says nothing.
        await CheckSegmentsAsync(
            "fmp4",
            [Head, new("k", 40_000, 2 * Second, 10), new("-", 2_040_000, 3_600_000, 20), new("k", 5_640_000, 2 * Second, 30), new("-", 7_640_000, 1_500_000, 40), new("-", long.MaxValue, 0, 5)],
            "6 6: 5.600000 30@100, 3.500000 75@130");
    }

    [Fact]
    public async Task Target_IsTheLongestDurationRounded()
    {
        await CheckSegmentsAsync("adts", [new("k", 0, 2_499_999, 1), new("k", 2_499_999, Second, 1)], "4 2: 2.499999 1@0, 1.000000 1@1");
        await CheckSegmentsAsync("adts", [new("k", 0, 2_500_000, 1), new("k", 2_500_000, Second, 1)], "4 3: 2.500000 1@0, 1.000000 1@1");
        await CheckSegmentsAsync("adts", [new("k", 0, 1, 1)], "4 1: 0.000001 1@0");
    }

    [Fact]
    public async Task Times_BeginAnywhereAndHaveGaps_GoByTheKeyBlocks()
    {
        // What is lacking between 12 and 20 s is no reason to say that the segment before lasted for 2 s.
        await CheckSegmentsAsync("adts", [new("k", 10 * Second, 2 * Second, 7), new("k", 20 * Second, 2 * Second, 8)], "4 10: 10.000000 7@0, 2.000000 8@7");
    }

    [Fact]
    public async Task FirstMediaBlock_NotKey_IsASegmentOfItsOwnAndNotAllAreIndependent()
    {
        var text = await CheckSegmentsAsync("fmp4", [Head, new("-", 0, 400_000, 10), new("k", 400_000, Second, 20), new("k", 1_400_000, Second, 30)], "6 2: 0.400000 10@100, 2.000000 50@110");
        Assert.DoesNotContain("INDEPENDENT", text, StringComparison.Ordinal);

        // A time behind the key block's is none that can be gone by.
        await CheckSegmentsAsync("fmp4", [Head, new("-", 9 * Second, 400_000, 10), new("k", 400_000, Second, 20)], "6 1: 0.400000 10@100, 1.000000 20@110");
    }

    [Fact]
    public async Task Blocks_NoneKey_AreOneSegment()
    {
        var text = await CheckSegmentsAsync("ts", [new("-", 0, 0, 376), new("-", 0, Second, 10), new("-", Second, Second, 20), new("-", 2 * Second, Second, 30)], "6 3: 3.000000 436@0");
        Assert.DoesNotContain("INDEPENDENT", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LastDuration_Unknown_IsTheDistanceOfTheKeysBefore()
    {
        await CheckSegmentsAsync("fmp4", [Head, new("k", 0, 0, 10), new("k", 1_100_000, 0, 20), new("k", 2_200_000, 0, 30)], "6 2: 2.200000 30@100, 1.100000 30@130");
        await CheckSegmentsAsync("fmp4", [Head, new("k", 0, 0, 10), new("k", 3 * Second, 0, 20), new("k", 4 * Second, 0, 30)], "6 3: 3.000000 10@100, 2.000000 50@110");
    }

    [Fact]
    public async Task KeyBlock_WithoutBytes_BeginsNoSegmentOfNoBytes()
    {
        await CheckSegmentsAsync("adts", [new("k", 0, 2 * Second, 0), new("k", 2 * Second, 2 * Second, 5), new("k", 4 * Second, 2 * Second, 6), new("k", 6 * Second, 2 * Second, 0)], "4 4: 4.000000 5@0, 2.000000 6@5");
    }

    [Fact]
    public async Task LostBlock_IsPassedOver()
    {
        await CheckSegmentsAsync("fmp4", [Head, new("k", 0, Second, 10), new("l", Second, 0, 0), new("k", 2 * Second, Second, 20)], "6 2: 2.000000 10@100, 1.000000 20@110");
    }

    [Fact]
    public async Task Discontinuity_WithAHeadOfItsOwn_HasItAsMap()
    {
        Block[] blocks = [Head, new("k", 0, Second, 10), new("d", Second, 0, 40), new("k", 60 * Second, Second, 20), new("kd", 99 * Second, Second, 30)];
        await CheckAsync(
            "fmp4",
            blocks,
            """
            #EXTM3U
            #EXT-X-VERSION:6
            #EXT-X-TARGETDURATION:1
            #EXT-X-MEDIA-SEQUENCE:0
            #EXT-X-PLAYLIST-TYPE:VOD
            #EXT-X-INDEPENDENT-SEGMENTS
            #EXT-X-MAP:URI="range.m4s?id=a&track=0",BYTERANGE="100@0"
            #EXTINF:1.000000,
            #EXT-X-BYTERANGE:10@100
            range.m4s?id=a&track=0
            #EXT-X-DISCONTINUITY
            #EXT-X-MAP:URI="range.m4s?id=a&track=0",BYTERANGE="40@110"
            #EXTINF:1.000000,
            #EXT-X-BYTERANGE:20@150
            range.m4s?id=a&track=0
            #EXT-X-DISCONTINUITY
            #EXTINF:1.000000,
            #EXT-X-BYTERANGE:30@170
            range.m4s?id=a&track=0
            #EXT-X-ENDLIST

            """);
    }

    [Fact]
    public async Task Discontinuity_InFrontOfAllMedia_IsNone()
    {
        Assert.DoesNotContain("DISCONTINUITY", await CheckSegmentsAsync("fmp4", [Head, new("kd", 0, Second, 10)], "6 1: 1.000000 10@100"), StringComparison.Ordinal);
        Assert.DoesNotContain("DISCONTINUITY", await CheckSegmentsAsync("adts", [new("d", 0, 0, 7), new("kd", 0, Second, 10)], "4 1: 1.000000 10@7"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TransportStream_Tables_AreTheMapAndBeginTheFirstSegment()
    {
        await CheckAsync(
            "ts",
            [new("-", 0, 0, 376), new("k", 0, 2 * Second, 1880), new("k", 2 * Second, 2 * Second, 188)],
            """
            #EXTM3U
            #EXT-X-VERSION:6
            #EXT-X-TARGETDURATION:2
            #EXT-X-MEDIA-SEQUENCE:0
            #EXT-X-PLAYLIST-TYPE:VOD
            #EXT-X-INDEPENDENT-SEGMENTS
            #EXT-X-MAP:URI="range.ts?id=a&track=0",BYTERANGE="376@0"
            #EXTINF:2.000000,
            #EXT-X-BYTERANGE:2256@0
            range.ts?id=a&track=0
            #EXTINF:2.000000,
            #EXT-X-BYTERANGE:188@2256
            range.ts?id=a&track=0
            #EXT-X-ENDLIST

            """);
    }

    [Fact]
    public async Task TransportStream_MoreThanTablesInFront_HasNoMap()
    {
        Assert.DoesNotContain("MAP", await CheckSegmentsAsync("ts", [new("-", 0, 0, 65_537), new("k", 0, 2 * Second, 188)], "4 2: 2.000000 65725@0"), StringComparison.Ordinal);
        Assert.Contains("BYTERANGE=\"65536@0\"", await CheckSegmentsAsync("ts", [new("-", 0, 0, 65_536), new("k", 0, 2 * Second, 188)], "6 2: 2.000000 65724@0"), StringComparison.Ordinal);
        Assert.DoesNotContain("MAP", await CheckSegmentsAsync("ts", [new("k", 0, 2 * Second, 188)], "4 2: 2.000000 188@0"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("adts", "range.aac", true)]
    [InlineData("mp3", "range.mp3", false)]
    public async Task PackedAudio_TagsInFront_AreInNoSegment(string segment, string name, bool isIndependent)
    {
        var independent = isIndependent ? "#EXT-X-INDEPENDENT-SEGMENTS\n" : "";
        await CheckAsync(
            segment,
            [new("-", 0, 0, 45), .. Keys(6, 500_000, 10)],
            $"""
            #EXTM3U
            #EXT-X-VERSION:4
            #EXT-X-TARGETDURATION:2
            #EXT-X-MEDIA-SEQUENCE:0
            #EXT-X-PLAYLIST-TYPE:VOD
            {independent}#EXTINF:2.000000,
            #EXT-X-BYTERANGE:40@45
            {name}?id=a&track=0
            #EXTINF:1.000000,
            #EXT-X-BYTERANGE:20@85
            {name}?id=a&track=0
            #EXT-X-ENDLIST

            """);
    }

    private static async Task CheckAsync(string segment, Block[] blocks, string expected)
    {
        await using var host = await TestHost.StartAsync();
        host.Put("a", await RecordAsync(segment, blocks));
        Assert.Equal(expected, await host.Client.GetStringAsync("/video/playlist?id=a&track=0"));

        // Of one track, the playlist is that of the track; and pages do not show.
        host.Put("a", await RecordAsync(10, (Track(0, TrackKind.Video, segment), blocks)));
        Assert.Equal(expected, await host.Client.GetStringAsync("/video/playlist?id=a"));
    }

    /// <summary>Checks the version, the target and the segments: durations with their ranges.</summary>
    private static async Task<string> CheckSegmentsAsync(string segment, Block[] blocks, string expected)
    {
        await using var host = await TestHost.StartAsync();
        host.Put("a", await RecordAsync(segment, blocks));
        var text = await host.Client.GetStringAsync("/video/playlist?id=a");
        Assert.Equal(expected, Summary(text));
        return text;
    }

    private static string Summary(string text)
    {
        var lines = text.Split('\n');
        string Value(string tag) => lines.Single(l => l.StartsWith(tag, StringComparison.Ordinal))[tag.Length..];
        var durations = lines.Where(l => l.StartsWith("#EXTINF:", StringComparison.Ordinal)).Select(l => l[8..^1]);
        var ranges = lines.Where(l => l.StartsWith("#EXT-X-BYTERANGE:", StringComparison.Ordinal)).Select(l => l[17..]);
        return $"{Value("#EXT-X-VERSION:")} {Value("#EXT-X-TARGETDURATION:")}: {string.Join(", ", durations.Zip(ranges, (d, r) => $"{d} {r}"))}";
    }
}
