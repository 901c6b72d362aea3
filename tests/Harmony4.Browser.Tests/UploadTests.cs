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

    [Theory]
    [InlineData("cross-site", System.Net.HttpStatusCode.Forbidden)]
    [InlineData("same-site", System.Net.HttpStatusCode.Forbidden)]
    [InlineData("same-origin", System.Net.HttpStatusCode.Created)]
    [InlineData(null, System.Net.HttpStatusCode.Created)]
    public async Task Upload_FromAPageOfAnotherOrigin_IsRefused(string? site, System.Net.HttpStatusCode expected)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, "/video/export?id=posted")) { Content = new StringContent("anything") };
        if (site is not null)
        {
            request.Headers.Add("Sec-Fetch-Site", site);
        }

        using var response = await client.SendAsync(request);
        Assert.Equal(expected, response.StatusCode);
        Assert.Equal(expected == System.Net.HttpStatusCode.Created, File.Exists(Path.Combine(Folder, "posted")));
    }
}
