using Harmony4.TestKit;
using Microsoft.Playwright;

namespace Harmony4.Browser.Tests;

/// <summary>The spectrogram when something is in its way.</summary>
public sealed class SpectrogramTests : PageTestBase
{
    [Theory]
    [InlineData("event: meta\ndata: {\"sample_rate\":24000}\n\nevent: token\ndata: {\"frame\":0,\"hz10\":5000,\"magnitude\":60000,\"phase\":0}\n\n", "the host broke off after 1 tokens")]
    [InlineData("event: meta\ndata: {\"sample_rate\":24000}\n\nevent: error\ndata: {\"status\":400,\"detail\":\"that is enough\"}\n\n", "that is enough")]
    public async Task Spectrogram_StreamThatBreaksOff_SaysSo(string events, string expected)
    {
        await Page.RouteAsync("**/audio/stream*", route => route.FulfillAsync(new() { ContentType = "text/event-stream", Body = events }));
        await DrawAsync();
        await Assertions.Expect(Page.Locator("#heard")).ToContainTextAsync(expected);
        await Assertions.Expect(Page.Locator("#stop")).ToBeDisabledAsync();
    }

    [Fact]
    public async Task Spectrogram_Stopped_EndsTheRequest()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Page.RouteAsync("**/audio/stream*", _ => Task.CompletedTask);
        Page.RequestFailed += (_, request) =>
        {
            if (request.Url.Contains("/audio/stream", StringComparison.Ordinal))
            {
                ended.TrySetResult();
            }
        };
        var asked = Page.WaitForRequestAsync("**/audio/stream*");
        await DrawAsync();
        await asked;
        await Page.ClickAsync("#stop");
        await ended.Task;
        await Assertions.Expect(Page.Locator("#heard")).ToHaveTextAsync("stopped");
        await Assertions.Expect(Page.Locator("#stop")).ToBeDisabledAsync();
        Assert.Empty(Errors);
    }

    [Fact]
    public async Task Spectrogram_WhatIsNoSound_SaysSo()
    {
        await Page.SetInputFilesAsync("#audio", new FilePayload { Name = "no.wav", MimeType = "audio/wav", Buffer = [.. "RIFF____WAVEfmt "u8, 0, 0] });
        await Page.ClickAsync("#draw");
        await Assertions.Expect(Page.Locator("#heard")).ToContainTextAsync("no sound in it");
    }

    [Fact]
    public async Task Spectrogram_OfAToneInTheContainerAtHand_ReadsItsFrequencyAndLevel()
    {
        // A sine of 3 kHz at half of full scale is at -6 dB.
        await UploadAsync(Tone(3000, 0.5), "tone.wav");
        await Page.ClickAsync("#draw");
        await Assertions.Expect(Page.Locator("#heard")).ToContainTextAsync("tone.wav: ");
        await Assertions.Expect(Page.Locator("#plot-hertz")).ToContainTextAsync("2 kHz");
        await Assertions.Expect(Page.Locator("#plot-time")).ToContainTextAsync("1.0 s");
        var canvas = Page.Locator("#spectrogram");
        await canvas.FocusAsync();
        await Page.Keyboard.PressAsync("PageUp");
        await Page.Keyboard.PressAsync("Shift+ArrowRight");
        var reading = Page.Locator("#reading");
        await Assertions.Expect(reading).ToHaveAttributeAsync("aria-live", "polite");
        await Assertions.Expect(reading).ToHaveTextAsync("0.23 s, 3023 Hz, -6.0 dB");
        await Page.Keyboard.PressAsync("End");
        await Assertions.Expect(reading).ToContainTextAsync("1.9");
        await Page.Keyboard.PressAsync("ArrowUp");
        await Page.Keyboard.PressAsync("ArrowUp");
        await Page.Keyboard.PressAsync("PageUp");
        await Assertions.Expect(reading).Not.ToContainTextAsync("-6.0 dB");

        // The pointer reads as the keys do.
        var box = (await canvas.BoundingBoxAsync())!;
        await Page.Mouse.MoveAsync(box.X + (box.Width / 2), box.Y + (box.Height * 0.7479f));
        await Assertions.Expect(reading).ToContainTextAsync("3023 Hz");
        await Assertions.Expect(Page.Locator(".levels")).ToContainTextAsync("-90 dB");
        Assert.Empty(Errors);
    }

    private static byte[] Tone(double hertz, double amplitude)
    {
        const int Rate = 24_000;
        const int Count = 2 * Rate;
        using var output = new MemoryStream();
        using var writer = new BinaryWriter(output);
        writer.Write("RIFF"u8);
        writer.Write(36 + (2 * Count));
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write((short)1);
        writer.Write((short)1);
        writer.Write(Rate);
        writer.Write(2 * Rate);
        writer.Write((short)2);
        writer.Write((short)16);
        writer.Write("data"u8);
        writer.Write(2 * Count);
        for (var i = 0; i < Count; i++)
        {
            writer.Write((short)Math.Round(32767 * amplitude * Math.Sin(2 * Math.PI * hertz * i / Rate)));
        }

        return output.ToArray();
    }

    private async Task DrawAsync()
    {
        await Page.SetInputFilesAsync("#audio", Vectors.PathOf("media/speech.wav"));
        await Page.ClickAsync("#draw");
    }
}
