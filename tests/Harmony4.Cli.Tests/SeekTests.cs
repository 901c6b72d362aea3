using System.Text.Json;
using Harmony4.TestKit;

namespace Harmony4.Cli.Tests;

/// <summary><c>seek</c>, as docs/tool.md promises it.</summary>
public sealed class SeekTests : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

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
}
