using System.Text.Json;
using Harmony4.TestKit;

namespace Harmony4.Cli.Tests;

/// <summary>Verbs, JSON keys and exit codes, as docs/tool.md promises them.</summary>
public sealed class ContractTests : IDisposable
{
    private readonly Tool _tool = new();

    public static TheoryData<string> EdgeNames => [.. Vectors.Cases("edge_containers").Select(c => c.GetProperty("name").GetString()!)];

    public void Dispose() => _tool.Dispose();

    [Theory]
    [InlineData("unknown")]
    [InlineData("export")]
    [InlineData("export - -")]
    [InlineData("export a a --spec 1.0")]
    [InlineData("export a --spec 1.0 --label x")]
    [InlineData("export a --page-log2 0")]
    [InlineData("export a --page-log2 15")]
    [InlineData("export a --page-log2 3 --page-log2 4")]
    [InlineData("export a --kind picture")]
    [InlineData("export a --label 1=x")]
    [InlineData("export a --label x --label y")]
    [InlineData("export a a --label x")]
    [InlineData("export a --time-track x")]
    [InlineData("export a --time-track 7")]
    [InlineData("export a --mask-key-file k --spec 1.1")]
    [InlineData("export a --no-such-option")]
    [InlineData("export a --block-size 0")]
    [InlineData("export a --block-size 12kb")]
    [InlineData("export a --fps 0")]
    [InlineData("export a --fps 1/0")]
    [InlineData("export a --fps 123456789012345678")]
    [InlineData("export a --fps 2000000")]
    [InlineData("export a --gop 0")]
    [InlineData("export a --spec 2.0")]
    [InlineData("export a --segment nothing")]
    [InlineData("seek a")]
    [InlineData("seek a 1:2:3:4")]
    [InlineData("seek a -1")]
    [InlineData("verify")]
    [InlineData("verify a --require-signature")]
    [InlineData("verify a --proof a --root x")]
    [InlineData("verify --proof a")]
    [InlineData("verify --proof a --root x")]
    [InlineData("verify a --root x")]
    [InlineData("extract a --proof p")]
    [InlineData("extract a --container --block 1")]
    [InlineData("seek a 1.5")]
    [InlineData("seek a 1.0000001s")]
    [InlineData("seek a 1.0001ms")]
    [InlineData("mask a -o b")]
    [InlineData("@file")]
    [InlineData("tokenize")]
    [InlineData("tokenize video a -o b")]
    [InlineData("tokenize video a --raw --json")]
    [InlineData("export ''")]
    [InlineData("export a -o ''")]
    [InlineData("export a --meta ''")]
    [InlineData("verify ''")]
    [InlineData("extract '' --json")]
    [InlineData("tokenize audio ''")]
    [InlineData("keygen -o ''")]
    public async Task Run_BadUsage_Exits2WithOneLine(string line)
    {
        _tool.Write("a", [1, 2, 3]);
        var args = line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(a => a switch { "a" => _tool.Path("a"), "''" => "", _ => a }).ToArray();
        (await _tool.RunAsync(args)).ShouldFail(2);
    }

    [Theory]
    [InlineData("seek a 0 --track x")]
    [InlineData("extract a --block 99999999999999999999")]
    [InlineData("export a --gop 1.5")]
    [InlineData("tokenize audio a --top-k many")]
    public async Task Run_NotANumber_SaysSoInWordsOfTheCommandLine(string line)
    {
        var outcome = await _tool.RunAsync(line.Split(' '));
        outcome.ShouldFail(2, "whole number");
        Assert.DoesNotContain("System.", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("--version")]
    [InlineData("export --help")]
    public async Task Run_AskedForHelp_Exits0(string line)
    {
        var outcome = await _tool.RunAsync(line.Split(' '));
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.NotEmpty(outcome.Text);
    }

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
    public async Task Run_ControlCharactersInAName_DoNotReachTheTerminal()
    {
        var outcome = await _tool.RunAsync("verify", _tool.Path("a\u001b[31m\nb"));
        outcome.ShouldFail(3, "no such file");
        Assert.DoesNotContain('\u001b', outcome.Error);
    }

    [Fact]
    public async Task Run_Directory_IsNamedSo()
    {
        (await _tool.RunAsync("inspect", Path.GetTempPath())).ShouldFail(3, "is a directory");
        (await _tool.RunAsync("export", _tool.Write("a", [1]), "-o", Path.GetTempPath())).ShouldFail(2, "is a directory");
    }

    [Fact]
    public async Task Verify_UnreachableAddress_IsNamedOnceInOneLine()
    {
        const string address = "http://127.0.0.1:1/x";
        var outcome = await _tool.RunAsync("verify", address);
        outcome.ShouldFail(3, address);
        Assert.Equal(outcome.Error.IndexOf(address, StringComparison.Ordinal), outcome.Error.LastIndexOf(address, StringComparison.Ordinal));
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
    public async Task Seek_Json_AnswersHitsAndMisses()
    {
        var path = Vectors.PathOf("containers/seek-2000.h4mk");
        foreach (var query in Vectors.Case("containers", "seek-2000").GetProperty("seek_queries").EnumerateArray())
        {
            var outcome = await _tool.RunAsync("seek", path, query.GetProperty("pts").GetString()!, "--json");
            var entry = query.GetProperty("entry");
            if (entry.ValueKind == JsonValueKind.Null)
            {
                Assert.Equal((1, "null"), (outcome.Code, outcome.Text.Trim()));
                continue;
            }

            Assert.Equal(0, outcome.Code);
            Assert.Equal(["pts", "offset", "block", "file_offset", "reads", "bytes_read"], outcome.Json.EnumerateObject().Select(p => p.Name));
            Assert.Equal((Vectors.U64(entry[0]), Vectors.U64(entry[1])), (outcome.Json.GetProperty("pts").GetUInt64(), outcome.Json.GetProperty("offset").GetUInt64()));
        }
    }

    [Fact]
    public async Task Seek_MissWithoutJson_Exits1WithOneLine()
    {
        var input = _tool.Write("a", [1]);
        await _tool.RunAsync("export", _tool.Write("empty", []));
        (await _tool.RunAsync("seek", _tool.Path("empty.h4mk"), "0")).ShouldFail(1);
        await _tool.RunAsync("export", input);
        (await _tool.RunAsync("seek", _tool.Path("a.h4mk"), "0", "--track", "1")).ShouldFail(2, "track");
    }

    [Fact]
    public async Task Seek_DecreasingTable_Exits3UnlessLenient()
    {
        var path = Vectors.PathOf("containers/seek-unsorted.h4mk");
        (await _tool.RunAsync("seek", path, "100", "--json")).ShouldFail(3, "SEEK");
        Assert.Equal(0, (await _tool.RunAsync("seek", path, "100", "--json", "--lenient")).Code);
    }

    [Theory, MemberData(nameof(EdgeNames))]
    public async Task Verify_EdgeCase_ExitsAsTheTableSays(string name)
    {
        var bytes = Convert.FromHexString(Vectors.Case("edge_containers", name).GetProperty("hex").GetString()!);
        var path = _tool.Write("edge", bytes);
        var outcome = await _tool.RunAsync("verify", path, "--json");
        Assert.Contains(outcome.Code, new[] { 0, 1, 3 });
        if (outcome.Code == 3)
        {
            outcome.ShouldFail(3, path);
            (await _tool.RunAsync("inspect", path, "--json")).ShouldFail(3, path);
            return;
        }

        Assert.Equal(["state", "root", "veri", "blocks", "bytes", "findings", "signatures"], outcome.Json.EnumerateObject().Select(p => p.Name));
        var state = outcome.Json.GetProperty("state").GetString();
        Assert.Equal(outcome.Code == 0, state == "unsigned");
        Assert.All(outcome.Json.GetProperty("findings").EnumerateArray(), f => Assert.Equal(["chunk", "offset", "code", "message"], f.EnumerateObject().Select(p => p.Name)));

        // Whatever opens can be inspected; a fault of structure keeps a file from opening. From a pipe it is judged alike.
        var codes = outcome.Json.GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("code").GetString());
        var opens = !codes.Any(c => c is "short" or "overrun" or "trailing" or "bad-tag" or "bad-length" or "duplicate" or "after-veri");
        Assert.Equal(opens ? 0 : 3, (await _tool.RunAsync("inspect", path, "--json")).Code);
        var piped = await _tool.RunWithInputAsync(bytes, "verify", "-", "--json");
        Assert.Equal((outcome.Code, outcome.Text), (piped.Code, piped.Text));
    }

    [Fact]
    public async Task Verify_SignatureRequiredWithoutAKey_Exits2()
    {
        foreach (var path in (string[])["containers/one-block.h4mk", "h4mk-1.1/signed-hmac.h4mk"])
        {
            (await _tool.RunAsync("verify", Vectors.PathOf(path), "--require-signature", "--json")).ShouldFail(2, "key");
        }
    }

    [Fact]
    public async Task Extract_BlocksAndTimes_GiveTheirBytes()
    {
        var media = Vectors.SeededBytes("extract", 1000);
        var path = _tool.Write("a", media);
        await _tool.RunAsync("export", path, "--block-size", "100", "--gop", "2", "--fps", "1", "--segment", "fixed");
        var container = path + ".h4mk";
        Assert.Equal(media[300..400], (await _tool.RunAsync("extract", container, "--block", "3")).Bytes);

        // Keyframes at 0, 2, 4, 6 and 8 s: from the one at or before, up to the first at or after.
        Assert.Equal(media[200..600], (await _tool.RunAsync("extract", container, "--from", "00:00:03", "--to", "00:00:05.5")).Bytes);
        Assert.Equal(media[200..400], (await _tool.RunAsync("extract", container, "--from", "2000000", "--to", "4000000")).Bytes);
        Assert.Equal(media[..400], (await _tool.RunAsync("extract", container, "--to", "00:00:04")).Bytes);
        Assert.Equal(media[800..], (await _tool.RunAsync("extract", container, "--from", "1:00:00")).Bytes);

        (await _tool.RunAsync("extract", container, "--block", "10")).ShouldFail(2, "block");
        (await _tool.RunAsync("extract", container, "--block", "1", "--from", "0")).ShouldFail(2);
        (await _tool.RunAsync("extract", container, "--from", "5", "--to", "5")).ShouldFail(2);
        (await _tool.RunAsync("extract", container, "--track", "7")).ShouldFail(2, "track");
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
    public async Task Seek_BeforeTheFirstKeyframe_SaysWhereThatIs()
    {
        await _tool.RunAsync("export", Vectors.PathOf("media/clip-tables.mp4"), "-o", _tool.Path("c"));
        var first = (await _tool.RunAsync("seek", _tool.Path("c"), "1s", "--json")).Json.GetProperty("pts").GetInt64();
        Assert.True(first > 1);
        foreach (var json in new string[][] { [], ["--json"] })
        {
            var answer = await _tool.RunAsync(["seek", _tool.Path("c"), "1", .. json]);
            Assert.Equal((1, json.Length > 0 ? "null\n" : ""), (answer.Code, answer.Text));
            Assert.Contains($"c: no keyframe at or before 1 us: the first is at {first} us (00:00:00.0", answer.Said, StringComparison.Ordinal);
        }

        await _tool.RunAsync("export", _tool.Write("empty", []), "-o", _tool.Path("d"));
        Assert.Contains("the track has none", (await _tool.RunAsync("seek", _tool.Path("d"), "1")).Said, StringComparison.Ordinal);
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

    [Fact]
    public async Task Extract_EmptyTrack_CreatesTheOutput()
    {
        await _tool.RunAsync("export", _tool.Write("a", []));
        Assert.Equal(0, (await _tool.RunAsync("extract", _tool.Path("a.h4mk"), "-o", _tool.Path("out"))).Code);
        Assert.Empty(_tool.Read("out"));
    }

    [Fact]
    public async Task Extract_DamagedBlock_Exits3AndLeavesNoOutput()
    {
        await _tool.RunAsync("export", _tool.Write("a", Vectors.SeededBytes("x", 1000)), "--block-size", "100", "--spec", "1.0");
        var bytes = _tool.Read("a.h4mk");
        bytes[8 + 12 + 50] ^= 1;
        var damaged = _tool.Write("d", bytes);
        (await _tool.RunAsync("extract", damaged, "-o", _tool.Path("out"))).ShouldFail(3, damaged, ": 8: CORE");
        Assert.False(File.Exists(_tool.Path("out")));
        Assert.Equal(["a", "a.h4mk", "d"], _tool.Files);
    }

    [Fact]
    public async Task Extract_PartOfFramedMedia_BeginsWithItsHead()
    {
        var media = Vectors.Read("media/clip.mp4");
        var container = _tool.Path("c");
        await _tool.RunAsync("export", Vectors.PathOf("media/clip.mp4"), "-o", container);
        var keyframe = (await _tool.RunAsync("seek", container, "00:00:05", "--json")).Json;
        var offset = keyframe.GetProperty("offset").GetInt32();
        Assert.True(offset > 0);
        var head = (await _tool.RunAsync("extract", container, "--block", "0")).Bytes;
        byte[] playable = [.. head, .. media[offset..]];
        Assert.Equal(playable, (await _tool.RunAsync("extract", container, "--from", "00:00:05")).Bytes);
        Assert.Equal(media[offset..], (await _tool.RunAsync("extract", container, "--from", "00:00:05", "--no-init")).Bytes);
    }

    [Fact]
    public async Task Mask_Twice_IsTheInput()
    {
        var bytes = Vectors.SeededBytes("m", 10_000);
        var key = _tool.Path("key");
        Assert.Equal(0, (await _tool.RunAsync("keygen", "-o", key)).Code);
        Assert.Matches("^[0-9a-f]{64}\n$", File.ReadAllText(key));
        await _tool.RunAsync("mask", _tool.Write("a", bytes), "-o", _tool.Path("b"), "--key-file", key, "--block-size", "1000");
        Assert.NotEqual(bytes, _tool.Read("b"));
        Assert.Equal(bytes, (await _tool.RunAsync("mask", _tool.Path("b"), "-o", "-", "--key-file", key, "--block-size", "1000")).Bytes);
    }

    [Fact]
    public async Task Mask_ShortKey_Exits2AndDoesNotTellIt()
    {
        var outcome = await _tool.RunAsync("mask", _tool.Write("a", [1]), "-o", "-", "--key-file", _tool.Write("k", "secretsecret"));
        outcome.ShouldFail(2, "16");
        Assert.DoesNotContain("secret", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Extract_KeyOnUnmasked_Exits2()
    {
        var key = _tool.Write("k", new string('a', 32));
        (await _tool.RunAsync("extract", Vectors.PathOf("containers/one-block.h4mk"), "--mask-key-file", key)).ShouldFail(2, "not masked");
    }

    [Fact]
    public async Task TokenizeVideo_Vectors_AreByteIdentical()
    {
        var count = 0;
        foreach (var @case in Vectors.Cases("video_tokens"))
        {
            var blocks = @case.GetProperty("blocks").GetInt32();
            var input = _tool.Write("in", new byte[blocks]);
            string[] args = ["tokenize", "video", input, "--segment", "fixed", "--block-size", "1", "--fps", @case.GetProperty("fps").GetRawText(), "--gop", @case.GetProperty("gop").GetRawText(), "--pts-rounding", "1.0"];
            var raw = await _tool.RunAsync([.. args, "--raw"]);
            Assert.Equal(@case.GetProperty("tokens_sha256").GetString(), Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(raw.Bytes)));
            var lines = (await _tool.RunAsync([.. args, "--json"])).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(blocks, lines.Length);
            count++;
        }

        Assert.Equal(49, count);
    }

    [Fact]
    public async Task Inspect_MissingFile_Exits3()
    {
        (await _tool.RunAsync("inspect", _tool.Path("none"), "--json")).ShouldFail(3, "none", "no such file");
        (await _tool.RunAsync("inspect", _tool.Path(""), "--json")).ShouldFail(3);
    }
}
