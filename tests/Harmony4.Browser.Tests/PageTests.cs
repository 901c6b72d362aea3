using System.Text.Json;
using Harmony4.Format;
using Harmony4.TestKit;
using Microsoft.Playwright;

namespace Harmony4.Browser.Tests;

/// <summary>The web page: upload, play, seek, verify, damage, spectrogram, phone width, keyboard.</summary>
public sealed class PageTests : PageTestBase
{
    [Theory]
    [InlineData("media/clip.mp4", "avc1")]
    [InlineData("media/clip.webm", "vp9")]
    public async Task Page_UploadedClip_PlaysSeeksAndIsVerifiedHere(string vector, string codec)
    {
        await UploadAsync(vector, "clip");
        await Assertions.Expect(Page.Locator("#verdict")).ToHaveAttributeAsync("data-state", "unsigned");
        await Assertions.Expect(Page.Locator("#verdict")).ToContainTextAsync("unsigned");
        await Assertions.Expect(Page.Locator("#playing")).ToContainTextAsync(codec);

        // It plays: time passes and frames are decoded.
        await Page.EvaluateAsync("void document.getElementById('video').play()");
        await WaitAsync("document.getElementById('video').currentTime > 0.3");
        await Page.EvaluateAsync("document.getElementById('video').pause()");
        Assert.True(await Page.EvaluateAsync<int>("document.getElementById('video').getVideoPlaybackQuality().totalVideoFrames") > 0);

        // It seeks: the picture at 5 s is not the one at 0.5 s, and is the same again when come to from elsewhere.
        var early = await FrameAtAsync("0.5");
        var late = await FrameAtAsync("5");
        await ShotAsync(Path.GetFileNameWithoutExtension(vector) + Path.GetExtension(vector)[1..] + "-verified");
        var again = await FrameAtAsync("0.5");
        Assert.NotEqual(early, late);
        Assert.Equal(early, again);
        Assert.Contains("keyframe at", await Page.Locator("#sought").TextContentAsync(), StringComparison.Ordinal);
        Assert.Empty(Errors);
    }

    [Fact]
    public async Task Page_OneStoredByteChanged_SaysWhichChunkFailedHere()
    {
        await UploadAsync("media/clip.mp4", "clip");
        await Assertions.Expect(Page.Locator("#verdict")).ToHaveAttributeAsync("data-state", "unsigned");
        var path = Path.Combine(Folder, "clip");
        long offset;
        await using (var container = await H4mkContainer.OpenAsync(path))
        {
            offset = (await container.GetBlockAsync(0, 2)).FileOffset;
        }

        var bytes = await File.ReadAllBytesAsync(path);
        bytes[offset + 100] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        await Page.ClickAsync("#verify");
        var verdict = Page.Locator("#verdict");
        await Assertions.Expect(verdict).ToHaveAttributeAsync("data-state", "invalid");
        await Assertions.Expect(verdict).ToContainTextAsync("CORE block 2 of track 0: CRC-32");
        await Assertions.Expect(Page.Locator("#findings li")).ToHaveCountAsync(1);
        await Assertions.Expect(Page.Locator("#findings")).ToContainTextAsync($"offset {offset - 12}");
        await ShotAsync("failed");
    }

    [Fact]
    public async Task Page_Sound_IsDrawnFromTokens()
    {
        await Page.SetInputFilesAsync("#audio", Vectors.PathOf("media/speech.wav"));
        await Page.ClickAsync("#draw");
        await Assertions.Expect(Page.Locator("#heard")).ToContainTextAsync("s of sound in", new() { Timeout = 30_000 });
        var bright = await Page.EvaluateAsync<int>(
            "(() => { const c = document.getElementById('spectrogram'); const p = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0; for (let i = 0; i < p.length; i += 4) { n += p[i] + p[i + 1] + p[i + 2] > 200; } return n; })()");
        Assert.True(bright > 1000, $"{bright} bright pixels");
        await ShotAsync("spectrogram");
    }

    [Fact]
    public async Task Page_OnAPhoneInTheDark_FitsAndWorksByKeyboard()
    {
        await NewPageAsync(new() { ViewportSize = new() { Width = 360, Height = 760 }, ColorScheme = ColorScheme.Dark });
        await UploadAsync("media/clip.webm", "clip");
        await Assertions.Expect(Page.Locator("#verdict")).ToHaveAttributeAsync("data-state", "unsigned");
        Assert.True(await Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"));
        await Assertions.Expect(Page.Locator("#timeline")).ToHaveAttributeAsync("aria-disabled", "false");
        await Page.FocusAsync("#timeline");
        await Page.Keyboard.PressAsync("End");
        await WaitAsync("document.getElementById('video').currentTime > 1");
        await ShotAsync("phone-dark", full: true);
    }

    [Fact]
    public async Task Docs_Page_ShowsTheReferenceAndLoadsNothingFromElsewhere()
    {
        await Page.GotoAsync(new Uri(Address, "/docs").ToString());
        await Assertions.Expect(Page.GetByText("The keyframe at or before a time").First).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await ShotAsync("docs");
    }

    /// <summary>Seeks by the page's own field, waits for the picture, and reads it.</summary>
    private async Task<string> FrameAtAsync(string seconds)
    {
        await Page.FillAsync("#time", seconds);
        await Page.ClickAsync("#goto button");
        await WaitAsync($"(() => {{ const v = document.getElementById('video'); return !v.seeking && v.readyState >= 2 && Math.abs(v.currentTime - {seconds}) < 0.01; }})()");
        var pixels = await Page.EvaluateAsync<JsonElement>(
            """
            (async () => {
              const v = document.getElementById('video');
              await new Promise(r => setTimeout(r, 300));
              const c = document.createElement('canvas');
              c.width = 64; c.height = 36;
              const x = c.getContext('2d');
              x.drawImage(v, 0, 0, 64, 36);
              return Array.from(x.getImageData(0, 0, 64, 36).data).filter((_, i) => i % 4 === 0).join();
            })()
            """);
        return pixels.GetString()!;
    }
}
