using System.Text;
using Harmony4.Format;
using Harmony4.TestKit;

namespace Harmony4.Cli.Tests;

/// <summary>recover: its report, its exit codes, and what it is given where the head is damaged.</summary>
public sealed class RecoverTests : IDisposable
{
    private static readonly byte[] Whole = Vectors.Read("h4mk-1.1/one-track.h4mk");

    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Theory]
    [InlineData("cut-mid")]
    [InlineData("cut-tail")]
    public async Task Recover_CutRecording_Exits0(string name)
    {
        var outcome = await _tool.RunAsync("recover", Vectors.PathOf($"h4mk-1.1/{name}.h4mk"), "-o", _tool.Path("r"), "--json");
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Equal(["blocks", "lost", "skipped", "cut", "root"], outcome.Json.EnumerateObject().Select(p => p.Name));
        Assert.Equal(Vectors.Read($"h4mk-1.1/{name}-recovered.h4mk"), _tool.Read("r"));
        Assert.Equal((0, 0), (outcome.Json.GetProperty("lost").GetArrayLength(), outcome.Json.GetProperty("skipped").GetArrayLength()));
        Assert.True(outcome.Json.GetProperty("cut").GetInt64() > 0);
        var inspected = (await _tool.RunAsync("inspect", _tool.Path("r"), "--json")).Json;
        Assert.Equal(inspected.GetProperty("root").GetString(), outcome.Json.GetProperty("root").GetString());
        Assert.Equal(inspected.GetProperty("blocks").GetInt64(), outcome.Json.GetProperty("blocks").GetInt64());
        Assert.Equal(["r"], _tool.Files);
    }

    [Fact]
    public async Task Recover_SoundFile_GivesItWithoutACut()
    {
        var outcome = await _tool.RunAsync("recover", _tool.Write("a", Whole), "-o", _tool.Path("r"), "--json");
        Assert.Equal((0, "null"), (outcome.Code, outcome.Json.GetProperty("cut").GetRawText()));
        Assert.Equal(Whole, _tool.Read("r"));
        Assert.Equal(Whole, _tool.Read("a"));
    }

    [Fact]
    public async Task Recover_DamagedBlock_Exits1AndNamesIt()
    {
        var bytes = Whole.ToArray();
        await using (var container = await H4mkContainer.OpenAsync(Whole))
        {
            bytes[(await container.GetBlockAsync(0, 7)).FileOffset] ^= 1;
        }

        var outcome = await _tool.RunAsync("recover", _tool.Write("a", bytes), "-o", _tool.Path("r"), "--json");
        Assert.Equal((1, ""), (outcome.Code, outcome.Error));
        Assert.Equal("""[{"track":0,"ordinal":7}]""", outcome.Json.GetProperty("lost").GetRawText());
        Assert.Equal(0, (await _tool.RunAsync("verify", _tool.Path("r"))).Code);
        var text = await _tool.RunAsync("recover", _tool.Path("a"), "-o", _tool.Path("r2"));
        Assert.Equal((1, ""), (text.Code, text.Text));
        Assert.Contains("track 0, block 7", text.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recover_DamagedChunk_Exits1AndNamesTheRange()
    {
        var bytes = Whole.ToArray();
        long token;
        await using (var container = await H4mkContainer.OpenAsync(Whole))
        {
            token = (await container.GetBlockAsync(0, 5)).FileOffset - 12 - 24 - 12;
            bytes[token + 12] ^= 1;
        }

        var outcome = await _tool.RunAsync("recover", _tool.Write("a", bytes), "-o", _tool.Path("r"), "--json");
        Assert.Equal(1, outcome.Code);
        var skipped = Assert.Single(outcome.Json.GetProperty("skipped").EnumerateArray());
        Assert.Equal(["from", "to"], skipped.EnumerateObject().Select(p => p.Name));
        Assert.InRange(token, skipped.GetProperty("from").GetInt64(), skipped.GetProperty("to").GetInt64() - 1);
    }

    [Theory]
    [InlineData("TRAK", "--trak")]
    [InlineData("META", "--meta")]
    [InlineData("SAFE", "--safe")]
    public async Task Recover_DamagedHead_NeedsTheChunkGiven(string tag, string option)
    {
        var bytes = Whole.ToArray();
        await using (var container = await H4mkContainer.OpenAsync(Whole))
        {
            var chunk = container.FindChunk(new ChunkTag(tag))!.Value;
            _tool.Write("given", Whole[(int)chunk.PayloadOffset..(int)chunk.EndOffset]);
            bytes[chunk.PayloadOffset] ^= 64;
        }

        var damaged = _tool.Write("a", bytes);
        (await _tool.RunAsync("recover", damaged, "-o", _tool.Path("r"), "--json")).ShouldFail(3, damaged, tag);
        Assert.Equal(["a", "given"], _tool.Files);
        var outcome = await _tool.RunAsync("recover", damaged, "-o", _tool.Path("r"), "--json", option, _tool.Path("given"));
        Assert.Equal((1, 0), (outcome.Code, outcome.Json.GetProperty("lost").GetArrayLength()));
        Assert.Equal(Whole, _tool.Read("r"));

        // What is no JSON object, or not there, cannot stand in.
        Assert.InRange((await _tool.RunAsync("recover", damaged, "-o", _tool.Path("x"), option, _tool.Write("bad", "[1]"))).Code, 2, 3);
        (await _tool.RunAsync("recover", damaged, "-o", _tool.Path("x"), option, _tool.Path("none"))).ShouldFail(3, "none");
        Assert.Equal(["a", "bad", "given", "r"], _tool.Files);
    }

    [Fact]
    public async Task Recover_NothingToRecover_Exits3AndLeavesNothing()
    {
        foreach (var bytes in (byte[][])[Vectors.Read("h4mk-1.1/v10.h4mk"), Vectors.Read("containers/one-block.h4mk"), Encoding.UTF8.GetBytes("no container"), [], Whole[..60]])
        {
            var path = _tool.Write("a", bytes);
            (await _tool.RunAsync("recover", path, "-o", _tool.Path("r"), "--json")).ShouldFail(3, path);
            Assert.Equal(["a"], _tool.Files);
        }

        (await _tool.RunAsync("recover", _tool.Path("none"), "-o", _tool.Path("r"))).ShouldFail(3, "none");
    }

    [Fact]
    public async Task Recover_BadUsage_Exits2()
    {
        var path = Vectors.PathOf("h4mk-1.1/cut-mid.h4mk");
        (await _tool.RunAsync("recover", path)).ShouldFail(2, "-o");
        (await _tool.RunAsync("recover", path, "-o", "-", "--json")).ShouldFail(2, "--json");
        (await _tool.RunAsync("recover", path, "-o", _tool.Write("there", "x"))).ShouldFail(2, "--force");
        Assert.Equal(["there"], _tool.Files);
        Assert.Equal(0, (await _tool.RunAsync("recover", path, "-o", _tool.Path("there"), "--force")).Code);
    }

    [Fact]
    public async Task Recover_ThroughPipes_IsTheSame()
    {
        var outcome = await _tool.RunWithInputAsync(Vectors.Read("h4mk-1.1/cut-mid.h4mk"), "recover", "-", "-o", "-");
        Assert.Equal(0, outcome.Code);
        Assert.Equal(Vectors.Read("h4mk-1.1/cut-mid-recovered.h4mk"), outcome.Bytes);
        Assert.Contains("verify", outcome.Error, StringComparison.Ordinal);
    }
}
