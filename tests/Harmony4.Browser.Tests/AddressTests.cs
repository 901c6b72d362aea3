using Harmony4.TestKit;
using Microsoft.Playwright;

namespace Harmony4.Browser.Tests;

/// <summary>The address of the page: a container and a time.</summary>
public sealed class AddressTests : PageTestBase
{
    private const string Video = "document.getElementById('video')";

    [Fact]
    public async Task Address_WithContainerAndTime_OpensItThere()
    {
        foreach (var vector in new[] { "clip.mp4", "clip.webm", "speech.wav" })
        {
            await File.WriteAllBytesAsync(Path.Combine(Folder, vector), await ExportAsync(vector));
            await NewPageAsync(new());
            await Page.GotoAsync($"{PageAddress}#id={vector}&t=5.5");
            await WaitAsync($"Math.abs({Video}.currentTime - 5.5) < 0.01 && {Video}.readyState >= 2");
            await Assertions.Expect(Page.Locator("#timeline")).ToHaveAttributeAsync("aria-valuenow", "5.500");
            Assert.EndsWith($"#id={vector}&t=5.5", Page.Url, StringComparison.Ordinal);
        }

        Assert.Empty(Errors);
    }

    [Fact]
    public async Task Address_FollowsWhatIsShown_AndBackAndForwardDoToo()
    {
        await UploadAsync("media/clip.mp4", "one");
        await UploadAsync("media/clip.webm", "two");
        Assert.EndsWith("#id=two", Page.Url, StringComparison.Ordinal);
        await Page.FillAsync("#time", "3");
        await Page.ClickAsync("#goto button");
        await WaitAsync("location.hash === '#id=two&t=3'");
        await Page.GoBackAsync();
        await Assertions.Expect(Page.Locator("#shown-id")).ToHaveTextAsync("one");
        await Page.GoForwardAsync();
        await Assertions.Expect(Page.Locator("#shown-id")).ToHaveTextAsync("two");
        await WaitAsync($"Math.abs({Video}.currentTime - 3) < 0.01");
        await Page.GoBackAsync();
        await Page.GoBackAsync();
        await Assertions.Expect(Page.Locator("#welcome")).ToBeVisibleAsync();
        await Assertions.Expect(Page.Locator("#container")).ToBeHiddenAsync();
        Assert.Empty(Errors);
    }

    [Fact]
    public async Task CopyLink_OfATime_IsAnAddressThatOpensIt()
    {
        // What a browser lets nobody read without a focused window.
        await Page.AddInitScriptAsync("navigator.clipboard.writeText = text => { window.copied = text; return Promise.resolve(); };");
        await Page.ReloadAsync();
        await UploadAsync("media/clip.mp4", "clip");
        await Assertions.Expect(Page.Locator("#playing")).ToContainTextAsync("avc1");
        await Page.FillAsync("#time", "4.25");
        await Page.ClickAsync("#goto button");
        await WaitAsync($"Math.abs({Video}.currentTime - 4.25) < 0.01");
        await Page.ClickAsync("#copy-link");
        await Assertions.Expect(Page.Locator("#copied")).ToHaveTextAsync("copied");
        Assert.Equal($"{PageAddress}#id=clip&t=4.25", await Page.EvaluateAsync<string>("window.copied"));
    }

    [Theory]
    [InlineData("#id=<img src=x>")]
    [InlineData("#id=..%2F..&t=1")]
    [InlineData("#t=5")]
    public async Task Address_OfNoContainer_ShowsNone(string hash)
    {
        await Page.GotoAsync(PageAddress + hash);
        await Page.ReloadAsync();
        await Assertions.Expect(Page.Locator("#welcome")).ToBeVisibleAsync();
        Assert.Empty(Errors);
    }

    [Fact]
    public async Task Address_OfAContainerThatIsNotThere_SaysSo()
    {
        await Page.GotoAsync(PageAddress + "#id=none");
        await Assertions.Expect(Page.Locator("#verdict-word")).ToHaveTextAsync("not judged");
        await Assertions.Expect(Page.Locator("#status")).Not.ToBeEmptyAsync();
        Assert.Empty(Errors);
    }

    private static async Task<byte[]> ExportAsync(string vector)
    {
        using var output = new MemoryStream();
        await new MediaTransport().ExportAsync(new MemoryStream(Vectors.Read("media/" + vector)), output);
        return output.ToArray();
    }
}
