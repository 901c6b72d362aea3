using System.Net;
using Harmony4.Format;
using Harmony4.TestKit;

namespace Harmony4.AspNetCore.Tests.Playlists;

/// <summary>Media types of track streams, and the names under which players take them.</summary>
public sealed class StreamNameTests
{
    private const string Key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    [Theory]
    [InlineData("clip.mp4", null, "video/mp4", "range.m4s")]
    [InlineData("clip.mp4", "1.0", "video/mp4", "range.m4s")]
    [InlineData("clip-tables.mp4", null, "video/mp4", null)]
    [InlineData("clip.webm", null, "video/webm", null)]
    [InlineData("clip.ts", null, "video/mp2t", "range.ts")]
    [InlineData("clip.aac", null, "audio/aac", "range.aac")]
    [InlineData("clip.aac", "1.0", "audio/aac", "range.aac")]
    [InlineData("clip.mp3", null, "audio/mpeg", "range.mp3")]
    [InlineData("clip.flac", null, "audio/flac", null)]
    [InlineData("clip.flv", null, "video/x-flv", null)]
    [InlineData("clip.ivf", null, "application/octet-stream", null)]
    [InlineData("clip.ogv", null, "video/ogg", null)]
    [InlineData("clip.opus", null, "audio/ogg", null)]
    [InlineData("speech.wav", null, "audio/wav", null)]
    public async Task Range_MediaType_IsWhatTheExportKnew(string file, string? spec, string type, string? name)
    {
        await using var host = await TestHost.StartAsync();
        var media = Vectors.Read("media/" + file);
        using var stored = await host.Client.PostAsync($"/video/export?id=a{(spec is null ? "" : "&spec=" + spec)}", new ByteArrayContent(media));
        Assert.Equal(HttpStatusCode.Created, stored.StatusCode);
        using var range = await host.GetAsync("/video/range?id=a");
        Assert.Equal(type, range.Content.Headers.ContentType!.ToString());
        foreach (var other in (string[])["range.m4s", "range.ts", "range.aac", "range.mp3"])
        {
            using var response = await host.GetAsync($"/video/{other}?id=a&track=0", ("Range", "bytes=10-99"));
            if (other != name)
            {
                using var problem = await Problems.CheckAsync(response, 404);
                Assert.Contains(other, problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
                Assert.Null(response.Headers.ETag);
                continue;
            }

            // The same stream: ranges, conditions and tag are those of its plain name.
            Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
            Assert.Equal(type, response.Content.Headers.ContentType!.ToString());
            Assert.Equal(range.Headers.ETag, response.Headers.ETag);
            Assert.Equal(media[10..100], await response.Content.ReadAsByteArrayAsync());
            using var same = await host.GetAsync($"/video/{other}?id=a", ("If-None-Match", range.Headers.ETag!.ToString()));
            Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
            using var head = await host.SendAsync(HttpMethod.Head, $"/video/{other}?id=a");
            Assert.Equal(media.Length, head.Content.Headers.ContentLength);
            Assert.Equal(type, head.Content.Headers.ContentType!.ToString());
        }
    }

    [Theory]
    [InlineData("fmp4", TrackKind.Audio, "audio/mp4")]
    [InlineData("fmp4", TrackKind.Data, "application/mp4")]
    [InlineData("webm", TrackKind.Audio, "audio/webm")]
    [InlineData("webm", TrackKind.Data, "application/octet-stream")]
    [InlineData("ogg", TrackKind.Data, "application/ogg")]
    [InlineData("ts", TrackKind.Audio, "video/mp2t")]
    [InlineData("reclog", TrackKind.Video, "application/octet-stream")]
    public async Task Range_KindOfTheTrack_IsPartOfTheMediaType(string segment, TrackKind kind, string type)
    {
        await using var host = await TestHost.StartAsync();
        host.Put("a", await PlaylistContainer.RecordAsync(4, (PlaylistContainer.Track(3, kind, segment), PlaylistContainer.Keys(2, 1000, 5))));
        using var range = await host.GetAsync("/video/range?id=a");
        Assert.Equal(type, range.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task Range_SealedTrack_SaysWhatItIsToTheHolderOfTheKeyOnly()
    {
        await using var host = await TestHost.StartAsync();
        var media = Vectors.Read("media/clip.mp4");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/video/export?id=a&seal=1") { Content = new ByteArrayContent(media) };
        request.Headers.Add("Harmony4-Key", Key);
        using var stored = await host.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, stored.StatusCode);

        using var closed = await host.GetAsync("/video/range?id=a");
        Assert.Equal("application/octet-stream", closed.Content.Headers.ContentType!.ToString());
        using var named = await host.GetAsync("/video/range.m4s?id=a");
        await Problems.CheckAsync(named, 404);
        using var opened = await host.GetAsync("/video/range?id=a", ("Harmony4-Key", Key));
        Assert.Equal("video/mp4", opened.Content.Headers.ContentType!.ToString());
        using var both = await host.GetAsync("/video/range.m4s?id=a", ("Harmony4-Key", Key));
        Assert.Equal("video/mp4", both.Content.Headers.ContentType!.ToString());
        Assert.Equal(media, await both.Content.ReadAsByteArrayAsync());
        using var other = await host.GetAsync("/video/range.ts?id=a", ("Harmony4-Key", Key));
        await Problems.CheckAsync(other, 404);

        foreach (var headers in ((string, string)[][])[[], [("Harmony4-Key", Key)]])
        {
            using var playlist = await host.GetAsync("/video/playlist?id=a", headers);
            using var problem = await Problems.CheckAsync(playlist, 406);
            Assert.Contains("sealed", problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Range_DamagedDescriptionOfTheTracks_IsOctetsAndThePlaylistAProblem()
    {
        var file = await PlaylistContainer.RecordAsync("adts", PlaylistContainer.Keys(4, 1_000_000, 10));
        file[file.AsSpan().IndexOf("\"adts\""u8) + 1] ^= 1;
        await using var host = await TestHost.StartAsync();
        host.Put("a", file);
        for (var i = 0; i < 2; i++)
        {
            using var range = await host.GetAsync("/video/range?id=a");
            Assert.Equal(HttpStatusCode.OK, range.StatusCode);
            Assert.Equal("application/octet-stream", range.Content.Headers.ContentType!.ToString());
            using var playlist = await host.GetAsync("/video/playlist?id=a");
            await Problems.CheckAsync(playlist, 422);
        }
    }
}
