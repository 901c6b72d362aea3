using System.Buffers.Binary;
using Harmony4.Format;
using Harmony4.TestKit;
using Microsoft.Playwright;

namespace Harmony4.Browser.Tests;

/// <summary>Playing a 1.1 container: nothing reaches the browser's decoder that is not under the root.</summary>
public sealed class ProvenPlayTests : PageTestBase
{
    private const string Video = "document.getElementById('video')";

    // All that is handed to the decoder, as it is handed over.
    private const string Recorder =
        """
        window.appended = [];
        const append = SourceBuffer.prototype.appendBuffer;
        SourceBuffer.prototype.appendBuffer = function (bytes) {
          window.appended.push(new Uint8Array(bytes).slice());
          return append.call(this, bytes);
        };
        """;

    private readonly byte[] _media = LongClip.Repeat(Vectors.Read("media/clip.mp4"), 12, 10.01);
    private readonly List<string> _asked = [];

    [Fact]
    public async Task Player_ContainerOf11_GetsProvenBlocksByRangesOfTheFile()
    {
        var path = await ExportAsync("clip");
        await ShowAsync("clip");
        await Assertions.Expect(Page.Locator("#playing")).ToContainTextAsync("avc1");
        await Page.EvaluateAsync($"void {Video}.play()");
        await WaitAsync($"{Video}.currentTime > 0.3");
        await Page.EvaluateAsync($"{Video}.pause()");
        await SeekAsync("100");
        await SeekAsync("31.5");
        await using var container = await H4mkContainer.OpenAsync(path);
        await Assertions.Expect(Page.Locator("#proven")).ToContainTextAsync($"blocks proven against root {container.Identity.ToString()![..16]}");
        await Assertions.Expect(Page.Locator("#facts")).ToContainTextAsync(container.Identity.ToString()!);
        await Assertions.Expect(Page.Locator("#verdict")).ToHaveAttributeAsync("data-state", "unsigned");
        await Assertions.Expect(Page.Locator("#verdict")).ToContainTextAsync(container.Identity.ToString()!);
        await Assertions.Expect(Page.Locator("#tracks tr")).ToHaveCountAsync(1);
        var appended = await AppendedAsync();
        Assert.All(appended, piece => Assert.True(_media.AsSpan().IndexOf(piece) >= 0));
        Assert.NotEmpty(appended);
        Assert.DoesNotContain(_asked, a => a.Contains("video/range", StringComparison.Ordinal) || a.Contains("video/seek", StringComparison.Ordinal));
        await ShotAsync("proven", full: true);
        Assert.Empty(Errors);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Player_OneStoredByteChanged_NamesTheBlockAndDoesNotPlayIt(bool mendCrc)
    {
        var path = await ExportAsync("clip");
        const int Ordinal = 9;
        BlockLocation location;
        await using (var container = await H4mkContainer.OpenAsync(path))
        {
            location = await container.GetBlockAsync(0, Ordinal);
        }

        var offset = location.FileOffset;
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[offset + 100] ^= 1;
        var block = bytes.AsSpan((int)offset, (int)location.Length).ToArray();
        if (mendCrc)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan((int)offset - 4), System.IO.Hashing.Crc32.HashToUInt32(block));
        }

        await File.WriteAllBytesAsync(path, bytes);
        await ShowAsync("clip");
        await Assertions.Expect(Page.Locator("#playing")).ToContainTextAsync($"not played: block {Ordinal} of track 0 (CORE at offset {offset - 12})");
        await Assertions.Expect(Page.Locator("#verdict")).ToHaveAttributeAsync("data-state", "invalid");
        await Assertions.Expect(Page.Locator("#findings li")).ToHaveCountAsync(1);
        await Assertions.Expect(Page.Locator("#findings")).ToContainTextAsync($"(CORE at offset {offset - 12})");
        await Assertions.Expect(Page.Locator("#findings code")).ToHaveTextAsync(mendCrc ? "block" : "crc");

        // What comes before it plays, and so does what comes after.
        await SeekAsync("3");
        await SeekAsync("60");
        var appended = await AppendedAsync();
        Assert.All(appended, piece => Assert.True(_media.AsSpan().IndexOf(piece) >= 0));
        Assert.DoesNotContain(appended, piece => piece.AsSpan().IndexOf(block) >= 0);
        await ShotAsync("not-played", full: true);
        Assert.Empty(Errors);
    }

    [Fact]
    public async Task Page_OnAPhone_ShowsRootAndTracks()
    {
        await ExportAsync("clip");
        await NewPageAsync(new() { ViewportSize = new() { Width = 360, Height = 760 }, ColorScheme = ColorScheme.Light });
        await OpenAsync("clip");
        await Assertions.Expect(Page.Locator("#verdict")).ToHaveAttributeAsync("data-state", "unsigned");
        await Assertions.Expect(Page.Locator("#tracks")).ToContainTextAsync("played here");
        Assert.True(await Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"));
        await ShotAsync("phone-light", full: true);
    }

    private async Task<string> ExportAsync(string id)
    {
        var path = Path.Combine(Folder, id);
        await using var output = File.Create(path);
        await new MediaTransport().ExportAsync(new MemoryStream(_media), output);
        return path;
    }

    private async Task ShowAsync(string id)
    {
        Page.Request += (_, request) => _asked.Add(request.Url);
        await Page.AddInitScriptAsync(Recorder);
        await Page.ReloadAsync();
        await OpenAsync(id);
    }

    private async Task SeekAsync(string seconds)
    {
        await Page.FillAsync("#time", seconds);
        await Page.ClickAsync("#goto button");
        await WaitAsync($"!{Video}.seeking && {Video}.readyState >= 2 && Math.abs({Video}.currentTime - {seconds}) < 0.01");
    }

    private async Task<List<byte[]>> AppendedAsync()
    {
        var texts = await Page.EvaluateAsync<string[]>(
            """
            () => Promise.all(window.appended.map(bytes => new Promise(resolve => {
              const reader = new FileReader();
              reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(',') + 1));
              reader.readAsDataURL(new Blob([bytes]));
            })))
            """);
        return texts.Select(Convert.FromBase64String).ToList();
    }
}
