using System.Buffers;
using System.Text;
using System.Text.Json;
using Harmony4.Format;
using Microsoft.Playwright;

namespace Harmony4.Browser.Tests;

/// <summary>The one verdict of the page: the word that the host's <c>info?verify=1</c> has, with the same findings, and a colour that belongs to it.</summary>
public sealed class VerdictTests : PageTestBase
{
    private const int Mutants = 24;

    [Fact]
    public async Task Page_DamagedAndOddFiles_ShowsTheStateAndFindingsOfTheSdk()
    {
        await File.WriteAllBytesAsync(Path.Combine(Folder, "seek-order"), SeekThatDecreases());
        for (var i = 0; i < Mutants; i++)
        {
            await File.WriteAllBytesAsync(Path.Combine(Folder, $"mutant-{i:D2}"), Mutant.Make(i));
        }

        var whole = SeekThatDecreases();
        await File.WriteAllBytesAsync(Path.Combine(Folder, "cut"), whole[..^60]);
        using var client = new HttpClient();
        await Page.ReloadAsync();
        var words = new HashSet<string>();
        foreach (var id in Enumerable.Range(0, Mutants).Select(i => $"mutant-{i:D2}").Append("cut").Prepend("seek-order"))
        {
            var (state, findings) = await SdkVerdict.OfAsync(await File.ReadAllBytesAsync(Path.Combine(Folder, id)));
            using var response = await client.GetAsync(new Uri(Address, $"/video/info?id={id}&verify=1"));

            // Where the host opens it at all.
            if (response.IsSuccessStatusCode)
            {
                var info = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
                Assert.Equal(state, info.GetProperty("integrity").GetString());
                Assert.Equal(findings, string.Join(' ', info.GetProperty("findings").EnumerateArray().Select(f => $"{f.GetProperty("code").GetString()}@{f.GetProperty("offset")}")));
            }

            await Page.EvaluateAsync($"location.hash = '#id={id}'");
            await Assertions.Expect(Page.Locator("#shown-id")).ToHaveTextAsync(id);
            await Assertions.Expect(Page.Locator("#verdict-word")).ToHaveTextAsync(state == "none" ? "not a container" : state);
            await Assertions.Expect(Page.Locator("#verdict")).ToHaveAttributeAsync("data-state", state);
            await Assertions.Expect(Page.Locator("#verdict-reason")).Not.ToBeEmptyAsync();
            words.Add(state);

            var found = await Page.Locator("#findings code").AllTextContentsAsync();
            Assert.True(state == "none" || (findings.Length == 0) == (found.Count == 0), $"{id}: {findings}; the page {string.Join(' ', found)}");
            if (id == "seek-order")
            {
                Assert.StartsWith("seek-order@", findings, StringComparison.Ordinal);
                Assert.Equal(["seek-order"], found);
                Assert.Equal("unsigned", state);
                await ShotAsync("seek-order");
            }
        }

        Assert.Superset(new HashSet<string> { "unsigned", "invalid", "incomplete" }, words);
        Assert.Empty(Errors);
    }

    [Fact]
    public async Task Verdict_EveryState_HasAColourOfItsOwnKind()
    {
        var colors = await Page.EvaluateAsync<string[]>(
            """
            (() => {
              document.getElementById('container').hidden = false;
              const verdict = document.getElementById('verdict');
              return ['valid', 'unsigned', 'unverified', 'incomplete', 'invalid', 'none', 'checking'].map(state => {
                verdict.dataset.state = state;
                return getComputedStyle(verdict).borderInlineStartColor;
              });
            })()
            """);

        // Nothing but valid is green, and none of the others has a colour that says more than its word.
        Assert.Equal(5, colors.Distinct().Count());
        Assert.Equal(colors[2], colors[3]);
        Assert.Equal(colors[4], colors[5]);
    }

    [Fact]
    public async Task Page_FindingInTheMedia_StandsOnTheLineAndLeadsThere()
    {
        await UploadAsync("media/clip.mp4", "clip");
        var path = Path.Combine(Folder, "clip");
        BlockLocation location;
        await using (var container = await H4mkContainer.OpenAsync(path))
        {
            location = await container.GetBlockAsync(0, 6);
        }

        var bytes = await File.ReadAllBytesAsync(path);
        bytes[location.FileOffset + 10] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        await Page.ClickAsync("#verify");
        await Assertions.Expect(Page.Locator("#findings .when")).ToContainTextAsync(" s");
        await Assertions.Expect(Page.Locator("#timeline-text")).ToContainTextAsync("1 finding on the line");
        var when = double.Parse((await Page.TextContentAsync("#findings .when"))!.Trim().Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(when, 4, 7);
        await Page.ClickAsync("#findings button");
        await WaitAsync($"Math.abs(Number(document.getElementById('timeline').getAttribute('aria-valuenow')) - {when.ToString(System.Globalization.CultureInfo.InvariantCulture)}) < 0.01");
        await Assertions.Expect(Page.Locator("#chunks-rows .marked.bad")).ToBeInViewportAsync();
        await Assertions.Expect(Page.Locator("#chunks-rows .marked")).ToContainTextAsync("differs");
        await ShotAsync("finding", full: true);
        Assert.Empty(Errors);
    }

    // Version 1.0, whose seek table goes back in time.
    private static byte[] SeekThatDecreases()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new H4mkChunkWriter(output);
        writer.WriteFileHeader();
        writer.WriteChunk(ChunkTag.Core, "one"u8);
        writer.WriteChunk(ChunkTag.Core, "two"u8);
        Span<byte> seek = stackalloc byte[36];
        seek.Clear();
        seek[3] = 2;
        seek[10] = 1;
        seek[35] = 3;
        writer.WriteChunk(ChunkTag.Seek, seek);
        writer.WriteChunk(ChunkTag.Meta, Encoding.UTF8.GetBytes("{}"));
        writer.WriteChunk(ChunkTag.Safe, Encoding.UTF8.GetBytes("{}"));
        writer.WriteChunk(ChunkTag.Veri, System.Security.Cryptography.SHA256.HashData(output.WrittenSpan[8..]));
        return output.WrittenSpan.ToArray();
    }
}
