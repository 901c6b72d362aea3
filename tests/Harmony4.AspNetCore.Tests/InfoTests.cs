using System.Text.Json;

namespace Harmony4.AspNetCore.Tests;

/// <summary>What <c>/video/info</c> says, and its pages of chunks.</summary>
public sealed class InfoTests
{
    private static readonly string[] Listed = ["CORE", "TOKN", "INDX"];

    [Fact]
    public async Task Info_Bundle_IsWhatInspectSaysWithoutBlocks()
    {
        await using var host = await StartAsync();
        using var json = JsonDocument.Parse(await host.Client.GetStringAsync("/video/info?id=bundle"));
        var root = json.RootElement;
        Assert.Equal("1.1", root.GetProperty("version").GetString());
        Assert.Equal(11_101, root.GetProperty("size").GetInt64());
        Assert.Equal(41, root.GetProperty("blocks").GetInt64());
        Assert.Equal([0, 1, 7], root.GetProperty("tracks").EnumerateArray().Select(t => t.GetProperty("id").GetInt32()));
        Assert.Equal("unverified", root.GetProperty("integrity").GetString());
        Assert.Equal(Vectors11.Case("bundle.h4mk").GetProperty("identity").GetString(), root.GetProperty("root").GetString());
        Assert.Equal("bundle", root.GetProperty("meta").GetProperty("name").GetString());
        Assert.All(Listed, tag => Assert.False(root.GetProperty("chunks").TryGetProperty(tag, out _), tag));
        Assert.Equal(1, root.GetProperty("chunks").GetProperty("NOTE").GetArrayLength());
        Assert.False(root.TryGetProperty("findings", out _));
    }

    [Fact]
    public async Task Info_Version10_ListsNoBlocksEither()
    {
        await using var host = await StartAsync();
        using var json = JsonDocument.Parse(await host.Client.GetStringAsync("/video/info?id=small"));
        Assert.False(json.RootElement.GetProperty("chunks").TryGetProperty("CORE", out _));
        Assert.True(json.RootElement.GetProperty("chunks").TryGetProperty("VERI", out _));
        Assert.Equal(5, json.RootElement.GetProperty("blocks").GetInt64());
    }

    [Theory]
    [InlineData("bundle", "CORE", 41)]
    [InlineData("bundle", "TOKN", 41)]
    [InlineData("bundle", "INDX", 12)]
    [InlineData("bundle", "NOTE", 1)]
    [InlineData("bundle", "NONE", 0)]
    [InlineData("small", "CORE", 5)]
    [InlineData("small", "SEEK", 1)]
    [InlineData("small", "TOKN", 0)]
    public async Task Info_ChunksOfATag_ArePaged(string id, string tag, int count)
    {
        await using var host = await StartAsync();
        var all = await PageAsync(host, id, tag, string.Empty);
        Assert.Equal(count, all.Count);
        Assert.Equal(all.Order(), all);
        var seen = new List<long>();
        for (var after = 0L; ;)
        {
            var page = await PageAsync(host, id, tag, $"&limit=3&after={after}");
            Assert.True(page.Count <= 3);
            seen.AddRange(page);
            if (page.Count < 3)
            {
                break;
            }

            after = page[^1];
        }

        Assert.Equal(all, seen);
    }

    [Theory]
    [InlineData("chunks=COR")]
    [InlineData("chunks=CORES")]
    [InlineData("chunks=CO%20E")]
    [InlineData("chunks=CO%C3%A4E")]
    [InlineData("chunks=")]
    [InlineData("chunks=CORE&limit=0")]
    [InlineData("chunks=CORE&after=-1")]
    [InlineData("chunks=CORE&after=9223372036854775808")]
    [InlineData("verify=2")]
    public async Task Info_BadParameter_IsAnsweredWith400(string query)
    {
        await using var host = await StartAsync();
        using var response = await host.GetAsync("/video/info?id=bundle&" + query);
        await Problems.CheckAsync(response, 400);
    }

    [Fact]
    public async Task Info_Verified_AddsTheFindings()
    {
        await using var host = await StartAsync();
        host.Put("bad", await Vectors11.DamageAsync(Vectors11.Read("bundle.h4mk"), 3));
        using var sound = JsonDocument.Parse(await host.Client.GetStringAsync("/video/info?id=bundle&verify=1"));
        Assert.Equal("unsigned", sound.RootElement.GetProperty("integrity").GetString());
        Assert.Equal(0, sound.RootElement.GetProperty("findings").GetArrayLength());
        using var bad = JsonDocument.Parse(await host.Client.GetStringAsync("/video/info?id=bad&verify=1"));
        Assert.Equal("invalid", bad.RootElement.GetProperty("integrity").GetString());
        var finding = bad.RootElement.GetProperty("findings").EnumerateArray().First();
        Assert.Equal("CORE", finding.GetProperty("chunk").GetString());
        Assert.Equal(["chunk", "offset", "code", "message"], finding.EnumerateObject().Select(m => m.Name));
    }

    private static async Task<List<long>> PageAsync(TestHost host, string id, string tag, string query)
    {
        using var json = JsonDocument.Parse(await host.Client.GetStringAsync($"/video/info?id={id}&chunks={tag}{query}"));
        var chunks = json.RootElement.GetProperty("chunks");
        Assert.Equal(tag, chunks.EnumerateObject().Single().Name);
        return [.. chunks.GetProperty(tag).EnumerateArray().Select(c => c.GetProperty("offset").GetInt64())];
    }

    private static async Task<TestHost> StartAsync()
    {
        var host = await TestHost.StartAsync();
        host.Put("bundle", Vectors11.Read("bundle.h4mk"));
        host.PutVector("small", "exports/small.h4mk");
        return host;
    }
}
