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
        await ChooseAsync(("clip", "media/clip.mp4"));
        var asking = Page.Locator("#queue-list li[data-state=asking]");
        await Assertions.Expect(asking).ToContainTextAsync("there is a container clip already");
        Assert.Equal(before, await File.ReadAllBytesAsync(path));
        await asking.GetByText("Replace").ClickAsync();
        await Assertions.Expect(Page.Locator("#playing")).ToContainTextAsync("avc1");
        Assert.NotEqual(before, await File.ReadAllBytesAsync(path));
        Assert.Empty(Errors);
    }

    [Fact]
    public async Task Upload_UnderAnIdThatIsTaken_CanTakeAnother()
    {
        await UploadAsync("media/clip.webm", "clip.webm");
        await ChooseAsync(("clip.webm", "media/clip.mp4"));
        var input = Page.Locator("#queue-list input");
        await Assertions.Expect(input).ToHaveValueAsync("clip-2.webm");
        await input.FillAsync(".no id");
        await input.PressAsync("Enter");
        await Assertions.Expect(input).ToBeVisibleAsync();
        await input.FillAsync("other");
        await input.PressAsync("Enter");
        await Assertions.Expect(Page.Locator("#shown-id")).ToHaveTextAsync("other");
        Assert.True(File.Exists(Path.Combine(Folder, "other")));
        Assert.Empty(Errors);
    }

    [Fact]
    public async Task Upload_ManyFiles_EachHasItsRowAndItsId()
    {
        await ChooseAsync(("a b.webm", "media/clip.webm"), (".hidden.wav", "media/speech.wav"), ("\u00E9t\u00E9.mp4", "media/clip.mp4"), ("none.mp4", null));
        await Assertions.Expect(Page.Locator("#queue-text")).ToContainTextAsync("3 of 4 files stored, 1 failed");
        await Assertions.Expect(Page.Locator("#queue-list li")).ToHaveCountAsync(4);
        await Assertions.Expect(Page.Locator("#list-rows li:visible .name")).ToHaveTextAsync(["-t-.mp4", "a-b.webm", "hidden.wav"], new() { UseInnerText = true });

        // Nobody asked for one of them to be shown.
        await Assertions.Expect(Page.Locator("#container")).ToBeHiddenAsync();
        await Page.ClickAsync("#queue-clear");
        await Assertions.Expect(Page.Locator("#queue")).ToBeHiddenAsync();
        Assert.Empty(Errors);
    }

    [Fact]
    public async Task Upload_Cancelled_IsNotStored()
    {
        await Page.RouteAsync("**/video/export*", _ => Task.CompletedTask);
        await ChooseAsync(("clip.mp4", "media/clip.mp4"));
        var cancel = Page.GetByLabel("Cancel clip.mp4");
        await Assertions.Expect(Page.Locator("#queue-list progress")).ToBeVisibleAsync();
        await cancel.ClickAsync();
        await Assertions.Expect(Page.Locator("#queue-list li[data-state=cancelled]")).ToHaveCountAsync(1);
        await Assertions.Expect(Page.Locator("#list-rows li:visible")).ToHaveCountAsync(0);
        Assert.Empty(Errors);
    }

    [Fact]
    public async Task Upload_OfFilesThatAreDropped_IsAsOfThoseThatAreChosen()
    {
        await Page.EvaluateAsync(
            """
            text => {
              const data = new DataTransfer();
              data.items.add(new File([Uint8Array.from(atob(text), c => c.charCodeAt(0))], 'dropped.webm'));
              for (const name of ['dragenter', 'dragover', 'drop']) {
                document.body.dispatchEvent(new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true }));
                if (name === 'dragenter') {
                  window.veiled = !document.getElementById('dropping').hidden;
                }
              }
            }
            """,
            Convert.ToBase64String(Vectors.Read("media/clip.webm")));
        Assert.True(await Page.EvaluateAsync<bool>("window.veiled"));
        await Assertions.Expect(Page.Locator("#dropping")).ToBeHiddenAsync();
        await Assertions.Expect(Page.Locator("#shown-id")).ToHaveTextAsync("dropped.webm");
        Assert.Empty(Errors);
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

    private Task ChooseAsync(params (string Name, string? Vector)[] files) => Page.SetInputFilesAsync(
        "#file",
        files.Select(f => new FilePayload { Name = f.Name, MimeType = "video/mp4", Buffer = f.Vector is null ? [] : Vectors.Read(f.Vector) }));
}
