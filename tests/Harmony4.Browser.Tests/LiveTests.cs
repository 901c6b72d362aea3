using System.Globalization;
using System.Text.Json.Nodes;
using System.Web;
using Harmony4.Media.Tests;
using Harmony4.TestKit;
using Microsoft.Playwright;

namespace Harmony4.Browser.Tests;

/// <summary>A recording that grows while it is shown, and ends. The host is one that tells of a part of a whole container as of a recording.</summary>
public sealed class LiveTests : PageTestBase
{
    private const string Video = "document.getElementById('video')";
    private const double Seconds = 10.01;

    private readonly byte[] _media = LongClip.Repeat(Vectors.Read("media/clip.mp4"), 12, Seconds);
    private readonly List<string> _asked = [];

    // Keyframes so far; null when the recording has ended.
    private int? _keyframes = 30;

    [Fact]
    public async Task Live_Recording_IsPlayedNearItsEdgeAndProvenWhenItEnds()
    {
        await ServeAsync();
        await Assertions.Expect(Page.Locator("#list-rows .badge:visible")).ToHaveTextAsync("live");
        await OpenAsync("rec");
        await Assertions.Expect(Page.Locator("#shown-live")).ToBeVisibleAsync();
        await Assertions.Expect(Page.Locator("#verdict-word")).ToHaveTextAsync("incomplete");
        await Assertions.Expect(Page.Locator("#verdict-reason")).ToContainTextAsync("still being recorded");
        await Assertions.Expect(Page.Locator("#playing")).ToContainTextAsync("avc1");
        await Assertions.Expect(Page.Locator("#proven")).ToContainTextAsync("not proven");
        await WaitAsync($"!{Video}.paused && {Video}.currentTime > 25 && {Video}.currentTime < 31");
        await ShotAsync("live");

        // It grows, and playing goes on across what was its end.
        _keyframes = 60;
        await WaitAsync($"{Video}.buffered.length > 0 && {Video}.buffered.end({Video}.buffered.length - 1) > 33");
        await Assertions.Expect(Page.Locator("#timeline")).ToHaveAttributeAsync("aria-valuemax", new System.Text.RegularExpressions.Regex("^(59|60)"));
        await WaitAsync($"{Video}.currentTime > 31");
        await Page.ClickAsync("#edge");
        await WaitAsync($"!{Video}.seeking && {Video}.currentTime > 50");
        Assert.DoesNotContain(_asked, a => a.Contains("verify=1", StringComparison.Ordinal));

        // It ends, and is a container as any.
        _keyframes = null;
        await Assertions.Expect(Page.Locator("#verdict-word")).ToHaveTextAsync("unsigned");
        await Assertions.Expect(Page.Locator("#shown-live")).ToBeHiddenAsync();
        await Assertions.Expect(Page.Locator("#edge")).ToBeHiddenAsync();
        await Assertions.Expect(Page.Locator("#proven")).ToContainTextAsync("proven against root");
        await Assertions.Expect(Page.Locator("#list-rows .badge:visible")).ToHaveTextAsync("unsigned");
        await Assertions.Expect(Page.Locator("#timeline")).ToHaveAttributeAsync("aria-valuemax", "120.187");

        // Nobody is asked any more.
        var count = _asked.Count(a => a.Contains("video/info", StringComparison.Ordinal));
        await Task.Delay(3000);
        Assert.Equal(count, _asked.Count(a => a.Contains("video/info", StringComparison.Ordinal)));
        Assert.Empty(Errors);
    }

    [Fact]
    public async Task Live_HostThatIsAway_IsAskedAgain()
    {
        await ServeAsync();
        await OpenAsync("rec");
        await Assertions.Expect(Page.Locator("#playing")).ToContainTextAsync("avc1");
        await Page.RouteAsync("**/video/info?*", route => route.AbortAsync());
        await Assertions.Expect(Page.Locator("#playing")).ToContainTextAsync("asked again");
        await Page.UnrouteAsync("**/video/info?*");
        await ServeInfoAsync();
        _keyframes = 60;
        await Assertions.Expect(Page.Locator("#timeline")).ToHaveAttributeAsync("aria-valuemax", new System.Text.RegularExpressions.Regex("^(59|60)"));
        Assert.Empty(Errors);
    }

    [Fact]
    public async Task Live_RecordingOfTheHostItself_IsFollowedToItsEnd()
    {
        using var recorder = FFmpeg.Record(
            "-re -f lavfi -i testsrc2=size=128x96:rate=25:duration=16 -c:v libx264 -preset ultrafast -tune zerolatency -pix_fmt yuv420p -g 25 -sc_threshold 0 "
            + "-movflags +frag_keyframe+empty_moov+default_base_moof -f mp4 -");
        using var client = new HttpClient { Timeout = TimeSpan.FromMinutes(3) };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, "/video/export?id=door&live=1")) { Content = new StreamContent(recorder.StandardOutput.BaseStream, 4096) };
        var recording = client.SendAsync(request);
        for (var i = 0; ; i++)
        {
            using var info = await client.GetAsync(new Uri(Address, "/video/info?id=door"));
            if (info.IsSuccessStatusCode && (long?)JsonNode.Parse(await info.Content.ReadAsStringAsync())!["tracks"]![0]!["duration_us"] > 2_000_000)
            {
                break;
            }

            Assert.True(i < 200 && !recording.IsCompleted);
            await Task.Delay(100);
        }

        await Page.ReloadAsync();
        await OpenAsync("door");
        await Assertions.Expect(Page.Locator("#shown-live")).ToBeVisibleAsync();
        await Assertions.Expect(Page.Locator("#playing")).ToContainTextAsync("avc1");
        var begin = await Page.EvaluateAsync<double>($"{Video}.currentTime");
        await WaitAsync($"{Video}.currentTime > {(begin + 3).ToString(CultureInfo.InvariantCulture)}");
        Assert.False(recording.IsCompleted, "the recording was over before it was followed");
        using var response = await recording;
        await recorder.WaitForExitAsync();
        await Assertions.Expect(Page.Locator("#verdict-word")).ToHaveTextAsync("unsigned");
        await Assertions.Expect(Page.Locator("#shown-live")).ToBeHiddenAsync();
        await Assertions.Expect(Page.Locator("#timeline")).ToHaveAttributeAsync("aria-valuemax", new System.Text.RegularExpressions.Regex("^1[56]"));
        Assert.Empty(Errors);
    }

    private async Task ServeAsync()
    {
        await using (var output = File.Create(Path.Combine(Folder, "rec")))
        {
            await new MediaTransport().ExportAsync(new MemoryStream(_media), output);
        }

        Page.Request += (_, request) => _asked.Add(request.Url);
        await Page.RouteAsync("**/containers?*", async route =>
        {
            var entries = (await ReadAsync(route)).AsArray();
            if (_keyframes is not null)
            {
                entries[0]!["live"] = true;
            }

            await AnswerAsync(route, entries);
        });
        await Page.RouteAsync("**/containers/rec", async route =>
        {
            if (_keyframes is null)
            {
                await route.ContinueAsync();
                return;
            }

            // A part of the file, which has no TAIL.
            var (_, length) = await EdgeAsync();
            var file = (await File.ReadAllBytesAsync(Path.Combine(Folder, "rec")))[..(int)length];
            var range = route.Request.Headers["range"]["bytes=".Length..].Split('-');
            var first = range[0].Length == 0 ? Math.Max(0, file.Length - int.Parse(range[1], CultureInfo.InvariantCulture)) : int.Parse(range[0], CultureInfo.InvariantCulture);
            var last = range[0].Length == 0 ? file.Length - 1 : Math.Min(file.Length - 1, int.Parse(range[1], CultureInfo.InvariantCulture));
            await route.FulfillAsync(new()
            {
                Status = 206,
                Headers = new Dictionary<string, string> { ["Content-Range"] = $"bytes {first}-{last}/{file.Length}", ["ETag"] = $"W/\"{file.Length}\"" },
                BodyBytes = file[first..(last + 1)],
            });
        });
        await ServeInfoAsync();
        await Page.RouteAsync("**/video/seek?*", async route =>
        {
            var (time, _) = await EdgeAsync();
            var query = HttpUtility.ParseQueryString(new Uri(route.Request.Url).Query);
            var wanted = Math.Min(time - 1, long.Parse(query["pts"]!, CultureInfo.InvariantCulture));
            await route.FulfillAsync(new() { Response = await route.FetchAsync(new() { Url = new Uri(Address, $"/video/seek?id=rec&pts={wanted}").ToString() }) });
        });
        await Page.ReloadAsync();
    }

    private async Task ServeInfoAsync() => await Page.RouteAsync("**/video/info?*", async route =>
    {
        var info = await ReadAsync(route);
        if (_keyframes is not null)
        {
            var (time, offset) = await EdgeAsync();
            info["live"] = true;
            info["tracks"]![0]!["bytes"] = offset;
            info["tracks"]![0]!["duration_us"] = time;
            info["blocks"] = _keyframes;
        }

        await AnswerAsync(route, info);
    });

    // Where the keyframe lies in front of which the recording ends for now.
    private async Task<(long Time, long Offset)> EdgeAsync()
    {
        if (_keyframes is null)
        {
            return (long.MaxValue, _media.Length);
        }

        using var client = new HttpClient();
        var found = JsonNode.Parse(await client.GetStringAsync(new Uri(Address, $"/video/seek?id=rec&pts={_keyframes * 1_001_000L}")))!;
        return ((long)found["pts"]!, (long)found["offset"]!);
    }

    private static async Task<JsonNode> ReadAsync(IRoute route) => JsonNode.Parse(await (await route.FetchAsync()).TextAsync())!;

    private static Task AnswerAsync(IRoute route, JsonNode body) => route.FulfillAsync(new() { ContentType = "application/json", Body = body.ToJsonString() });
}
