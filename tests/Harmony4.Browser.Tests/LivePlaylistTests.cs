using System.Net;
using Harmony4.Media.Tests;

namespace Harmony4.Browser.Tests;

/// <summary>A recording in a player that is not ours: ffmpeg records in real time, hls.js plays at the edge, and the end comes to it.</summary>
public sealed class LivePlaylistTests : PageTestBase
{
    private const string Video = "document.getElementById('video')";
    private const string Html = "<!doctype html><title>player</title><video id=\"video\" muted></video><script src=\"hls.min.js\"></script>";

    [Theory]
    [InlineData("mp4", "-movflags +frag_keyframe+empty_moov+default_base_moof")]
    [InlineData("mpegts", "-flush_packets 1")]
    public async Task Player_OfARecording_PlaysAtTheEdgeAndToTheEnd(string format, string arguments)
    {
        using var recorder = FFmpeg.Record(
            "-re -f lavfi -i testsrc2=size=128x96:rate=25:duration=16 -re -f lavfi -i sine=frequency=440:sample_rate=44100:duration=16 "
            + $"-c:v libx264 -preset ultrafast -tune zerolatency -pix_fmt yuv420p -g 25 -sc_threshold 0 -c:a aac {arguments} -f {format} -");
        using var client = new HttpClient { Timeout = TimeSpan.FromMinutes(3) };
        using var request = new HttpRequestMessage(HttpMethod.Post, PageAddress + "video/export?id=clip&live=1") { Content = new StreamContent(recorder.StandardOutput.BaseStream, 4096) };
        var recording = client.SendAsync(request);

        var script = await NpmScript.Hls.ReadAsync();
        await Page.RouteAsync("**/player/", route => route.FulfillAsync(new() { ContentType = "text/html", Body = Html }));
        await Page.RouteAsync("**/player/hls.min.js", route => route.FulfillAsync(new() { ContentType = "text/javascript", BodyBytes = script }));
        while (true)
        {
            using var playlist = await client.GetAsync(PageAddress + "video/playlist?id=clip");
            if (playlist.StatusCode == HttpStatusCode.OK)
            {
                break;
            }

            Assert.False(recording.IsCompleted, "the recording ended before it had a segment");
            Assert.True(playlist.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.ServiceUnavailable, playlist.StatusCode.ToString());
            await Task.Delay(100);
        }

        await Page.GotoAsync(PageAddress + "player/");
        await Page.EvaluateAsync(
            $$"""
            (() => {
              window.fatal = [];
              window.wasLive = false;
              window.hls = new Hls({ enableWorker: false });
              hls.on(Hls.Events.ERROR, (_, data) => { if (data.fatal) fatal.push(`${data.details} ${data.error}`); });
              hls.on(Hls.Events.LEVEL_UPDATED, (_, data) => { window.wasLive ||= data.details.live; window.isOver = !data.details.live; });
              hls.loadSource('/video/playlist?id=clip');
              hls.attachMedia({{Video}});
              void {{Video}}.play();
            })()
            """);
        await WaitAsync($"{Video}.currentTime > 0.5 || fatal.length > 0");
        Assert.Empty(await Page.EvaluateAsync<string[]>("fatal"));
        Assert.False(recording.IsCompleted, "the recording was over before it played");

        using var response = await recording;
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        await recorder.WaitForExitAsync();
        await WaitAsync($"{Video}.ended || fatal.length > 0");
        Assert.Empty(await Page.EvaluateAsync<string[]>("fatal"));
        Assert.True(await Page.EvaluateAsync<bool>("wasLive && isOver"));
        Assert.InRange(await Page.EvaluateAsync<double>($"{Video}.currentTime"), 15.8, 16.3);
        Assert.Contains("\"integrity\":\"unsigned\"", await client.GetStringAsync(PageAddress + "video/info?id=clip&verify=1"), StringComparison.Ordinal);
    }
}
