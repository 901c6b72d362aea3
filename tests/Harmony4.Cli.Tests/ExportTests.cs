using Harmony4.TestKit;

namespace Harmony4.Cli.Tests;

/// <summary><c>export</c>, as docs/tool.md promises it.</summary>
public sealed class ExportTests : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Fact]
    public async Task Export_WithoutOutput_WritesBesideTheInput()
    {
        var outcome = await _tool.RunAsync("export", _tool.Write("a.bin", [1, 2, 3]));
        Assert.Equal(0, outcome.Code);
        Assert.Equal(["a.bin", "a.bin.h4mk"], _tool.Files);
    }

    [Fact]
    public async Task Export_ExistingOutput_NeedsForce()
    {
        var input = _tool.Write("a", [1, 2, 3]);
        var output = _tool.Write("b", "precious");
        (await _tool.RunAsync("export", input, "-o", output)).ShouldFail(2, output, "--force");
        Assert.Equal("precious", File.ReadAllText(output));

        Assert.Equal(0, (await _tool.RunAsync("export", input, "-o", output, "--force")).Code);
        Assert.Equal(0, (await _tool.RunAsync("verify", output)).Code);
        Assert.Equal(["a", "b"], _tool.Files);
    }

    [Fact]
    public async Task Export_ThroughALink_ReplacesItsTarget()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // The link is named as a user does it, relative to the working folder.
        var link = Path.GetRelativePath(Environment.CurrentDirectory, _tool.Path("link"));
        var input = _tool.Write("a", [1, 2, 3]);
        File.CreateSymbolicLink(_tool.Path("link"), "target");
        Assert.Equal(0, (await _tool.RunAsync("export", input, "-o", link)).Code);
        Assert.Equal(["a", "link", "target"], _tool.Files);
        Assert.NotNull(new FileInfo(_tool.Path("link")).LinkTarget);
        (await _tool.RunAsync("export", input, "-o", link)).ShouldFail(2, "--force");
        Assert.Equal(0, (await _tool.RunAsync("export", input, "-o", link, "--force")).Code);
        Assert.Equal("target", new FileInfo(_tool.Path("link")).LinkTarget);
    }

    [Fact]
    public async Task Export_LongestName_IsWritten()
    {
        var input = _tool.Write("a", [1, 2, 3]);
        var name = new string('n', 250);
        Assert.Equal(0, (await _tool.RunAsync("export", input, "-o", _tool.Path(name))).Code);
        Assert.Equal(["a", name], _tool.Files);
        (await _tool.RunAsync("export", input, "-o", _tool.Path(new string('n', 300)))).ShouldFail(3);
    }

    [Fact]
    public async Task Export_MaskedWithMetaThatHidesIt_SaysSo()
    {
        var input = _tool.Write("a", [1, 2, 3]);
        var key = _tool.Write("k", new string('a', 32));
        var outcome = await _tool.RunAsync("export", input, "--mask-key-file", key, "--meta", _tool.Write("m", "{}"));
        Assert.Equal((0, 1), (outcome.Code, outcome.Error.Count(c => c == '\n')));
        Assert.Contains("masked", outcome.Error, StringComparison.Ordinal);
        (await _tool.RunAsync("extract", input + ".h4mk", "--mask-key-file", key)).ShouldFail(2, "not masked");
    }

    [Fact]
    public async Task Export_FromPipeToStandardOutput_IsTheSameContainer()
    {
        var media = Vectors.SeededBytes("pipe", 100_000);
        await _tool.RunAsync("export", _tool.Write("a", media), "-o", _tool.Path("b"));
        var piped = await _tool.RunWithInputAsync(media, "export", "-", "-o", "-");
        Assert.Equal(_tool.Read("b"), piped.Bytes);
        Assert.Equal(_tool.Read("b"), (await _tool.RunWithInputAsync(media, "export", "-")).Bytes);
    }

    [Fact]
    public async Task Export_MetaAndSafe_AreStoredVerbatim()
    {
        const string meta = """{ "b" : 1.50, "a": "Ø\u00e9" }""";
        var input = _tool.Write("a", [1]);
        Assert.Equal(0, (await _tool.RunAsync("export", input, "--meta", _tool.Write("m", meta), "--safe", _tool.Write("s", "{}"))).Code);
        var inspected = await _tool.RunAsync("inspect", input + ".h4mk", "--json");
        Assert.Equal(meta, inspected.Json.GetProperty("meta").GetRawText());
        (await _tool.RunAsync("export", input, "-o", _tool.Path("x"), "--meta", _tool.Write("n", "[1]"))).ShouldFail(2, "--meta");
        (await _tool.RunAsync("export", input, "-o", _tool.Path("x"), "--safe", _tool.Path("none"))).ShouldFail(3, "none");
    }

    [Fact]
    public async Task Export_NamedFormatThatIsNotThere_Exits3AndLeavesNothing()
    {
        var input = _tool.Write("a", Vectors.SeededBytes("noise", 50_000));
        (await _tool.RunAsync("export", input, "-o", _tool.Path("b"), "--segment", "fmp4")).ShouldFail(3, input, "fmp4");
        Assert.Equal(["a"], _tool.Files);
    }

    [Fact]
    public async Task Export_OfAnyMedia_SaysWhatItWroteUnlessQuiet()
    {
        var path = _tool.Write("a", Vectors.SeededBytes("summary", 1000));
        var said = (await _tool.RunAsync("export", path, "--block-size", "100", "--fps", "30000/1001")).Said;
        var root = (await _tool.RunAsync("inspect", path + ".h4mk", "--json")).Json;
        Assert.Equal(
            $"harmony4: {path}: its times are counted, 30000/1001 blocks a second, and not the media's: --fps tells the rate, and media in a format that --segment names has times of its own\n"
            + $"{path}.h4mk: version 1.1, {root.GetProperty("size")} bytes, 1 tracks (fixed), 10 blocks, 1 keyframes, root {root.GetProperty("root").GetString()}\n",
            said);
        var quiet = (await _tool.RunAsync("export", path, "-f", "-q")).Said;
        Assert.Equal((1, true), (quiet.Count(c => c == '\n'), quiet.Contains("counted", StringComparison.Ordinal)));
        Assert.Equal("", (await _tool.RunAsync("export", Vectors.PathOf("media/clip.mp4"), "-o", _tool.Path("b"), "--quiet")).Said);
        Assert.DoesNotContain("keyframes", (await _tool.RunAsync("append", _tool.Path("b"), Vectors.PathOf("media/clip.mp4"), "-o", _tool.Path("c"), "--quiet")).Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_FramingThatIsFoundAgain_IsNotCalledOpaque()
    {
        // Damage inside a TS is gone over.
        var ts = Vectors.Read("media/clip.ts");
        ts.AsSpan(20_000, 400).Fill(1);
        var damaged = await _tool.RunAsync("export", _tool.Write("a.ts", ts), "-o", _tool.Path("c"));
        Assert.Matches(@"^harmony4: .*a\.ts: \d+: ts: expected .*\n$", damaged.Error);
        Assert.DoesNotContain("opaque", damaged.Error, StringComparison.Ordinal);
    }
}
