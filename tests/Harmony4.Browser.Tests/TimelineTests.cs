using System.Buffers;
using System.Globalization;
using Harmony4.Format;
using Harmony4.TestKit;
using Microsoft.Playwright;

namespace Harmony4.Browser.Tests;

/// <summary>The line of time: keys, pointer, what is drawn on it, and very many keyframes and chunks.</summary>
public sealed class TimelineTests : PageTestBase
{
    private const string Video = "document.getElementById('video')";

    [Fact]
    public async Task Timeline_ByKeys_SeeksAndSaysWhere()
    {
        await UploadAsync(LongClip.Repeat(Vectors.Read("media/clip.mp4"), 12, 10.01), "clip");
        await Assertions.Expect(Page.Locator("#playing")).ToContainTextAsync("avc1");
        var line = Page.Locator("#timeline");
        await Assertions.Expect(line).ToHaveAttributeAsync("role", "slider");
        await Assertions.Expect(line).ToHaveAttributeAsync("aria-valuemax", "120.187");
        await line.FocusAsync();
        foreach (var (key, expected) in new[] { ("Home", 0.067), ("ArrowRight", 5.067), ("ArrowUp", 10.067), ("ArrowLeft", 5.067), ("PageUp", 17.079), ("PageDown", 5.067), ("Home", 0.067) })
        {
            await Page.Keyboard.PressAsync(key);
            await WaitAsync(string.Create(CultureInfo.InvariantCulture, $"!{Video}.seeking && Math.abs({Video}.currentTime - {expected}) < 0.01"));
        }

        await Assertions.Expect(line).ToHaveAttributeAsync("aria-valuetext", "0:00.1 of 2:00.2, keyframe 1 of 120");
        await Page.Keyboard.PressAsync("End");
        await WaitAsync($"!{Video}.seeking && {Video}.readyState >= 2 && {Video}.currentTime > 119");

        // The browser's own.
        await Page.Keyboard.PressAsync("Control+Home");
        await WaitAsync($"{Video}.currentTime > 119");
        Assert.Empty(Errors);
    }

    [Fact]
    public async Task Timeline_ByPointer_ShowsTheTimeAndSeeks()
    {
        await UploadAsync("media/clip.mp4", "clip");
        await Assertions.Expect(Page.Locator("#playing")).ToContainTextAsync("avc1");
        await Page.Locator("#timeline").ScrollIntoViewIfNeededAsync();
        var box = (await Page.Locator("#timeline").BoundingBoxAsync())!;
        await Page.Mouse.MoveAsync(box.X + (box.Width / 2), box.Y + 20);
        await Assertions.Expect(Page.Locator("#timeline-hover")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^0:05.[01]$"));
        await Page.Mouse.DownAsync();
        await Page.Mouse.UpAsync();
        await WaitAsync($"!{Video}.seeking && Math.abs({Video}.currentTime - 5) < 0.1");
        Assert.True(await Page.EvaluateAsync<bool>("Math.abs(parseFloat(document.getElementById('timeline-head').style.insetInlineStart) - 50) < 1"));
        Assert.Empty(Errors);
    }

    [Fact]
    public async Task Timeline_Lanes_ShowWhatIsBufferedAndProven()
    {
        await UploadAsync("media/clip.mp4", "clip");
        await Assertions.Expect(Page.Locator("#proven")).ToContainTextAsync("12 of 12 blocks proven");
        await WaitAsync($"{Video}.buffered.length === 1 && {Video}.buffered.end(0) > 9.9");
        Assert.Equal("keyframes buffered proven", await LanesAsync());

        // Of an old file nothing is proven.
        await File.WriteAllBytesAsync(Path.Combine(Folder, "old"), await OldAsync());
        await Page.ReloadAsync();
        await OpenAsync("old");
        await WaitAsync($"{Video}.buffered.length === 1 && {Video}.buffered.end(0) > 9.9");
        await WaitAsync("Math.abs(Number(document.getElementById('timeline').getAttribute('aria-valuemax')) - 10.076) < 0.1");
        Assert.Equal("keyframes buffered", await LanesAsync());
        Assert.Empty(Errors);
    }

    [Fact]
    public async Task Timeline_MillionKeyframes_IsDrawnInABoundedNumberOfStrokes()
    {
        // Nothing plays, so that nothing else draws on the line.
        await UploadAsync("media/clip.ts", "clip");
        await Assertions.Expect(Page.Locator("#findings-text")).ToBeEmptyAsync();
        var found = await Page.EvaluateAsync<string[]>(
            """
            (async () => {
              const { Keyframes } = await import(new URL('player/keyframes.js', location));
              const { Timeline } = await import(new URL('timeline/timeline.js', location));
              const keyframes = new Keyframes(1e6);
              for (let i = 0; i < 1e6; i++) {
                keyframes.add(i * 40000, i * 1000, i);
              }

              let strokes = 0;
              const fill = CanvasRenderingContext2D.prototype.fillRect;
              CanvasRenderingContext2D.prototype.fillRect = function (...box) {
                strokes++;
                fill.apply(this, box);
              };

              // Beside that of the page, which shows something else.
              const copy = document.getElementById('timeline').parentNode.cloneNode(true);
              document.body.append(copy);
              const part = id => copy.querySelector(`#${id}`);
              const line = new Timeline(part, () => { });
              line.show(0, 40000, keyframes);
              line.find([1, 20000, 39999]);
              const frames = async count => {
                for (; count > 0; count--) {
                  await new Promise(resolve => requestAnimationFrame(resolve));
                }
              };
              await frames(10);

              // A frame of playing draws nothing anew.
              const drawn = strokes;
              for (let i = 0; i < 100; i++) {
                line.playhead(i);
              }

              await frames(3);
              return [strokes === drawn ? drawn : -1, part('timeline-text').textContent, part('timeline').getAttribute('aria-valuetext')].map(String);
            })()
            """);
        Assert.InRange(int.Parse(found[0], CultureInfo.InvariantCulture), 4, 5000);
        Assert.Equal(["11:06:40.0, 1,000,000 keyframes, 3 findings on the line", "1:39.0 of 11:06:40.0, keyframe 2476 of 1000000"], found[1..]);
    }

    [Fact]
    public async Task Structure_MillionChunks_AreJudgedAndListedWithFewElements()
    {
        const int Blocks = 1_000_000;
        await File.WriteAllBytesAsync(Path.Combine(Folder, "many"), ManyBlocks(Blocks));
        await Page.ReloadAsync();
        await OpenAsync("many");
        await Assertions.Expect(Page.Locator("#verdict")).ToHaveAttributeAsync("data-state", "unsigned", new() { Timeout = 120_000 });
        await Assertions.Expect(Page.Locator("#map-text")).ToContainTextAsync("1,000,000 CORE");
        await Page.ClickAsync("#chunks-part summary");
        await Assertions.Expect(Page.Locator("#chunks")).ToHaveAttributeAsync("aria-rowcount", "1000005");
        await Page.EvaluateAsync("(() => { const view = document.getElementById('chunks-view'); view.scrollTop = view.scrollHeight; })()");
        await Assertions.Expect(Page.Locator("#chunks-rows")).ToContainTextAsync("VERI");
        Assert.InRange(await Page.Locator("#chunks-rows > *").CountAsync(), 10, 60);
        Assert.Empty(Errors);
    }

    // The lanes in which anything is drawn besides the line below.
    private Task<string> LanesAsync() => Page.EvaluateAsync<string>(
        """
        (async () => {
          await new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)));
          const canvas = document.getElementById('timeline-map');
          const scale = canvas.height / canvas.clientHeight;
          return Object.entries({ keyframes: 20, buffered: 38, proven: 50, findings: 5 }).filter(([, y]) => {
            const { data } = canvas.getContext('2d').getImageData(0, Math.round(y * scale), canvas.width, 1);
            return data.some((value, i) => i % 4 === 3 && value > 0);
          }).map(([name]) => name).join(' ');
        })()
        """);

    private static async Task<byte[]> OldAsync()
    {
        using var output = new MemoryStream();
        await new MediaTransport().ExportAsync(new MemoryStream(Vectors.Read("media/clip.mp4")), output, new ExportOptions { Version = H4mkVersion.V10 });
        return output.ToArray();
    }

    private static byte[] ManyBlocks(int count)
    {
        var output = new ArrayBufferWriter<byte>((count * 13) + 1000);
        var writer = new H4mkChunkWriter(output);
        writer.WriteFileHeader();
        for (var i = 0; i < count; i++)
        {
            writer.WriteChunk(ChunkTag.Core, [(byte)i]);
        }

        writer.WriteSeek([new SeekEntry(0, 0)]);
        writer.WriteChunk(ChunkTag.Meta, "{}"u8);
        writer.WriteChunk(ChunkTag.Safe, "{}"u8);
        writer.WriteChunk(ChunkTag.Veri, System.Security.Cryptography.SHA256.HashData(output.WrittenSpan[8..]));
        return output.WrittenSpan.ToArray();
    }
}
