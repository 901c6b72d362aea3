using System.Buffers;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Harmony4.Format;
using Harmony4.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Harmony4.AspNetCore.Tests;

/// <summary>The list of containers, and the tags of files.</summary>
public sealed class ContainerListTests
{
    private const int TailLength = 64;

    [Theory]
    [InlineData("one-track.h4mk", TailLength)]
    [InlineData("bundle.h4mk", TailLength)]
    [InlineData("signed-hmac.h4mk", null)]
    [InlineData("upgraded.h4mk", TailLength)]
    public async Task File_Version11_HasTheDigestOfAllAfterRootAsTag(string name, int? after)
    {
        await using var host = await TestHost.StartAsync();
        var file = Vectors11.Read(name);
        host.Put("a", file);
        await using var container = await H4mkContainer.OpenAsync(file);
        var tag = $"\"{container.FileDigest}\"";
        if (after is { } length)
        {
            Assert.Equal($"\"{Convert.ToHexStringLower(SHA256.HashData(file.AsSpan(file.Length - length)))}\"", tag);
        }

        using var response = await host.GetAsync("/containers/a");
        Assert.Equal(tag, response.Headers.ETag!.ToString());
        Assert.Equal(file, await response.Content.ReadAsByteArrayAsync());
        using var part = await host.GetAsync("/containers/a", ("Range", "bytes=-100"), ("If-Range", tag));
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(file[^100..], await part.Content.ReadAsByteArrayAsync());
        using var list = JsonDocument.Parse(await host.Client.GetStringAsync("/containers"));
        Assert.Equal(tag, list.RootElement[0].GetProperty("etag").GetString());
    }

    [Theory]
    [InlineData("XTRA", 32)]
    [InlineData("VERI", 31)]
    public async Task File_ThatEndsInAnotherSoundChunk_HasAWeakTag(string tag, int length)
    {
        await using var host = await TestHost.StartAsync();
        var file = new ArrayBufferWriter<byte>();
        file.Write(Vectors.Read("exports/small.h4mk").AsSpan(..^44));
        var writer = new H4mkChunkWriter(file);
        writer.WriteChunk(new ChunkTag(tag), new byte[length]);
        host.Put("a", file.WrittenSpan.ToArray());
        using var response = await host.GetAsync("/containers/a");
        Assert.True(response.Headers.ETag!.IsWeak);
    }

    [Fact]
    public async Task File_OfAnOpenedStore_IsReadByItsTailOnce()
    {
        var store = new CountingStore();
        await using var host = await TestHost.StartAsync(services => services.AddSingleton<IContainerStore>(store));
        store.Inner.Set("a", await Vectors11.RecordAsync(100, 1000));
        using var head = await host.SendAsync(HttpMethod.Head, "/containers/a");
        Assert.Equal((1, 4096), (store.Reads, store.BytesRead));
    }

    [Fact]
    public async Task List_EachKindOfFile_IsDescribed()
    {
        await using var host = await TestHost.StartAsync();
        host.PutVector("b-old", "exports/small.h4mk");
        host.Put("a-bundle", Vectors11.Read("bundle.h4mk"));
        host.Put("c-cut", Vectors11.Read("cut-mid.h4mk"));
        host.Put("d-empty", []);
        var damaged = Vectors11.Read("bundle.h4mk");
        damaged[^(TailLength + 1)] ^= 1;
        host.Put("e-damaged", damaged);
        host.Put("f-no-blocks", Vectors11.Read("empty.h4mk"));
        using var list = JsonDocument.Parse(await host.Client.GetStringAsync("/containers"));
        var entries = list.RootElement.EnumerateArray().ToList();
        Assert.Equal(["a-bundle", "b-old", "c-cut", "d-empty", "e-damaged", "f-no-blocks"], entries.Select(e => e.GetProperty("id").GetString()));
        Assert.Equal(["1.1", "1.0", null, null, "1.1", "1.1"], entries.Select(e => e.GetProperty("version").GetString()));
        Assert.Equal([11_101, 5_416, Vectors11.Read("cut-mid.h4mk").Length, 0, 11_101, 563], entries.Select(e => e.GetProperty("size").GetInt64()));
        Assert.Equal([false, false, true, true, false, false], entries.Select(e => e.GetProperty("etag").GetString()!.StartsWith("W/", StringComparison.Ordinal)));
        var tracks = Vectors11.Case("bundle.h4mk").GetProperty("tracks").EnumerateArray().ToList();
        var duration = tracks.Max(t => t.GetProperty("end").GetUInt64()) - tracks.Min(t => t.GetProperty("first").GetUInt64());
        Assert.Equal(duration, entries[0].GetProperty("duration_us").GetUInt64());
        Assert.All(entries[1..], e => Assert.Equal(JsonValueKind.Null, e.GetProperty("duration_us").ValueKind));
        Assert.All(entries, e => Assert.Equal(5, e.EnumerateObject().Count()));
    }

    [Fact]
    public async Task List_Pages_GoOnAfterTheLastIdSeen()
    {
        var store = new CountingStore();
        await using var host = await TestHost.StartAsync(services => services.AddSingleton<IContainerStore>(store));
        var file = Vectors11.Read("one-track.h4mk");
        for (var i = 0; i < 25; i++)
        {
            store.Inner.Set($"clip-{i:00}", file);
        }

        store.Inner.Set("Z", file);
        var seen = new List<string>();
        for (string? after = null; ;)
        {
            var page = await IdsAsync(host, "/containers?limit=10" + (after is null ? null : $"&after={after}"));
            seen.AddRange(page);
            if (page.Count < 10)
            {
                break;
            }

            after = page[^1];
        }

        Assert.Equal(["Z", .. Enumerable.Range(0, 25).Select(i => $"clip-{i:00}")], seen);
        Assert.Equal(26, store.Reads);

        // What is known is not read again; what changed is.
        Assert.Equal(26, (await IdsAsync(host, "/containers")).Count);
        Assert.Equal(26, store.Reads);
        store.Inner.Set("clip-07", Vectors11.Read("bundle.h4mk"));
        using var list = JsonDocument.Parse(await host.Client.GetStringAsync("/containers?q=07"));
        Assert.Equal(11_101, list.RootElement[0].GetProperty("size").GetInt64());
        Assert.Equal(27, store.Reads);
        Assert.Equal(["clip-20", "clip-21", "clip-22", "clip-23", "clip-24"], await IdsAsync(host, "/containers?q=p-2"));
        Assert.Equal(["clip-22"], await IdsAsync(host, "/containers?q=p-2&after=clip-21&limit=1"));
        Assert.Empty(await IdsAsync(host, "/containers?q=P-2"));
        Assert.Empty(await IdsAsync(host, "/containers?after=clip-24"));
    }

    [Fact]
    public async Task List_MoreThanAreRemembered_ReadsTheOldestAgain()
    {
        var store = new CountingStore();
        await using var host = await TestHost.StartAsync(services => services.AddSingleton<IContainerStore>(store), options: o => o.MaxListedContainers = 2);
        foreach (var id in new[] { "a", "b", "c" })
        {
            store.Inner.Set(id, Vectors11.Read("one-track.h4mk"));
        }

        await IdsAsync(host, "/containers");
        await IdsAsync(host, "/containers?q=c");
        await IdsAsync(host, "/containers?q=b");
        Assert.Equal(3, store.Reads);
        await IdsAsync(host, "/containers?q=a");
        Assert.Equal(4, store.Reads);
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=10001")]
    [InlineData("limit=x")]
    [InlineData("limit=1&limit=2")]
    [InlineData("after=")]
    public async Task List_BadParameter_IsAnsweredWith400(string query)
    {
        await using var host = await TestHost.StartAsync();
        using var response = await host.GetAsync("/containers?" + query);
        await Problems.CheckAsync(response, 400);
    }

    [Fact]
    public async Task Cache_ContainersBeyondTheBudgetOfMemory_AreClosed()
    {
        var store = new CountingStore();

        // One of them has a root of some 300 bytes and a page of some kilobytes.
        await using var host = await TestHost.StartAsync(services => services.AddSingleton<IContainerStore>(store), options: o => o.MaxOpenMemory = 12_000);
        var file = await Vectors11.RecordAsync(100, 10);
        store.Inner.Set("a", file);
        store.Inner.Set("b", file);
        await host.Client.GetByteArrayAsync("/video/range?id=a");
        await host.Client.GetByteArrayAsync("/video/range?id=a");
        Assert.Equal(1, store.Opened);
        await host.Client.GetByteArrayAsync("/video/range?id=b");
        await host.Client.GetByteArrayAsync("/video/range?id=a");
        Assert.Equal(3, store.Opened);
    }

    private static async Task<List<string>> IdsAsync(TestHost host, string path)
    {
        using var list = JsonDocument.Parse(await host.Client.GetStringAsync(path));
        return [.. list.RootElement.EnumerateArray().Select(e => e.GetProperty("id").GetString()!)];
    }
}
