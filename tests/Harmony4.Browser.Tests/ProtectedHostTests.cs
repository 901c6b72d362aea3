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
        await Assertions.Expect(Page.Locator("#status")).ToContainTextAsync("asks who you are");
        await Page.FillAsync("#key", "not this");
        await Page.ClickAsync("#authorize button");
        await Assertions.Expect(Page.Locator("#status")).ToContainTextAsync("asks who you are");
        await Page.FillAsync("#key", "open sesame");
        await Page.ClickAsync("#authorize button");
        await Assertions.Expect(Page.Locator("#authorize")).ToBeHiddenAsync();
        await UploadAsync("media/clip.webm", "clip");
        await Assertions.Expect(Page.Locator("#verdict")).ToHaveAttributeAsync("data-state", "verified");
        await Assertions.Expect(Page.Locator("#playing")).ToContainTextAsync("vp9");
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
