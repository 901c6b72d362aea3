using Harmony4.Format;
using static Harmony4.AspNetCore.Tests.Playlists.PlaylistContainer;

namespace Harmony4.AspNetCore.Tests.Playlists;

/// <summary>The lines of the playlist of several tracks.</summary>
public sealed class MultivariantPlaylistTests
{
    private const uint Second = 1_000_000;

    // 100 bytes in 2 s at most, 80 in 2 s on the average: 400 and 320 bits per second.
    private static readonly Block[] Pictures = [new("-", 0, 0, 99), new("k", 0, 2 * Second, 60), new("k", 2 * Second, 2 * Second, 100)];

    // 80 and 72 bits per second.
    private static readonly Block[] Sound = [new("k", 0, 2 * Second, 20), new("k", 2 * Second, 2 * Second, 16)];
    private static readonly Block[] LouderSound = [new("k", 0, 2 * Second, 40), new("k", 2 * Second, 2 * Second, 40)];

    [Fact]
    public async Task PicturesAndSound_AreAVariantWithRenditionsByLanguage()
    {
        await CheckAsync(
            """
            #EXTM3U
            #EXT-X-VERSION:4
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Original",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,URI="playlist?id=a&track=1"
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="pt-BR",LANGUAGE="pt-BR",DEFAULT=NO,AUTOSELECT=YES,URI="playlist?id=a&track=2"
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="track 5",DEFAULT=NO,AUTOSELECT=NO,URI="playlist?id=a&track=5"
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Comments",LANGUAGE="EN",DEFAULT=NO,AUTOSELECT=NO,URI="playlist?id=a&track=6"
            #EXT-X-STREAM-INF:BANDWIDTH=560,AVERAGE-BANDWIDTH=480,AUDIO="audio"
            playlist?id=a&track=0

            """,
            (Track(0, TrackKind.Video, "fmp4"), Pictures),
            (Track(1, TrackKind.Audio, "adts", "Original", "en"), Sound),
            (Track(2, TrackKind.Audio, "fmp4", language: "pt-BR"), [Pictures[0], .. LouderSound]),
            (Track(5, TrackKind.Audio, "mp3"), Sound),
            (Track(6, TrackKind.Audio, "ts", "Comments", "EN"), Sound));
    }

    [Fact]
    public async Task PicturesAlone_AreAVariantEach()
    {
        await CheckAsync(
            """
            #EXTM3U
            #EXT-X-VERSION:4
            #EXT-X-STREAM-INF:BANDWIDTH=400,AVERAGE-BANDWIDTH=320
            playlist?id=a&track=0
            #EXT-X-STREAM-INF:BANDWIDTH=80,AVERAGE-BANDWIDTH=72
            playlist?id=a&track=3

            """,
            (Track(0, TrackKind.Video, "fmp4", "large", "en"), Pictures),
            (Track(3, TrackKind.Video, "ts"), Sound));
    }

    [Fact]
    public async Task SoundAlone_IsAVariantOfTheFirstWithAllAsRenditions()
    {
        await CheckAsync(
            """
            #EXTM3U
            #EXT-X-VERSION:4
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="de",LANGUAGE="de",DEFAULT=YES,AUTOSELECT=YES,URI="playlist?id=a&track=2"
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="en",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=YES,URI="playlist?id=a&track=4"
            #EXT-X-STREAM-INF:BANDWIDTH=240,AVERAGE-BANDWIDTH=232,AUDIO="audio"
            playlist?id=a&track=2

            """,
            (Track(2, TrackKind.Audio, "adts", language: "de"), Sound),
            (Track(4, TrackKind.Audio, "adts", language: "en"), LouderSound));
    }

    [Fact]
    public async Task PicturesThatHoldOtherTracks_HaveTheirOwnSoundFirst()
    {
        await CheckAsync(
            """
            #EXTM3U
            #EXT-X-VERSION:4
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="fr",LANGUAGE="fr",DEFAULT=YES,AUTOSELECT=YES,URI="playlist?id=a&track=2"
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio-of-video",NAME="Film",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio-of-video",NAME="fr",LANGUAGE="fr",DEFAULT=NO,AUTOSELECT=YES,URI="playlist?id=a&track=2"
            #EXT-X-STREAM-INF:BANDWIDTH=480,AVERAGE-BANDWIDTH=392,AUDIO="audio-of-video"
            playlist?id=a&track=0
            #EXT-X-STREAM-INF:BANDWIDTH=480,AVERAGE-BANDWIDTH=392,AUDIO="audio"
            playlist?id=a&track=1

            """,
            (Track(0, TrackKind.Video, "fmp4", "Film", "en", ("time_track", 1)), Pictures),
            (Track(1, TrackKind.Video, "fmp4"), Pictures),
            (Track(2, TrackKind.Audio, "adts", language: "fr"), Sound));
    }

    [Fact]
    public async Task Tracks_WithoutAForm_AreLeftOut()
    {
        await CheckAsync(
            """
            #EXTM3U
            #EXT-X-VERSION:4
            #EXT-X-STREAM-INF:BANDWIDTH=400,AVERAGE-BANDWIDTH=320
            playlist?id=a&track=4

            """,
            (Track(0, TrackKind.Video, "webm"), Pictures),
            (Track(1, TrackKind.Audio, "fmp4"), []),
            (Track(2, TrackKind.Audio, "ogg"), Sound),
            (Track(3, TrackKind.Data, "fmp4"), Pictures),
            (Track(4, TrackKind.Video, "fmp4"), Pictures));
    }

    [Fact]
    public async Task Texts_OfTheProducer_CannotLeaveTheirQuotes()
    {
        await using var host = await TestHost.StartAsync();
        host.Put("a", await RecordAsync(
            4,
            (Track(0, TrackKind.Audio, "adts", "a\",URI=\"http://evil\"\r\n#EXT-X-ENDLIST\u0085\u2028b", "en\"\nx"), Sound),
            (Track(1, TrackKind.Audio, "adts", new string('x', 5000), "x-\u00e4"), Sound),
            (Track(2, TrackKind.Audio, "adts", "Ton – 音", new string('a', 64)), Sound)));
        var text = await host.Client.GetStringAsync("/video/playlist?id=a");
        Assert.Contains("NAME=\"a',URI='http://evil'  #EXT-X-ENDLIST  b\",DEFAULT=YES", text, StringComparison.Ordinal);
        Assert.Contains($"NAME=\"{new string('x', 256)}\",DEFAULT=NO", text, StringComparison.Ordinal);
        Assert.Contains("NAME=\"Ton – 音\",DEFAULT=NO,AUTOSELECT=NO,URI=", text, StringComparison.Ordinal);
        Assert.Equal(7, text.Split('\n').Length - 1);
        Assert.DoesNotContain("LANGUAGE", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_ThatAreTheSame_AreToldApart()
    {
        await using var host = await TestHost.StartAsync();
        host.Put("a", await RecordAsync(
            4,
            (Track(0, TrackKind.Audio, "adts", "Sound (2)"), Sound),
            (Track(1, TrackKind.Audio, "adts", "Sound"), Sound),
            (Track(2, TrackKind.Audio, "adts", "Sound"), Sound)));
        var text = await host.Client.GetStringAsync("/video/playlist?id=a");
        Assert.Equal(
            ["Sound (2)", "Sound", "Sound (2) (2)"],
            text.Split('\n').Where(l => l.Contains("NAME=", StringComparison.Ordinal)).Select(l => l.Split("NAME=\"")[1].Split('"')[0]));
    }

    [Theory]
    [InlineData(TrackKind.Video, "webm", "track 0: HLS has no form for webm")]
    [InlineData(TrackKind.Data, "fmp4", "track 0: the track is neither of pictures nor of sound")]
    [InlineData(TrackKind.Video, "adts", "track 0: the track has no media")]
    public async Task Tracks_NoneWithAForm_IsNotAcceptable(TrackKind kind, string segment, string reason)
    {
        await using var host = await TestHost.StartAsync();
        host.Put("a", await RecordAsync(4, (Track(0, kind, segment), []), (Track(1, TrackKind.Audio, "wav"), Sound)));
        using var response = await host.GetAsync("/video/playlist?id=a");
        using var problem = await Problems.CheckAsync(response, 406);
        Assert.Contains(reason, problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bandwidth_OfAShortLastSegment_CountsTogetherWithTheOneBefore()
    {
        // 1,000 bytes in 0.1 s are a peak that no player meets: 1,030 in 2.1 s are.
        Block[] blocks = [new("k", 0, 2 * Second, 30), new("k", 2 * Second, 100_000, 1000)];
        await CheckAsync(
            """
            #EXTM3U
            #EXT-X-VERSION:4
            #EXT-X-STREAM-INF:BANDWIDTH=3924,AVERAGE-BANDWIDTH=3924
            playlist?id=a&track=0

            """,
            (Track(0, TrackKind.Video, "ts"), blocks),
            (Track(1, TrackKind.Data, "fixed"), Sound));
    }

    private static async Task CheckAsync(string expected, params (H4mkTrackInfo Info, Block[] Blocks)[] tracks)
    {
        await using var host = await TestHost.StartAsync();
        host.Put("a", await RecordAsync(4, tracks));
        Assert.Equal(expected, await host.Client.GetStringAsync("/video/playlist?id=a"));
    }
}
