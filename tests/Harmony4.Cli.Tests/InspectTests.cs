using System.Text.Json;
using Harmony4.TestKit;

namespace Harmony4.Cli.Tests;

/// <summary><c>inspect</c>, as docs/tool.md promises it.</summary>
public sealed class InspectTests : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Fact]
    public async Task Inspect_Json_HasTheKeysOfTheContract()
    {
        var json = (await _tool.RunAsync("inspect", Vectors.PathOf("containers/empty-among-full.h4mk"), "--json")).Json;
        Assert.Equal(
            ["version", "size", "blocks", "tracks", "chunks", "meta", "safe", "seek_entries", "integrity", "root", "veri", "signatures"],
            json.EnumerateObject().Select(p => p.Name));
        Assert.Equal(["id", "kind", "blocks", "bytes", "duration_us"], json.GetProperty("tracks")[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal("unverified", json.GetProperty("integrity").GetString());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("root").ValueKind);
        var expected = Vectors.Case("containers", "empty-among-full");
        Assert.Equal(expected.GetProperty("veri_hex").GetString(), json.GetProperty("veri").GetString());
        var chunks = json.GetProperty("chunks").EnumerateObject().SelectMany(t => t.Value.EnumerateArray().Select(c => (t.Name, c.GetProperty("offset").GetInt64(), c.GetProperty("size").GetInt64(), c.GetProperty("crc").GetString())));
        Assert.Equal(
            expected.GetProperty("chunks").EnumerateArray().Select(c => (c.GetProperty("tag").GetString()!, c.GetProperty("payload_offset").GetInt64(), c.GetProperty("payload_size").GetInt64(), c.GetProperty("crc32").GetString())).OrderBy(c => c.Item2),
            chunks.OrderBy(c => c.Item2));
        var verified = (await _tool.RunAsync("inspect", Vectors.PathOf("containers/empty-among-full.h4mk"), "--json", "--verify")).Json;
        Assert.Equal("unsigned", verified.GetProperty("integrity").GetString());
    }

    [Fact]
    public async Task Inspect_MissingFile_Exits3()
    {
        (await _tool.RunAsync("inspect", _tool.Path("none"), "--json")).ShouldFail(3, "none", "no such file");
        (await _tool.RunAsync("inspect", _tool.Path(""), "--json")).ShouldFail(3);
    }
}
