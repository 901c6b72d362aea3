using System.Globalization;
using System.Text.Json;
using System.Web;
using Microsoft.Playwright;

namespace Harmony4.Browser.Tests;

/// <summary>The library of the page, with very many containers too: what it asks for, and how much of it are elements.</summary>
public sealed class LibraryTests : PageTestBase
{
    private const int Many = 100_000;

    private readonly List<string> _asked = [];

    [Fact]
    public async Task Library_HundredThousandContainers_AreListedAsTheReaderScrolls()
    {
        await ServeManyAsync();
        var rows = Page.Locator("#list-rows > li");
        await Assertions.Expect(Page.Locator("#list-text")).ToHaveTextAsync("1,000 listed, more as you scroll");
        Assert.Single(_asked);
        Assert.InRange(await rows.CountAsync(), 5, 60);
        await Assertions.Expect(rows.First).ToContainTextAsync("clip-000000");
        await Assertions.Expect(rows.First).ToContainTextAsync("1 KiB · 0:01 · v1.1");

        // To the end, page by page.
        for (var i = 0; i < Many / 1000; i++)
        {
            await Page.EvaluateAsync("(() => { const list = document.getElementById('list'); list.scrollTop = list.scrollHeight; })()");
            await WaitAsync($"!document.getElementById('list-text').textContent.startsWith('{((i + 1) * 1000).ToString("N0", CultureInfo.InvariantCulture)} listed')");
        }

        await Assertions.Expect(Page.Locator("#list-text")).ToHaveTextAsync("100,000 containers");
        await Page.EvaluateAsync("(() => { const list = document.getElementById('list'); list.scrollTop = list.scrollHeight; })()");
        await Assertions.Expect(Page.Locator("#list-rows a.open[href='#id=clip-099999']")).ToBeInViewportAsync();
        Assert.Equal((Many / 1000) + 1, _asked.Count);
        Assert.InRange(await rows.CountAsync(), 5, 60);

        // In the middle, and by keys.
        await Page.EvaluateAsync("(() => { const list = document.getElementById('list'); list.scrollTop = list.scrollHeight / 2; })()");
        await Assertions.Expect(Page.Locator("#list-rows a.open[href='#id=clip-050000']")).ToBeInViewportAsync();
        await Page.FocusAsync("#list-rows a.open[href='#id=clip-050000']");
        await Page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(Page.Locator("#list-rows a.open[href='#id=clip-050001']")).ToBeFocusedAsync();
        await Page.Keyboard.PressAsync("Home");
        await Assertions.Expect(Page.Locator("#list-rows a.open[href='#id=clip-000000']")).ToBeFocusedAsync();
        Assert.Equal(1, await Page.EvaluateAsync<int>("document.querySelectorAll('#list-rows a.open[tabindex=\"0\"]').length"));
        await ShotAsync("library-many");
        Assert.Empty(Errors);
    }

    [Fact]
    public async Task Search_WhileTheOneBeforeIsAnswered_TakesItsPlace()
    {
        await ServeManyAsync();
        await Assertions.Expect(Page.Locator("#list-text")).ToContainTextAsync("1,000 listed");
        var aborted = 0;
        Page.RequestFailed += (_, request) => aborted += request.Url.Contains("q=slow", StringComparison.Ordinal) ? 1 : 0;
        await Page.FillAsync("#search", "slow");
        await WaitForAsync(() => _asked.Any(a => a.Contains("q=slow", StringComparison.Ordinal)));
        await Page.Locator("#search").ClearAsync();
        await Page.Locator("#search").PressSequentiallyAsync("0999", new() { Delay = 10 });
        await Assertions.Expect(Page.Locator("#list-text")).ToHaveTextAsync("120 containers");
        await Assertions.Expect(Page.Locator("#list-rows .name").First).ToHaveTextAsync("clip-000999");
        await WaitForAsync(() => aborted == 1);

        // One request for what was typed, not one for each letter.
        Assert.Single(_asked, a => a.Contains("q=0", StringComparison.Ordinal));
        await Page.FillAsync("#search", "nothing of the kind");
        await Assertions.Expect(Page.Locator("#list-empty")).ToContainTextAsync("No id contains");
        Assert.Empty(Errors);
    }

    [Fact]
    public async Task Row_OfARecordingAndOfWhatWasJudged_SaysSo()
    {
        await UploadAsync("media/clip.webm", "clip");
        await Assertions.Expect(Page.Locator("#list-rows .badge:visible")).ToHaveTextAsync("unsigned");
        await Assertions.Expect(Page.Locator("#list-rows .facts").First).ToHaveTextAsync("243 KiB · 0:08 · v1.1");
        Assert.Equal(new Uri(Address, "/containers/clip").ToString(), await Page.EvaluateAsync<string>("document.querySelector('#list-rows a.download').href"));

        // Another file of that id was not judged.
        await Page.RouteAsync("**/containers?*", route => route.FulfillAsync(new()
        {
            Json = new[] { new { id = "clip", size = 10, etag = "\"other\"", duration_us = (long?)null, version = (string?)null, live = false }, new { id = "rec", size = 10, etag = "W/\"1\"", duration_us = (long?)1_000_000, version = (string?)"1.1", live = true } },
        }));
        await Page.FillAsync("#search", "c");
        await Assertions.Expect(Page.Locator("#list-rows .badge:visible")).ToHaveTextAsync("live");
        await Assertions.Expect(Page.Locator("#list-rows .facts").First).ToContainTextAsync("no end of a container");
        Assert.Empty(Errors);
    }

    [Fact]
    public async Task Delete_OnAHostThatDeletesNothing_IsNotOfferedAgain()
    {
        await UploadAsync("media/clip.webm", "clip");
        await Page.ClickAsync("#list-rows button.remove");
        await Page.ClickAsync("#confirm .danger");
        await Assertions.Expect(Page.Locator("#status")).ToContainTextAsync("deletes nothing");
        await Assertions.Expect(Page.Locator("#delete")).ToBeHiddenAsync();
        await Assertions.Expect(Page.Locator("#list-rows button.remove:visible")).ToHaveCountAsync(0);
        Assert.True(File.Exists(Path.Combine(Folder, "clip")));
        Assert.Empty(Errors);
    }

    private static async Task WaitForAsync(Func<bool> condition)
    {
        for (var i = 0; !condition(); i++)
        {
            Assert.True(i < 200);
            await Task.Delay(100);
        }
    }

    // As GET /containers of a host with that many.
    private async Task ServeManyAsync()
    {
        await Page.RouteAsync("**/containers?*", async route =>
        {
            var query = HttpUtility.ParseQueryString(new Uri(route.Request.Url).Query);
            lock (_asked)
            {
                _asked.Add(route.Request.Url);
            }

            if (query["q"] == "slow")
            {
                return;
            }

            var first = query["after"] is { } after ? int.Parse(after["clip-".Length..], CultureInfo.InvariantCulture) + 1 : 0;
            var found = Enumerable.Range(first, Many - first).Select(i => $"clip-{i:D6}").Where(id => id.Contains(query["q"] ?? "", StringComparison.Ordinal));
            var entries = found.Take(int.Parse(query["limit"]!, CultureInfo.InvariantCulture)).Select(id => new { id, size = 1024, etag = "\"tag\"", duration_us = 1_000_000, version = "1.1" });
            await route.FulfillAsync(new() { ContentType = "application/json", Body = JsonSerializer.Serialize(entries) });
        });
        await Page.ReloadAsync();
    }
}
