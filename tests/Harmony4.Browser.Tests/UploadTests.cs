using Harmony4.TestKit;
using Microsoft.Playwright;

namespace Harmony4.Browser.Tests;

/// <summary>Uploads through the page.</summary>
public sealed class UploadTests : PageTestBase
{
    [Fact]
    public async Task Upload_UnderAnIdThatIsTaken_ReplacesOnlyWhenTold()
    {
        await UploadAsync("media/clip.webm", "clip");
        var path = Path.Combine(Folder, "clip");
        var before = await File.ReadAllBytesAsync(path);
        await Page.SetInputFilesAsync("#file", Vectors.PathOf("media/clip.mp4"));
        await Page.FillAsync("#id", "clip");
        await Page.ClickAsync("#upload button");
        await Assertions.Expect(Page.Locator("#status")).ToContainTextAsync("already");
        Assert.Equal(before, await File.ReadAllBytesAsync(path));
        await Page.CheckAsync("#replace");
        await UploadAsync("media/clip.mp4", "clip");
        Assert.NotEqual(before, await File.ReadAllBytesAsync(path));
        await Assertions.Expect(Page.Locator("#replace")).Not.ToBeCheckedAsync();
        await Assertions.Expect(Page.Locator("#playing")).ToContainTextAsync("avc1");
    }

    [Fact]
    public async Task Upload_AnotherFile_ProposesAnotherId()
    {
        var id = Page.Locator("#id");
        await ChooseAsync("clip.webm");
        await Assertions.Expect(id).ToHaveValueAsync("clip.webm");
        await ChooseAsync("clip.mp4");
        await Assertions.Expect(id).ToHaveValueAsync("clip.mp4");
        await id.FillAsync("mine");
        await ChooseAsync("clip.ivf");
        await Assertions.Expect(id).ToHaveValueAsync("mine");

        Task ChooseAsync(string name) => Page.SetInputFilesAsync("#file", Vectors.PathOf("media/" + name));
    }
}
