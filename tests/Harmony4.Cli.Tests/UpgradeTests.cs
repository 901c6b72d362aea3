using System.Text.Json;
using Harmony4.TestKit;

namespace Harmony4.Cli.Tests;

/// <summary>upgrade: a 1.0 file with version 1.1 behind it.</summary>
public sealed class UpgradeTests : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Fact]
    public async Task Upgrade_Version10_StaysAtTheBeginning()
    {
        var old = Vectors.Read("h4mk-1.1/v10.h4mk");
        var outcome = await _tool.RunAsync("upgrade", _tool.Write("a", old), "-o", _tool.Path("b"));
        Assert.Equal((0, "", ""), (outcome.Code, outcome.Text, outcome.Error));
        Assert.Equal(old, _tool.Read("b")[..old.Length]);
        Assert.Equal(old, _tool.Read("a"));
        Assert.Equal("unsigned", (await _tool.RunAsync("verify", _tool.Path("b"), "--json")).Json.GetProperty("state").GetString());
        var json = (await _tool.RunAsync("inspect", _tool.Path("b"), "--json")).Json;
        Assert.Equal(("1.1", JsonValueKind.Null), (json.GetProperty("version").GetString(), json.GetProperty("seek_entries").ValueKind));
        Assert.Equal(64, json.GetProperty("root").GetString()!.Length);
        Assert.Equal(64, json.GetProperty("veri").GetString()!.Length);
        Assert.Equal((0, "video"), (json.GetProperty("tracks")[0].GetProperty("id").GetInt32(), json.GetProperty("tracks")[0].GetProperty("kind").GetString()));
        Assert.Equal((await _tool.RunAsync("extract", _tool.Path("a"))).Bytes, (await _tool.RunAsync("extract", _tool.Path("b"))).Bytes);
        Assert.Equal(["a", "b"], _tool.Files);
    }

    [Fact]
    public async Task Upgrade_WithOptions_DescribesTheTrack()
    {
        var outcome = await _tool.RunAsync("upgrade", Vectors.PathOf("h4mk-1.1/v10.h4mk"), "-o", _tool.Path("b"), "--page-log2", "2", "--kind", "audio", "--label", "Ton", "--language", "de");
        Assert.Equal(0, outcome.Code);
        var track = (await _tool.RunAsync("inspect", _tool.Path("b"), "--json")).Json.GetProperty("tracks")[0];
        Assert.Equal(("audio", "Ton", "de"), (track.GetProperty("kind").GetString(), track.GetProperty("label").GetString(), track.GetProperty("language").GetString()));
        await using var container = await Format.H4mkContainer.OpenAsync(_tool.Path("b"));
        Assert.Equal(2, container.PageLog2);
    }

    [Fact]
    public async Task Upgrade_ThroughPipes_IsTheSame()
    {
        var old = Vectors.Read("h4mk-1.1/v10.h4mk");
        await _tool.RunAsync("upgrade", _tool.Write("a", old), "-o", _tool.Path("b"));
        Assert.Equal(_tool.Read("b"), (await _tool.RunWithInputAsync(old, "upgrade", "-", "-o", "-")).Bytes);
    }

    [Fact]
    public async Task Upgrade_BadUsage_Exits2()
    {
        var old = Vectors.PathOf("h4mk-1.1/v10.h4mk");
        (await _tool.RunAsync("upgrade", Vectors.PathOf("h4mk-1.1/one-track.h4mk"), "-o", _tool.Path("b"))).ShouldFail(2, "1.1");
        (await _tool.RunAsync("upgrade", Vectors.PathOf("h4mk-1.1/upgraded.h4mk"), "-o", _tool.Path("b"))).ShouldFail(2, "1.1");
        (await _tool.RunAsync("upgrade", old)).ShouldFail(2, "-o");
        (await _tool.RunAsync("upgrade", old, "-o", _tool.Path("b"), "--page-log2", "15")).ShouldFail(2, "--page-log2");
        (await _tool.RunAsync("upgrade", old, "-o", _tool.Path("b"), "--kind", "picture")).ShouldFail(2, "--kind");
        (await _tool.RunAsync("upgrade", old, "-o", _tool.Write("there", "x"))).ShouldFail(2, "--force");
        Assert.Equal(["there"], _tool.Files);
    }

    [Fact]
    public async Task Upgrade_FileThatIsNotSoundAndWhole_Exits3AndLeavesNothing()
    {
        var bytes = Vectors.Read("h4mk-1.1/v10.h4mk");
        bytes[30] ^= 1;
        (await _tool.RunAsync("upgrade", _tool.Write("damaged", bytes), "-o", _tool.Path("b"))).ShouldFail(3, "damaged");
        (await _tool.RunAsync("upgrade", _tool.Write("cut", Vectors.Read("h4mk-1.1/v10.h4mk")[..^44]), "-o", _tool.Path("b"))).ShouldFail(3, "cut");
        (await _tool.RunAsync("upgrade", _tool.Write("text", "no container"), "-o", _tool.Path("b"))).ShouldFail(3, "text");
        Assert.Equal(["cut", "damaged", "text"], _tool.Files);
    }
}
