using Harmony4.TestKit;
using Microsoft.Playwright;

namespace Harmony4.Browser.Tests;

/// <summary>The page where it is not at the root of its host.</summary>
public sealed class PrefixTests : PageTestBase
{
    [Fact]
    public async Task Page_BehindAProxyThatTakesAPrefixOff_AsksUnderThePrefix()
    {
        var prefix = PageAddress + "under/a/prefix/";
        await Page.RouteAsync(prefix + "**", async route =>
        {
            var response = await route.FetchAsync(new() { Url = route.Request.Url.Replace(prefix, PageAddress.ToString(), StringComparison.Ordinal) });
            await route.FulfillAsync(new() { Response = response });
        });
        var elsewhere = new List<string>();
        Page.Request += (_, request) =>
        {
            if (request.Url.StartsWith("http", StringComparison.Ordinal) && !request.Url.StartsWith(prefix, StringComparison.Ordinal))
            {
                elsewhere.Add(request.Url);
            }
        };
        await using (var media = File.OpenRead(Vectors.PathOf("media/clip.webm")))
        await using (var output = File.Create(Path.Combine(Folder, "clip")))
        {
            await new MediaTransport().ExportAsync(media, output);
        }

        await Page.GotoAsync(prefix);
        await OpenAsync("clip");
        await Assertions.Expect(Page.Locator("#verdict")).ToHaveAttributeAsync("data-state", "unsigned");
        await Assertions.Expect(Page.Locator("#playing")).ToContainTextAsync("vp9");
        Assert.Equal(new Uri(new Uri(prefix), "docs").ToString(), await Page.EvaluateAsync<string>("document.querySelector('nav a').href"));
        Assert.Empty(elsewhere);
    }
}
