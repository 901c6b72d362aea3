using Harmony4.TestKit;
using Microsoft.Playwright;

namespace Harmony4.Browser.Tests;

/// <summary>The page on a host that asks for an API key.</summary>
public sealed class ProtectedHostTests : PageTestBase
{
    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["Harmony4__ApiKey"] = "open sesame" };

    [Fact]
    public async Task Page_AsksForTheKeyAndWorksWithIt()
    {
        await Assertions.Expect(Page.Locator("#authorize")).ToBeVisibleAsync();
        await Assertions.Expect(Page.Locator("#access-title")).ToContainTextAsync("API key");
        await Page.FillAsync("#key", "not this");
        await Page.ClickAsync("#authorize .primary");
        await Assertions.Expect(Page.Locator("#access-text")).ToContainTextAsync("not the one");
        await Page.FillAsync("#key", "open sesame");
        await Page.ClickAsync("#authorize .primary");
        await Assertions.Expect(Page.Locator("#authorize")).ToBeHiddenAsync();
        await UploadAsync("media/clip.webm", "clip");
        await Assertions.Expect(Page.Locator("#verdict")).ToHaveAttributeAsync("data-state", "unsigned");
        await Assertions.Expect(Page.Locator("#playing")).ToContainTextAsync("vp9");
    }

    [Fact]
    public async Task Key_IsAskedForOnce_AndWhatFailedIsRepeated()
    {
        await File.WriteAllBytesAsync(Path.Combine(Folder, "old"), Vectors.Read("h4mk-1.1/one-track.h4mk"));
        await Page.AddInitScriptAsync("window.asked = 0; const show = HTMLDialogElement.prototype.showModal; HTMLDialogElement.prototype.showModal = function () { window.asked++; show.call(this); };");

        // The list and the container are asked for at the same time.
        await Page.GotoAsync(PageAddress + "#id=old");
        await Page.ReloadAsync();
        await Page.FillAsync("#key", "open sesame");
        await Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(Page.Locator("#list-rows li:visible")).ToHaveCountAsync(1);
        await Assertions.Expect(Page.Locator("#verdict")).ToHaveAttributeAsync("data-state", "unsigned");
        Assert.Equal(1, await Page.EvaluateAsync<int>("window.asked"));
        await Page.ReloadAsync();
        await Assertions.Expect(Page.Locator("#verdict")).ToHaveAttributeAsync("data-state", "unsigned");
        Assert.Equal(0, await Page.EvaluateAsync<int>("window.asked"));
        Assert.Empty(Errors);
    }

    [Fact]
    public async Task Key_ThatIsNotGiven_LeavesThePageAndSaysWhy()
    {
        await Page.ClickAsync("#access-cancel");
        await Assertions.Expect(Page.Locator("#status")).ToContainTextAsync("asks who you are");
        Assert.Empty(Errors);
    }

    [Fact]
    public async Task Download_OfAHostWithAKey_BringsTheKey()
    {
        await LogInAsync();
        await UploadAsync("media/clip.webm", "clip");
        var download = await Page.RunAndWaitForDownloadAsync(() => Page.ClickAsync("#download"));
        Assert.Equal("clip", download.SuggestedFilename);
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(Folder, "clip")), await File.ReadAllBytesAsync(await download.PathAsync()));
    }

    [Fact]
    public async Task Delete_OnceItIsConfirmed_TakesTheFileThatWasListed()
    {
        await LogInAsync();
        await UploadAsync("media/clip.webm", "clip");
        await UploadAsync("media/clip.mp4", "other");
        var path = Path.Combine(Folder, "other");
        await Page.ClickAsync("#delete");
        await Assertions.Expect(Page.Locator("#confirm-title")).ToHaveTextAsync("Delete other?");
        await Page.ClickAsync("#confirm-cancel");
        Assert.True(File.Exists(path));

        // Another file has the id meanwhile.
        await Task.Delay(50);
        await File.WriteAllBytesAsync(path, await File.ReadAllBytesAsync(Path.Combine(Folder, "clip")));
        await Page.ClickAsync("#delete");
        await Page.ClickAsync("#confirm .danger");
        await Assertions.Expect(Page.Locator("#status")).ToContainTextAsync("replaced meanwhile");
        Assert.True(File.Exists(path));

        await Page.ClickAsync("#delete");
        await Page.ClickAsync("#confirm .danger");
        await Assertions.Expect(Page.Locator("#status")).ToHaveTextAsync("other is deleted");
        Assert.False(File.Exists(path));
        await Assertions.Expect(Page.Locator("#welcome")).ToBeVisibleAsync();
        await Assertions.Expect(Page.Locator("#list-rows li:visible")).ToHaveCountAsync(1);
        Assert.Empty(Errors);
    }

    private async Task LogInAsync()
    {
        await Page.FillAsync("#key", "open sesame");
        await Page.ClickAsync("#authorize .primary");
        await Assertions.Expect(Page.Locator("#list-empty")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Answers_WhatTheyAre_CarryThePolicyAndSayWhatIsAskedFor()
    {
        using var client = new HttpClient();
        using var refused = await client.GetAsync(new Uri(Address, "/containers"));
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("ApiKey", Assert.Single(refused.Headers.WwwAuthenticate).Scheme);
        client.DefaultRequestHeaders.Add("X-Api-Key", "open sesame");
        foreach (var path in new[] { "/", "/app.js", "/containers", "/containers/none", "/video/seek?id=.", "/nowhere", "/docs" })
        {
            using var response = await client.GetAsync(new Uri(Address, path));
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            Assert.True(response.Headers.CacheControl is { NoCache: true } or { NoStore: true } || path is "/nowhere" or "/docs", path);
            Assert.Contains("base-uri 'none'", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        }
    }
}
