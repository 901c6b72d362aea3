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
        await Page.ClickAsync("#listen button");
        await Assertions.Expect(Page.Locator("#heard")).ToContainTextAsync("no sound in it");
    }

    private async Task DrawAsync()
    {
        await Page.SetInputFilesAsync("#audio", Vectors.PathOf("media/speech.wav"));
        await Page.ClickAsync("#listen button");
    }
}
