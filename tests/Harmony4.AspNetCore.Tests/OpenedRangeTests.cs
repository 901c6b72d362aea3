using System.Net;
using System.Text.Json;
using Harmony4.TestKit;

namespace Harmony4.AspNetCore.Tests;

/// <summary>Sealed tracks are served plain to the holder of the key, and stay sealed for everybody else.</summary>
public sealed class OpenedRangeTests
{
    private const string Key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    private const string WrongKey = "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    private static readonly byte[] Media = Vectors.Read("media/clip.mp4");

    [Fact]
    public async Task Range_WithTheKey_IsTheMedia()
    {
        await using var host = await StartAsync();
        using var response = await host.GetAsync("/video/range?id=a", ("Harmony4-Key", Key));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Media, await response.Content.ReadAsByteArrayAsync());
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        Assert.Equal("Harmony4-Key", response.Headers.Vary.Single());

        using var sealedResponse = await host.GetAsync("/video/range?id=a");
        Assert.NotEqual(sealedResponse.Headers.ETag, response.Headers.ETag);
        Assert.Equal("no-cache", sealedResponse.Headers.CacheControl!.ToString());
        Assert.Equal("Harmony4-Key", sealedResponse.Headers.Vary.Single());
        Assert.True(sealedResponse.Content.Headers.ContentLength > Media.Length);

        using var part = await host.GetAsync("/video/range?id=a", ("Harmony4-Key", Key), ("Range", "bytes=65500-65599"), ("If-Range", response.Headers.ETag!.ToString()));
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal($"bytes 65500-65599/{Media.Length}", part.Content.Headers.ContentRange!.ToString());
        Assert.Equal(Media[65_500..65_600], await part.Content.ReadAsByteArrayAsync());
        using var same = await host.GetAsync("/video/range?id=a", ("Harmony4-Key", Key), ("If-None-Match", response.Headers.ETag.ToString()));
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);

        // The tag of the sealed bytes names other bytes: nothing that has them may take them for the plain ones.
        using var other = await host.GetAsync("/video/range?id=a", ("Harmony4-Key", Key), ("If-None-Match", sealedResponse.Headers.ETag!.ToString()));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        using var whole = await host.GetAsync("/video/range?id=a", ("Harmony4-Key", Key), ("Range", "bytes=0-9"), ("If-Range", sealedResponse.Headers.ETag.ToString()));
        Assert.Equal(HttpStatusCode.OK, whole.StatusCode);

        using var request = new HttpRequestMessage(HttpMethod.Head, "/video/range?id=a");
        request.Headers.Add("Harmony4-Key", Key);
        using var head = await host.Client.SendAsync(request);
        Assert.Equal(Media.Length, head.Content.Headers.ContentLength);
        Assert.Equal(response.Headers.ETag, head.Headers.ETag);
    }

    [Fact]
    public async Task Seek_WithTheKey_GivesTheOffsetInThePlainStream()
    {
        await using var host = await StartAsync();
        await host.Client.PostAsync("/video/export?id=plain&block_size=65536&segment=fixed", new ByteArrayContent(Media));
        foreach (var pts in (long[])[0, 1_000_000, 5_000_000])
        {
            using var plain = await JsonAsync(host, $"/video/seek?id=plain&pts={pts}");
            using var opened = await JsonAsync(host, $"/video/seek?id=a&pts={pts}", ("Harmony4-Key", Key));
            using var stored = await JsonAsync(host, $"/video/seek?id=a&pts={pts}");
            var block = plain.RootElement.GetProperty("block").GetInt64();
            Assert.Equal(plain.RootElement.GetProperty("offset").GetInt64(), opened.RootElement.GetProperty("offset").GetInt64());
            Assert.Equal(block, opened.RootElement.GetProperty("block").GetInt64());
            Assert.Equal(opened.RootElement.GetProperty("offset").GetInt64() + (32 * block), stored.RootElement.GetProperty("offset").GetInt64());
        }
    }

    [Theory]
    [InlineData("/video/range?id=a", WrongKey, 403)]
    [InlineData("/video/seek?id=a&pts=0", WrongKey, 403)]
    [InlineData("/video/range?id=open", Key, 400)]
    [InlineData("/video/seek?id=open&pts=0", Key, 400)]
    [InlineData("/video/range?id=a", "abcdef", 400)]
    [InlineData("/video/range?id=a", "no hex", 400)]
    [InlineData("/video/range?id=a&track=1", Key, 404)]
    [InlineData("/video/range?id=none", Key, 404)]
    [InlineData("/video/range?id=a&key=" + Key, null, 400)]
    [InlineData("/video/info?id=a&seal_key=" + Key, null, 400)]
    [InlineData("/containers/a?Harmony4-Key=" + Key, null, 400)]
    public async Task Open_WithoutTheRightKey_IsRefusedAndNamesNoKey(string path, string? key, int status)
    {
        await using var host = await StartAsync();
        host.PutVector("open", "h4mk-1.1/bundle.h4mk");
        using var response = await (key is null ? host.GetAsync(path) : host.GetAsync(path, ("Harmony4-Key", key)));
        Assert.DoesNotContain(key ?? Key, await response.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
        await Problems.CheckAsync(response, status);
    }

    [Fact]
    public async Task Range_DamagedBlock_IsCutBeforeIt()
    {
        await using var host = await StartAsync();
        var file = Path.Combine(host.Folder, "a");
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[bytes.Length / 2] ^= 1;
        host.Put("damaged", bytes);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/video/range?id=damaged");
        request.Headers.Add("Harmony4-Key", Key);
        using var response = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var received = new MemoryStream();
        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.CopyToAsync(received));
        Assert.True(Media.AsSpan().StartsWith(received.ToArray()));
    }

    private static async Task<TestHost> StartAsync()
    {
        var host = await TestHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/video/export?id=a&seal=1&block_size=65536&segment=fixed") { Content = new ByteArrayContent(Media) };
        request.Headers.Add("Harmony4-Key", Key);
        using var response = await host.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return host;
    }

    private static async Task<JsonDocument> JsonAsync(TestHost host, string path, params (string, string)[] headers)
    {
        using var response = await host.GetAsync(path, headers);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync());
    }
}
