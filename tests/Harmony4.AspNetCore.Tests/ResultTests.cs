using System.Net;
using Harmony4.AspNetCore.Tests.Playlists;
using Harmony4.Format;
using Microsoft.AspNetCore.Builder;

namespace Harmony4.AspNetCore.Tests;

/// <summary>Answers on routes of a host's own: as those of the package.</summary>
public sealed class ResultTests
{
    [Fact]
    public async Task Results_OnOwnRoutes_AreThoseOfTheEndpoints()
    {
        await using var host = await StartAsync();
        host.PutVector("clip", "h4mk-1.1/signed-hmac.h4mk");
        foreach (var (own, of) in ((string, string)[])
        [
            ("/my/clip/0", "/video/range?id=clip&track=0"),
            ("/my/clip/0/blocks/1", "/containers/clip/blocks/0/1"),
            ("/my/clip", "/containers/clip"),
            ("/my/none/0", "/video/range?id=none"),
            ("/my/clip/9", "/video/range?id=clip&track=9"),
            ("/my/clip/0/blocks/999", "/containers/clip/blocks/0/999"),
            ("/my/.clip", "/containers/.clip"),
        ])
        {
            foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head])
            {
                foreach (var range in (string[])["", "bytes=3-9", "bytes=-5", "bytes=999999999-"])
                {
                    using var mine = await host.SendAsync(method, own, range.Length == 0 ? [] : [("Range", range)]);
                    using var theirs = await host.SendAsync(method, of, range.Length == 0 ? [] : [("Range", range)]);
                    Assert.Equal((theirs.StatusCode, theirs.Headers.ETag, theirs.Content.Headers.ContentRange, theirs.Content.Headers.ContentType), (mine.StatusCode, mine.Headers.ETag, mine.Content.Headers.ContentRange, mine.Content.Headers.ContentType));
                    Assert.Equal(theirs.Headers.TryGetValues("Harmony4-Proof", out var proof) ? proof : [], mine.Headers.TryGetValues("Harmony4-Proof", out var own1) ? own1 : []);
                    Assert.Equal(await theirs.Content.ReadAsByteArrayAsync(), await mine.Content.ReadAsByteArrayAsync());
                }
            }
        }

        using var first = await host.GetAsync("/my/clip/0");
        using var same = await host.GetAsync("/my/clip/0", ("If-None-Match", first.Headers.ETag!.ToString()));
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
    }

    [Fact]
    public async Task Playlist_OnAnOwnRoute_NamesTheRoutesGiven()
    {
        await using var host = await StartAsync();
        host.Put("one", await PlaylistContainer.RecordAsync("fmp4", [new PlaylistContainer.Block("", 0, 0, 50), .. PlaylistContainer.Keys(4, 1_000_000, 100)]));
        host.Put("two", await PlaylistContainer.RecordAsync(
            4,
            (PlaylistContainer.Track(0, TrackKind.Video, "ts"), PlaylistContainer.Keys(6, 1_000_000, 100)),
            (PlaylistContainer.Track(1, TrackKind.Audio, "adts"), PlaylistContainer.Keys(6, 1_000_000, 100))));
        var media = await host.Client.GetStringAsync("/my/one/playlist");
        Assert.Contains("#EXT-X-MAP:URI=\"/my/one/0#range.m4s\"", media, StringComparison.Ordinal);
        Assert.Contains("\n/my/one/0#range.m4s\n", media, StringComparison.Ordinal);
        var all = await host.Client.GetStringAsync("/my/two/playlist");
        Assert.Contains("\n/my/two/0/playlist\n", all, StringComparison.Ordinal);
        Assert.Contains("URI=\"/my/two/1/playlist\"", all, StringComparison.Ordinal);
        Assert.Contains("/my/two/1#range.aac", await host.Client.GetStringAsync("/my/two/1/playlist"), StringComparison.Ordinal);

        // Addresses may be as long as they like.
        Assert.Contains(new string('a', 5000), await host.Client.GetStringAsync("/long/one"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Results_WithoutTheServices_SayWhatIsMissing()
    {
        var app = WebApplication.CreateSlimBuilder().Build();
        app.MapGet("/", () => Harmony4Results.TrackStream("a"));
        var context = new Microsoft.AspNetCore.Http.DefaultHttpContext { RequestServices = app.Services };
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => Harmony4Results.TrackStream("a").ExecuteAsync(context));
        Assert.Contains("AddHarmony4()", exception.Message, StringComparison.Ordinal);
    }

    private static Task<TestHost> StartAsync() => TestHost.StartAsync(map: app =>
    {
        app.MapHarmony4();
        var both = (string[])["GET", "HEAD"];
        app.MapMethods("/my/{id}", both, (string id) => Harmony4Results.File(id));
        app.MapMethods("/my/{id}/{track:int}", both, (string id, int track) => Harmony4Results.TrackStream(id, track));
        app.MapMethods("/my/{id}/{track:int}/blocks/{ordinal:long}", both, (string id, int track, long ordinal) => Harmony4Results.Block(id, track, ordinal));
        app.MapGet("/my/{id}/playlist", (string id) => Harmony4Results.Playlist(id, null, (track, name) => $"/my/{id}/{track}#{name}", track => $"/my/{id}/{track}/playlist"));
        app.MapGet("/my/{id}/{track:int}/playlist", (string id, int track) => Harmony4Results.Playlist(id, track, (own, name) => $"/my/{id}/{own}#{name}"));
        app.MapGet("/long/{id}", (string id) => Harmony4Results.Playlist(id, null, (_, _) => new string('a', 5000)));
    });
}
