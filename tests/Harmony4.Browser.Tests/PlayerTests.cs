using System.Text;
using Harmony4.TestKit;
using Microsoft.Playwright;

namespace Harmony4.Browser.Tests;

/// <summary>Seeking to and fro in a clip that is longer than what a player keeps, and media that a page cannot play.</summary>
public sealed class PlayerTests : PageTestBase
{
    private const string Video = "document.getElementById('video')";
    private const int Repeats = 12;
    private const double Seconds = 10.01;

    [Fact]
    public async Task Player_SoughtBackIntoWhatIsBuffered_PlaysOnBeyondIt()
    {
        await UploadAsync(LongClip.Repeat(Vectors.Read("media/clip.mp4"), Repeats, Seconds), "clip.mp4");
        await Assertions.Expect(Page.Locator("#playing")).ToContainTextAsync("avc1");
        await WaitAsync($"{Video}.buffered.length === 1 && {Video}.buffered.end(0) > 15");
        var end = await Page.EvaluateAsync<double>($"{Video}.buffered.end(0)");
        await SeekAsync(end + 15);
        await SeekAsync(end - 1.5);
        await Page.EvaluateAsync($"void {Video}.play()");
        await WaitAsync($"{Video}.currentTime > {end + 1}");
        Assert.Empty(Errors);
    }

    [Fact]
    public async Task Player_SoughtManyTimes_ShowsEveryTime()
    {
        await UploadAsync(LongClip.Repeat(Vectors.Read("media/clip.mp4"), Repeats, Seconds), "clip.mp4");
        await Assertions.Expect(Page.Locator("#playing")).ToContainTextAsync("avc1");
        foreach (var time in new[] { 100.0, 119.9, 0, 60.03, 119.95, 30 })
        {
            await SeekAsync(time);
        }

        // Many at once: the last one counts.
        await Page.EvaluateAsync($"(() => {{ for (let i = 0; i < 40; i++) {{ {Video}.currentTime = (i * 37) % 118; }} {Video}.currentTime = 77.5; }})()");
        await WaitAsync($"!{Video}.seeking && {Video}.readyState >= 2 && Math.abs({Video}.currentTime - 77.5) < 0.01");
        Assert.Empty(Errors);
    }

    [Fact]
    public async Task Player_SoughtBeforeItIsOpen_OpensThere()
    {
        // All but the end of the file, which tells where its keyframes are.
        await Page.RouteAsync("**/containers/clip.mp4", async route =>
        {
            await Task.Delay(route.Request.Headers.GetValueOrDefault("range", "bytes=-").StartsWith("bytes=-", StringComparison.Ordinal) ? 0 : 1000);
            await route.ContinueAsync();
        });
        await UploadAsync(LongClip.Repeat(Vectors.Read("media/clip.mp4"), Repeats, Seconds), "clip.mp4");
        await Assertions.Expect(Page.Locator("#timeline")).ToHaveAttributeAsync("aria-disabled", "false");
        Assert.Equal(string.Empty, await Page.TextContentAsync("#playing"));
        await Page.FocusAsync("#timeline");
        await Page.Keyboard.PressAsync("End");
        await WaitAsync($"!{Video}.seeking && {Video}.readyState >= 2 && {Video}.currentTime > 5");
        Assert.Empty(Errors);
    }

    [Fact]
    public async Task Player_SoughtBeyondTheEnd_ShowsTheLastPicture()
    {
        await UploadAsync(Vectors.Read("media/clip.mp4"), "clip.mp4");
        await Assertions.Expect(Page.Locator("#playing")).ToContainTextAsync("avc1");
        await SeekAsync(2);
        var early = await PictureAsync();
        await Page.FillAsync("#time", "1e9");
        await Page.ClickAsync("#goto button");
        await WaitAsync($"!{Video}.seeking && {Video}.readyState >= 2 && {Video}.currentTime > 9 && {Video}.currentTime < {Video}.duration");
        Assert.NotEqual(early, await PictureAsync());
        Assert.Empty(Errors);
    }

    [Fact]
    public async Task Player_HostThatCameBack_PlaysOnAtTheSameTime()
    {
        await UploadAsync(LongClip.Repeat(Vectors.Read("media/clip.mp4"), Repeats, Seconds), "clip.mp4");
        await WaitAsync($"{Video}.buffered.length === 1");
        await Page.Context.SetOfflineAsync(true);
        await Page.FillAsync("#time", "90");
        await Page.ClickAsync("#goto button");
        await Assertions.Expect(Page.Locator("#playing")).ToContainTextAsync("stopped: the host does not answer");
        await Page.Context.SetOfflineAsync(false);
        await SeekAsync(90);
        await Assertions.Expect(Page.Locator("#playing")).ToContainTextAsync("avc1");
        Assert.Empty(Errors);
    }

    [Fact]
    public async Task Player_MediaThatIsNotInFragments_SaysSoAndSeeksAllTheSame()
    {
        await UploadAsync("media/clip.ts", "clip.ts");
        await Assertions.Expect(Page.Locator("#unplayable")).ToContainTextAsync("does not play this media: ts (video)");
        await Page.FillAsync("#time", "3.5");
        await Page.ClickAsync("#goto button");
        await Assertions.Expect(Page.Locator("#sought")).ToContainTextAsync("3.500 s: keyframe at");
        await Assertions.Expect(Page.Locator("#verdict")).ToHaveAttributeAsync("data-state", "unsigned");
        Assert.Empty(Errors);
    }

    [Fact]
    public async Task Codecs_OfMatroska_AreAllKnownOrNothingIsPlayed()
    {
        Assert.Equal(
            "video/webm; codecs=\"vp9, opus\" null",
            await Page.EvaluateAsync<string>(
                """
                async texts => {
                  const { mimeType } = await import(new URL('player/codecs.js', location));
                  return texts.map(text => String(mimeType(Uint8Array.from(atob(text), c => c.charCodeAt(0))))).join(' ');
                }
                """,
                new[] { Convert.ToBase64String(Matroska("V_VP9", "A_OPUS")), Convert.ToBase64String(Matroska("V_MPEG4/ISO/AVC", "A_OPUS")) }));
    }

    private static byte[] Matroska(params string[] codecs)
    {
        static byte[] Element(byte[] id, byte[] payload) => [.. id, (byte)(0x80 | payload.Length), .. payload];
        var tracks = codecs.SelectMany(c => Element([0xAE], Element([0x86], Encoding.ASCII.GetBytes(c)))).ToArray();
        return [.. Element([0x1A, 0x45, 0xDF, 0xA3], [0x42, 0x86, 0x81, 1]), 0x18, 0x53, 0x80, 0x67, 0xFF, .. Element([0x16, 0x54, 0xAE, 0x6B], tracks)];
    }

    private async Task<string> PictureAsync()
    {
        // A picture is decoded some time before it is shown.
        await Task.Delay(500);
        return await Page.EvaluateAsync<string>(
            $$"""
            (() => {
              const c = document.createElement('canvas');
              c.width = 64;
              c.height = 36;
              const x = c.getContext('2d');
              x.drawImage({{Video}}, 0, 0, 64, 36);
              return x.getImageData(0, 0, 64, 36).data.join();
            })()
            """);
    }

    private async Task SeekAsync(double seconds)
    {
        await Page.FillAsync("#time", seconds.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await Page.ClickAsync("#goto button");
        await WaitAsync($"!{Video}.seeking && {Video}.readyState >= 2 && Math.abs({Video}.currentTime - Math.min({seconds.ToString(System.Globalization.CultureInfo.InvariantCulture)}, {Video}.duration)) < 0.01");
    }
}
