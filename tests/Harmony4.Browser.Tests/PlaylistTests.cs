using Harmony4.Format;
using Harmony4.Media.Tests;

namespace Harmony4.Browser.Tests;

/// <summary>Playlists of the host in a player that is not ours: hls.js plays them, seeks in them, and takes the sound that is asked for.</summary>
public sealed class PlaylistTests : PageTestBase
{
    private const string Video = "document.getElementById('video')";
    // What the player says of its own doing: a request that it takes back, a start that is not at 0, and sound that takes the place of other sound.
    private const string Harmless = "['aborted', 'bufferSeekOverHole', 'bufferAppendNoProgress']";

    private const string Html = "<!doctype html><title>player</title><video id=\"video\" muted></video><script src=\"hls.min.js\"></script>";

    private const string Pictures = "-f lavfi -i testsrc2=size=128x96:rate=25:duration=12 ";
    private const string Sound = "-f lavfi -i sine=frequency=440:sample_rate=44100:duration=12 ";
    private const string H264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -bf 2 -g 30 -sc_threshold 0 ";
    private const string Fragments = "-frag_duration 500000 -movflags +frag_keyframe+empty_moov+default_base_moof ";

    [Theory]
    [InlineData("mp4", Pictures + Sound + H264 + "-c:a aac " + Fragments)]
    [InlineData("mp4", Sound + "-c:a aac " + Fragments)]
    [InlineData("ts", Pictures + Sound + H264 + "-c:a aac ")]
    [InlineData("aac", Sound + "-c:a aac ")]
    [InlineData("mp3", Sound + "-c:a libmp3lame -b:a 128k ")]
    public async Task Player_MediaOfEachForm_PlaysAndSeeks(string extension, string arguments)
    {
        await ExportAsync(H4mkVersion.V11, new ExportInput { Media = Make(extension, arguments) });
        await PlayAsync();
        Assert.InRange(await Page.EvaluateAsync<double>($"{Video}.duration"), 11.9, 12.2);

        // Back and forth, each time farther than what is kept.
        foreach (var time in new[] { 10.9, 1.1, 6.6, 0.2, 9.3 })
        {
            await SeekAsync(time);
        }

        await Page.EvaluateAsync($"void ({Video}.currentTime = 11.5)");
        await WaitAsync($"{Video}.ended");
        await CheckAsync();
    }

    [Fact]
    public async Task Player_BeginningInTheMiddleOfATransportStream_FindsItsTables()
    {
        await ExportAsync(H4mkVersion.V11, new ExportInput { Media = Make("ts", Pictures + Sound + H264 + "-c:a aac ") });
        await PlayAsync("{ startPosition: 8 }");
        await WaitAsync($"{Video}.currentTime > 8.5");
        Assert.True(await Page.EvaluateAsync<bool>($"{Video}.buffered.start(0) > 6"));
        await CheckAsync();
    }

    [Fact]
    public async Task Player_Version10_PlaysToTheEnd()
    {
        await ExportAsync(H4mkVersion.V10, new ExportInput { Media = Make("mp4", Pictures + Sound + H264 + "-c:a aac " + Fragments) });
        await PlayAsync();
        await SeekAsync(6);
        await SeekAsync(11);
        await WaitAsync($"{Video}.ended");
        await CheckAsync();
    }

    [Theory]
    [InlineData("mp4", Pictures + H264 + Fragments, "en/en Deutsch/de")]
    [InlineData("ts", Pictures + Sound + H264 + "-c:a aac ", "fr/fr en/en Deutsch/de")]
    [InlineData(null, null, "en/en Deutsch/de")]
    public async Task Player_SeveralTracks_TakesTheSoundThatIsAskedFor(string? extension, string? arguments, string names)
    {
        ExportInput[] sounds =
        [
            new ExportInput { Media = Make("mp4", Sound + "-c:a aac " + Fragments), Language = "en" },
            new ExportInput { Media = Make("aac", Sound.Replace("440", "880", StringComparison.Ordinal) + "-c:a aac "), Language = "de", Label = "Deutsch" },
        ];
        await ExportAsync(H4mkVersion.V11, extension is null ? sounds : [new ExportInput { Media = Make(extension, arguments!), Language = "fr" }, .. sounds]);
        await PlayAsync();
        Assert.Equal(names, await Page.EvaluateAsync<string>("hls.audioTracks.map(t => `${t.name}/${t.lang}`).join(' ')"));
        Assert.False(await Page.EvaluateAsync<bool>("asked.some(a => a.includes('range.aac'))"));
        await Page.EvaluateAsync("void (hls.audioTrack = hls.audioTracks.length - 1)");
        await WaitAsync("asked.some(a => a.includes('range.aac'))");
        await SeekAsync(8);
        await CheckAsync();
    }

    private static MemoryStream Make(string extension, string arguments) => new(FFmpeg.Make(arguments, extension));

    private async Task ExportAsync(H4mkVersion version, params ExportInput[] inputs)
    {
        await using var output = File.Create(Path.Combine(Folder, "clip"));
        await new MediaTransport().ExportAsync(inputs, output, new ExportOptions { Version = version });
    }

    private async Task PlayAsync(string options = "{}")
    {
        var script = await NpmScript.Hls.ReadAsync();
        await Page.RouteAsync("**/player/", route => route.FulfillAsync(new() { ContentType = "text/html", Body = Html }));
        await Page.RouteAsync("**/player/hls.min.js", route => route.FulfillAsync(new() { ContentType = "text/javascript", BodyBytes = script }));
        await Page.GotoAsync(PageAddress + "player/");
        await Page.EvaluateAsync(
            $$"""
            (() => {
              window.failures = [];
              window.asked = [];
              window.hls = new Hls({ enableWorker: false, backBufferLength: 0, maxBufferLength: 5, maxMaxBufferLength: 5, ...{{options}} });
              hls.on(Hls.Events.ERROR, (_, data) => { if (data.fatal || !{{Harmless}}.includes(data.details)) failures.push(`${data.details} ${data.error}`); });
              hls.on(Hls.Events.FRAG_LOADING, (_, data) => asked.push(data.frag.url));
              hls.loadSource('/video/playlist?id=clip');
              hls.attachMedia({{Video}});
              void {{Video}}.play();
            })()
            """);
        await WaitAsync($"{Video}.currentTime > 0.3 || failures.length > 0");
        await CheckAsync();
    }

    private async Task SeekAsync(double seconds)
    {
        var time = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await Page.EvaluateAsync($"void ({Video}.currentTime = {time}, {Video}.play())");
        await WaitAsync($"!{Video}.seeking && {Video}.readyState >= 2 && {Video}.currentTime > {time} + 0.1");
    }

    private async Task CheckAsync()
    {
        Assert.Equal("", await Page.EvaluateAsync<string>("failures.join('; ')"));
        Assert.Empty(Errors);
    }
}
