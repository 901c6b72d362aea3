using System.Net;
using Harmony4.Format;
using Harmony4.TestKit;
using Microsoft.AspNetCore.Builder;
using static Harmony4.AspNetCore.Tests.Playlists.PlaylistContainer;

namespace Harmony4.AspNetCore.Tests.Playlists;

/// <summary>The playlist as a resource: parameters, conditions, addresses, damage, length.</summary>
public sealed class PlaylistEndpointTests
{
    private const uint Second = 1_000_000;
    private const string Path = "/video/playlist?id=a";

    [Theory]
    [InlineData("/video/playlist", 400)]
    [InlineData("/video/playlist?id=.a", 400)]
    [InlineData("/video/playlist?id=a&id=a", 400)]
    [InlineData("/video/playlist?id=a&track=x", 400)]
    [InlineData("/video/playlist?id=a&track=-1", 400)]
    [InlineData("/video/playlist?id=a&track=1", 404)]
    [InlineData("/video/playlist?id=none", 404)]
    [InlineData("/video/playlist?id=broken", 422)]
    [InlineData("/video/playlist?id=a&key=00", 400)]
    [InlineData("/video/range.m4s", 400)]
    [InlineData("/video/range.aac?id=a&track=1", 404)]
    [InlineData("/video/range.aac?id=none", 404)]
    public async Task Get_BadParameterOrNothingThere_IsAProblem(string path, int status)
    {
        await using var host = await StartAsync();
        host.Put("broken", new byte[100]);
        using var response = await host.GetAsync(path);
        await Problems.CheckAsync(response, status);
    }

    [Fact]
    public async Task Get_Playlist_HasTypeTagAndConditions()
    {
        await using var host = await StartAsync();
        using var response = await host.GetAsync(Path);
        Assert.Equal("application/vnd.apple.mpegurl", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("no-cache", response.Headers.CacheControl!.ToString());
        var tag = response.Headers.ETag!;
        await using (var container = await H4mkContainer.OpenAsync(System.IO.Path.Combine(host.Folder, "a")))
        {
            Assert.Equal($"\"{container.Identity}-hls1\"", tag.ToString());
        }

        using var same = await host.GetAsync(Path, ("If-None-Match", $"\"x\", {tag}"));
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        Assert.Equal(tag, same.Headers.ETag);
        Assert.Empty(await same.Content.ReadAsByteArrayAsync());
        using var other = await host.GetAsync(Path, ("If-Match", "\"x\""));
        await Problems.CheckAsync(other, 412);
        using var head = await host.SendAsync(HttpMethod.Head, Path);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(tag, head.Headers.ETag);
        Assert.Equal("application/vnd.apple.mpegurl", head.Content.Headers.ContentType!.ToString());
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Tag_OfTheSameBlocksUnderAnotherLabel_IsAnother()
    {
        await using var host = await TestHost.StartAsync();
        var tags = new List<string>();
        foreach (var label in (string[])["one", "two"])
        {
            host.Put("a", await RecordAsync(4, (Track(0, TrackKind.Audio, "adts", label), Keys(3, Second, 5)), (Track(1, TrackKind.Audio, "adts"), Keys(3, Second, 5))));
            using var response = await host.GetAsync(Path);
            tags.Add(response.Headers.ETag!.ToString());
        }

        Assert.NotEqual(tags[0], tags[1]);
    }

    [Theory]
    [InlineData("", "", "/video/playlist?id=a")]
    [InlineData("/media", "/base", "/base/media/video/playlist?id=a")]
    [InlineData("/media", "/base", "/base/media/video/playlist/?id=a")]
    public async Task Addresses_AnyPrefix_LeadToTheStream(string group, string pathBase, string path)
    {
        await using var host = await TestHost.StartAsync(map: app =>
        {
            app.UsePathBase(pathBase);
            app.UseRouting();
            app.MapGroup(group).MapHarmony4(Harmony4Endpoints.VideoPlaylist);
        });
        host.Put("a", await RecordAsync(1, (Track(7, TrackKind.Audio, "adts"), Keys(3, Second, 5)), (Track(9, TrackKind.Audio, "mp3"), Keys(3, Second, 5))));
        var at = new Uri(host.Client.BaseAddress!, path);
        var variant = new Uri(at, Lines(await host.Client.GetStringAsync(at)).Single(l => l.Length > 0 && l[0] != '#'));
        var segment = new Uri(variant, Lines(await host.Client.GetStringAsync(variant)).First(l => l.Length > 0 && l[0] != '#'));
        Assert.Equal($"{pathBase}{group}/video/range.aac?id=a&track=7", segment.PathAndQuery);
        Assert.Equal(15, (await host.Client.GetByteArrayAsync(segment)).Length);
    }

    [Fact]
    public async Task Get_DamagedPageOfTheIndex_IsAProblem()
    {
        await using var host = await TestHost.StartAsync();
        var file = await RecordAsync("adts", Keys(9, Second, 5));
        await using (var container = await H4mkContainer.OpenAsync(file))
        {
            await foreach (var page in container.EnumerateChunksAsync(ChunkTag.Indx, from: file.Length / 2))
            {
                file[page.PayloadOffset + 20] ^= 1;
                break;
            }
        }

        host.Put("a", file);
        using var response = await host.GetAsync(Path);
        await Problems.CheckAsync(response, 422);
        using var head = await host.SendAsync(HttpMethod.Head, Path);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, head.StatusCode);
    }

    [Fact]
    public async Task Get_FileReplacedByAnother_HasItsLinesAtOnce()
    {
        await using var host = await StartAsync();
        Assert.Contains("range.aac?", await host.Client.GetStringAsync(Path), StringComparison.Ordinal);
        host.Put("a", await RecordAsync("mp3", Keys(5, Second, 5)));
        Assert.Contains("range.mp3?", await host.Client.GetStringAsync(Path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_OfAnExport_CoversTheStreamFromItsFirstFragmentOn()
    {
        await using var host = await TestHost.StartAsync();
        var media = Vectors.Read("media/clip.mp4");
        using var stored = await host.Client.PostAsync("/video/export?id=a", new ByteArrayContent(media));
        var lines = Lines(await host.Client.GetStringAsync(Path));
        var ranges = lines.Where(l => l.StartsWith("#EXT-X-BYTERANGE:", StringComparison.Ordinal)).Select(l => l[17..].Split('@')).Select(p => (Length: int.Parse(p[0], null), Offset: int.Parse(p[1], null))).ToList();
        var at = media.AsSpan().IndexOf("moof"u8) - 4;
        Assert.Contains($"#EXT-X-MAP:URI=\"range.m4s?id=a&track=0\",BYTERANGE=\"{at}@0\"", lines);
        foreach (var (length, offset) in ranges)
        {
            Assert.Equal(at, offset);
            Assert.Equal("moof"u8, media.AsSpan(offset + 4, 4));
            at += length;
        }

        Assert.Equal(media.Length, at);
        Assert.True(ranges.Count > 2);
    }

    [Fact]
    public async Task Get_ManyBlocks_StreamsOutOneEntryForEachSegment()
    {
        const int blocks = 100_000;
        await using var host = await TestHost.StartAsync();
        host.Put("a", await RecordAsync(10, (Track(0, TrackKind.Audio, "adts"), Keys(blocks, 2 * Second, 1))));
        var lines = Lines(await host.Client.GetStringAsync(Path));
        Assert.Equal("#EXT-X-ENDLIST", lines[^2]);
        Assert.Equal(blocks, lines.Count(l => l == "#EXTINF:2.000000,"));
        Assert.Equal($"#EXT-X-BYTERANGE:1@{blocks - 1}", lines[^4]);

        // Of a client that goes away, the host goes on serving the others.
        using (var left = await host.GetAsync(Path))
        {
            var start = new byte[1000];
            await (await left.Content.ReadAsStreamAsync()).ReadExactlyAsync(start);
        }

        using var head = await host.SendAsync(HttpMethod.Head, Path);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
    }

    private static string[] Lines(string text) => text.Split('\n');

    private static async Task<TestHost> StartAsync()
    {
        var host = await TestHost.StartAsync();
        host.Put("a", await RecordAsync("adts", Keys(5, Second, 5)));
        return host;
    }
}
