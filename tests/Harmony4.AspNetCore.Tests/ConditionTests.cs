using System.Net;
using System.Net.Http.Headers;
using Harmony4.TestKit;

namespace Harmony4.AspNetCore.Tests;

/// <summary>Entity tags, If-Range, If-None-Match, If-Match and HEAD (RFC 9110 sections 13 and 14).</summary>
public sealed class ConditionTests
{
    private const string Track = "/video/range?id=small";
    private const string FilePath = "/containers/small";

    private static async Task<TestHost> StartAsync()
    {
        var host = await TestHost.StartAsync();
        host.PutVector("small", "exports/small.h4mk");
        return host;
    }

    [Fact]
    public async Task Get_TrackOfAContainerWithVeri_HasItAsStrongTag()
    {
        await using var host = await StartAsync();
        using var response = await host.GetAsync(Track);
        Assert.Equal($"\"{Vectors.Case("exports", "small").GetProperty("veri_hex").GetString()}\"", response.Headers.ETag!.ToString());
        Assert.Equal("bytes", response.Headers.AcceptRanges.Single());
        Assert.Equal("no-cache", response.Headers.CacheControl!.ToString());
        Assert.Equal(Vectors.SeededBytes("pub/export/small", 5000), await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Get_FileOfAContainerWithVeri_HasItWithTheSizeAsStrongTag()
    {
        await using var host = await StartAsync();
        using var response = await host.GetAsync(FilePath);
        Assert.Equal($"\"{Vectors.Case("exports", "small").GetProperty("veri_hex").GetString()}-5416\"", response.Headers.ETag!.ToString());
        Assert.Equal(Vectors.Read("exports/small.h4mk"), await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("/video/range?id=cut")]
    [InlineData("/containers/cut")]
    public async Task Get_ContainerWithoutVeri_HasAWeakTag(string path)
    {
        await using var host = await StartAsync();
        host.Put("cut", Vectors.Read("exports/small.h4mk")[..^44]);
        using var response = await host.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Headers.ETag!.IsWeak);

        // A weak tag never makes If-Range hold.
        using var part = await host.GetAsync(path, ("Range", "bytes=0-0"), ("If-Range", response.Headers.ETag.ToString()));
        Assert.Equal(HttpStatusCode.OK, part.StatusCode);
    }

    [Theory]
    [InlineData(Track)]
    [InlineData(FilePath)]
    public async Task Get_IfNoneMatch_IsAnsweredWith304WhenItHolds(string path)
    {
        await using var host = await StartAsync();
        using var first = await host.GetAsync(path);
        var tag = first.Headers.ETag!.ToString();
        foreach (var header in new[] { tag, "*", "W/" + tag, $"\"other\", {tag}" })
        {
            using var response = await host.GetAsync(path, ("If-None-Match", header), ("Range", "bytes=0-1"));
            Assert.Equal(HttpStatusCode.NotModified, response.StatusCode);
            Assert.Equal(tag, response.Headers.ETag!.ToString());
            Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        }

        using var changed = await host.GetAsync(path, ("If-None-Match", "\"other\""));
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
    }

    [Theory]
    [InlineData(Track)]
    [InlineData(FilePath)]
    public async Task Get_IfRange_ServesThePartOnlyWhenItHolds(string path)
    {
        await using var host = await StartAsync();
        using var first = await host.GetAsync(path);
        var tag = first.Headers.ETag!.ToString();
        using var same = await host.GetAsync(path, ("Range", "bytes=0-1"), ("If-Range", tag));
        Assert.Equal(HttpStatusCode.PartialContent, same.StatusCode);
        foreach (var other in new[] { "\"other\"", "W/" + tag, "Sun, 06 Nov 1994 08:49:37 GMT", "nonsense" })
        {
            using var response = await host.GetAsync(path, ("Range", "bytes=0-1"), ("If-Range", other));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Null(response.Content.Headers.ContentRange);
        }

        // Without its Range the condition means nothing.
        using var whole = await host.GetAsync(path, ("If-Range", tag));
        Assert.Equal(HttpStatusCode.OK, whole.StatusCode);
    }

    [Theory]
    [InlineData(Track)]
    [InlineData(FilePath)]
    public async Task Get_IfMatch_IsAnsweredWith412WhenItFails(string path)
    {
        await using var host = await StartAsync();
        using var first = await host.GetAsync(path);
        var tag = first.Headers.ETag!.ToString();
        using var same = await host.GetAsync(path, ("If-Match", tag));
        using var any = await host.GetAsync(path, ("If-Match", "*"));
        using var other = await host.GetAsync(path, ("If-Match", "\"other\""));
        using var weak = await host.GetAsync(path, ("If-Match", "W/" + tag));
        Assert.Equal(HttpStatusCode.OK, same.StatusCode);
        Assert.Equal(HttpStatusCode.OK, any.StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, other.StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, weak.StatusCode);
    }

    [Theory]
    [InlineData(Track, 5000)]
    [InlineData(FilePath, 5416)]
    [InlineData("/containers/small/blocks/0/1", 1000)]
    public async Task Head_WithARange_SaysWhatTheWholeWouldBe(string path, int length)
    {
        await using var host = await StartAsync();
        using var response = await host.SendAsync(HttpMethod.Head, path, ("Range", "bytes=0-1"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(length, response.Content.Headers.ContentLength);
        Assert.NotNull(response.Headers.ETag);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Get_FileReplacedUnderItsId_IsSeenAtOnce()
    {
        await using var host = await StartAsync();
        using var before = await host.GetAsync(Track);
        host.PutVector("small", "exports/ntsc.h4mk");
        using var after = await host.GetAsync(Track, ("If-None-Match", before.Headers.ETag!.ToString()));
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
        Assert.Equal(10001, (await after.Content.ReadAsByteArrayAsync()).Length);
    }

    [Fact]
    public async Task Get_SeveralRangeLines_AreOneList()
    {
        await using var host = await StartAsync();
        using var response = await host.GetAsync(Track, ("Range", "bytes=0-1"), ("Range", "bytes=3-4"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.IsNotType<ContentRangeHeaderValue>(response.Content.Headers.ContentRange);
    }
}
