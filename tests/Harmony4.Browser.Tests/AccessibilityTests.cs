using System.Text;
using System.Text.Json;
using Harmony4.TestKit;
using Microsoft.Playwright;

namespace Harmony4.Browser.Tests;

/// <summary>What axe-core finds wrong on the page: nothing, light and dark, on a desk and on a phone, empty, with media and with a question open.</summary>
public sealed class AccessibilityTests : PageTestBase
{
    private static readonly ViewportSize Desk = new() { Width = 1280, Height = 900 };
    private static readonly ViewportSize Phone = new() { Width = 390, Height = 844 };

    public static TheoryData<ColorScheme, bool> Looks => new() { { ColorScheme.Light, false }, { ColorScheme.Light, true }, { ColorScheme.Dark, false }, { ColorScheme.Dark, true } };

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Page_EmptyAndLoaded_HasNoViolation(ColorScheme scheme, bool isPhone)
    {
        var name = $"{scheme.ToString().ToLowerInvariant()}-{(isPhone ? "phone" : "desk")}";
        await NewPageAsync(new() { ViewportSize = isPhone ? Phone : Desk, ColorScheme = scheme });
        await Assertions.Expect(Page.Locator("#list-empty")).ToBeVisibleAsync();
        await CheckAsync("empty-" + name);

        await UploadAsync("media/clip.webm", "clip");
        await Assertions.Expect(Page.Locator("#verdict")).ToHaveAttributeAsync("data-state", "unsigned");
        await Page.ClickAsync("#draw");
        await Assertions.Expect(Page.Locator("#heard")).ToContainTextAsync("s of sound in");
        await Page.EvaluateAsync("document.querySelectorAll('details').forEach(d => { d.open = true; })");
        await CheckAsync("loaded-" + name);

        // Media that does not play, a damaged file, a name that is taken.
        await UploadAsync("media/clip.ts", "other");
        await Assertions.Expect(Page.Locator("#unplayable")).ToBeVisibleAsync();
        var bytes = await File.ReadAllBytesAsync(Path.Combine(Folder, "other"));
        bytes[3000] ^= 1;
        await File.WriteAllBytesAsync(Path.Combine(Folder, "other"), bytes);
        await Page.ClickAsync("#verify");
        await Assertions.Expect(Page.Locator("#verdict")).ToHaveAttributeAsync("data-state", "invalid");
        await Page.SetInputFilesAsync("#file", new FilePayload { Name = "clip", MimeType = "video/mp4", Buffer = Vectors.Read("media/clip.mp4") });
        await Assertions.Expect(Page.Locator("#queue-list li[data-state=asking]")).ToHaveCountAsync(1);
        await CheckAsync("invalid-" + name);

        await Page.ClickAsync("#delete");
        await Assertions.Expect(Page.Locator("#confirm")).ToBeVisibleAsync();
        await CheckAsync("dialog-" + name);
        Assert.Empty(Errors);
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Docs_EveryLook_HasNoViolation(ColorScheme scheme, bool isPhone)
    {
        await NewPageAsync(new() { ViewportSize = isPhone ? Phone : Desk, ColorScheme = scheme });
        await Page.GotoAsync(new Uri(Address, "/docs").ToString());
        await Assertions.Expect(Page.GetByRole(AriaRole.Heading, new() { Name = "Harmony4", Level = 1 })).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await Assertions.Expect(Page.Locator("[href*='/video/seek'], [id*='/video/seek']").First).ToBeAttachedAsync(new() { Timeout = 30_000 });
        await CheckAsync($"docs-{scheme}-{isPhone}", full: false);
    }

    private async Task CheckAsync(string name, bool full = true)
    {
        await ShotAsync(name, full);
        Assert.True(await Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), $"{name}: wider than the screen");
        await Page.EvaluateAsync(Encoding.UTF8.GetString(await NpmScript.Axe.ReadAsync()) + ";0");
        var found = await Page.EvaluateAsync<JsonElement>("axe.run().then(r => JSON.stringify(r.violations.map(v => `${v.id}: ${v.nodes.map(n => n.target.join(' ') + ' ' + n.failureSummary).slice(0, 4).join('; ')}`)))");
        Assert.True(found.GetString() == "[]", $"{name}: {found}");
    }
}
