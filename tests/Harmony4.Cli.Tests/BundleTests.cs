using Harmony4.TestKit;

namespace Harmony4.Cli.Tests;

/// <summary>Version 1.1 through the tool: several inputs, one track out again, the output's temporary name.</summary>
public sealed class BundleTests : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Fact]
    public async Task Export_SeveralInputs_AreTracksOfOneContainer()
    {
        var video = Vectors.PathOf("media/clip.webm");
        var audio = Vectors.PathOf("media/speech.wav");
        var bundle = _tool.Path("bundle");
        var outcome = await _tool.RunAsync("export", video, audio, "-o", bundle, "--label", "1=a=b", "--language", "1=en", "--kind", "0=data", "--page-log2", "3");
        Assert.Equal((0, "", ""), (outcome.Code, outcome.Text, outcome.Error));
        var json = (await _tool.RunAsync("inspect", bundle, "--json")).Json;
        Assert.Equal("1.1", json.GetProperty("version").GetString());
        var tracks = json.GetProperty("tracks");
        Assert.Equal((2, "data", "audio"), (tracks.GetArrayLength(), tracks[0].GetProperty("kind").GetString(), tracks[1].GetProperty("kind").GetString()));
        Assert.Equal(("a=b", "en", "wav"), (tracks[1].GetProperty("label").GetString(), tracks[1].GetProperty("language").GetString(), tracks[1].GetProperty("segment").GetString()));
        Assert.False(tracks[0].TryGetProperty("label", out _));

        Assert.Equal(File.ReadAllBytes(video), (await _tool.RunAsync("extract", bundle)).Bytes);
        Assert.Equal(File.ReadAllBytes(audio), (await _tool.RunAsync("extract", bundle, "--track", "1")).Bytes);
        Assert.Equal(0, (await _tool.RunAsync("verify", bundle)).Code);
    }

    [Fact]
    public async Task Extract_TrackAsContainer_IsTheExportOfTheInputAlone()
    {
        var audio = Vectors.PathOf("media/speech.wav");
        await _tool.RunAsync("export", Vectors.PathOf("media/clip.webm"), audio, "-o", _tool.Path("bundle"));
        await _tool.RunAsync("export", audio, "-o", _tool.Path("alone"));
        Assert.Equal(0, (await _tool.RunAsync("extract", _tool.Path("bundle"), "--track", "1", "--container", "-o", _tool.Path("track"))).Code);
        Assert.Equal(_tool.Read("alone"), _tool.Read("track"));
        (await _tool.RunAsync("extract", _tool.Path("bundle"), "--track", "2", "--container")).ShouldFail(2, "track");
        (await _tool.RunAsync("extract", Vectors.PathOf("h4mk-1.1/v10.h4mk"), "--container")).ShouldFail(2, "1.1");
    }

    [Fact]
    public async Task Export_Masked_IsVersion10UnlessItIsAskedOtherwise()
    {
        var input = _tool.Write("a", [1, 2, 3]);
        var key = _tool.Write("k", new string('a', 32));
        Assert.Equal(0, (await _tool.RunAsync("export", input, "--mask-key-file", key)).Code);
        Assert.Equal("1.0", (await _tool.RunAsync("inspect", input + ".h4mk", "--json")).Json.GetProperty("version").GetString());
        (await _tool.RunAsync("export", input, "-o", _tool.Path("x"), "--mask-key-file", key, "--spec", "1.1")).ShouldFail(2, "seal");
        Assert.DoesNotContain("x", _tool.Files);
    }

    [Fact]
    public async Task Export_DamagedInputOfSeveral_IsNamed()
    {
        var good = Vectors.PathOf("media/clip.webm");
        var bad = _tool.Write("bad", new byte[1000]);
        (await _tool.RunAsync("export", good, bad, "--segment", "webm", "-o", _tool.Path("out"))).ShouldFail(3, bad, "webm");
        (await _tool.RunAsync("export", good, _tool.Path("none"), "-o", _tool.Path("out"))).ShouldFail(3, "none", "no such file");
        Assert.Equal(["bad"], _tool.Files);
    }

    [Fact]
    public async Task Export_LeftoverOfAKilledRun_NeedsForce()
    {
        var input = _tool.Write("a", [1, 2, 3]);
        var part = _tool.Write(".out.part", "left");
        (await _tool.RunAsync("export", input, "-o", _tool.Path("out"))).ShouldFail(2, part, "--force");
        Assert.Equal("left", File.ReadAllText(part));
        Assert.Equal(0, (await _tool.RunAsync("export", input, "-o", _tool.Path("out"), "--force")).Code);
        Assert.Equal(["a", "out"], _tool.Files);
    }

    [Fact]
    public async Task Export_TimeTrack_IsTakenAndHasToBeThere()
    {
        var clip = Vectors.PathOf("media/clip.webm");
        Assert.Equal(0, (await _tool.RunAsync("export", clip, "-o", _tool.Path("a"))).Code);
        Assert.Equal(0, (await _tool.RunAsync("export", clip, "-o", _tool.Path("b"), "--time-track", "1")).Code);
        Assert.Equal(_tool.Read("a"), _tool.Read("b"));
        (await _tool.RunAsync("export", clip, "-o", _tool.Path("c"), "--time-track", "0=9")).ShouldFail(2, "9");
    }

    [Theory]
    [InlineData("5000000")]
    [InlineData("5s")]
    [InlineData("5.0s")]
    [InlineData("5000ms")]
    [InlineData("4999.999ms")]
    [InlineData("0:05")]
    [InlineData("00:00:05.000")]
    public async Task Seek_AnyFormOfATime_IsTheSame(string time)
    {
        var container = _tool.Path("c");
        await _tool.RunAsync("export", _tool.Write("a", new byte[100]), "-o", container, "--segment", "fixed", "--block-size", "10", "--fps", "1", "--gop", "1");
        var found = (await _tool.RunAsync("seek", container, time, "--json")).Json;
        Assert.Equal(time == "4999.999ms" ? 4 : 5, found.GetProperty("block").GetInt64());
    }

    [Fact]
    public async Task Extract_FromBeforeTheFirstKeyframe_BeginsAtTheStart()
    {
        var path = Vectors.PathOf("h4mk-1.1/one-track.h4mk");
        var all = await _tool.RunAsync("extract", path);
        Assert.Equal((0, 3862), (all.Code, all.Bytes.Length));
        Assert.Equal(all.Bytes, (await _tool.RunAsync("extract", path, "--from", "0")).Bytes);
        Assert.Equal(all.Bytes[..256], (await _tool.RunAsync("extract", path, "--to", "1")).Bytes);
        Assert.Equal(all.Bytes[3830..], (await _tool.RunAsync("extract", path, "--from", "2506740", "--no-init")).Bytes);
    }

    [Fact]
    public async Task Inspect_Chunks_ListsBlocksAndIndex()
    {
        var path = Vectors.PathOf("h4mk-1.1/bundle.h4mk");
        var brief = (await _tool.RunAsync("inspect", path, "--json")).Json.GetProperty("chunks");
        Assert.False(brief.TryGetProperty("CORE", out _));
        var all = (await _tool.RunAsync("inspect", path, "--json", "--chunks")).Json;
        Assert.Equal(all.GetProperty("blocks").GetInt32(), all.GetProperty("chunks").GetProperty("TOKN").GetArrayLength());
        var lines = (await _tool.RunAsync("inspect", path, "--chunks")).Text.Split('\n');
        Assert.Equal(all.GetProperty("chunks").EnumerateObject().Sum(t => t.Value.GetArrayLength()), lines.Count(l => l.StartsWith("    ", StringComparison.Ordinal) && !l.Contains("offset", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Inspect_HeaderAlone_HasNoVeri()
    {
        var path = _tool.Write("f1", "H4MK\0\u0001\0\0");
        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await _tool.RunAsync("inspect", path, "--json")).Json.GetProperty("veri").ValueKind);
        Assert.Contains("veri       none", (await _tool.RunAsync("inspect", path)).Text, StringComparison.Ordinal);
    }
}
