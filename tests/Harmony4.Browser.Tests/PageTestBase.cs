using Harmony4.TestKit;
using Microsoft.Playwright;

namespace Harmony4.Browser.Tests;

/// <summary>
/// A page of the reference host in a real Chromium, which may load nothing from elsewhere. Screenshots go to the folder that
/// <c>HARMONY4_SCREENSHOTS</c> names, if it does.
/// </summary>
public abstract class PageTestBase : IAsyncLifetime
{
    private static readonly string Chromium = Environment.GetEnvironmentVariable("HARMONY4_CHROMIUM") ?? "/usr/bin/chromium";

    private readonly List<string> _foreign = [];
    private readonly List<string> _errors = [];
    private ServerProcess? _server;
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private IPage? _page;

    protected IPage Page => _page!;

    /// <summary>What scripts of the page threw and nobody caught.</summary>
    protected IReadOnlyList<string> Errors => _errors;

    /// <summary>The host's folder of containers.</summary>
    protected string Folder => _server!.Folder;

    protected Uri Address => _server!.Address;

    /// <summary>Gets where the browser finds the page.</summary>
    protected virtual Uri PageAddress => new UriBuilder(_server!.Address) { Host = HostName }.Uri;

    /// <summary>Gets what the host is told besides, by environment.</summary>
    protected virtual IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>();

    /// <summary>Gets the name that the browser knows the host by.</summary>
    protected virtual string HostName => "127.0.0.1";

    public async Task InitializeAsync()
    {
        // Long enough for a machine that does other things besides.
        Assertions.SetDefaultExpectTimeout(20_000);
        _server = await ServerProcess.StartAsync(Settings);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", $"--host-resolver-rules=MAP {HostName} 127.0.0.1"],
        });
        await NewPageAsync(new() { ViewportSize = new() { Width = 1280, Height = 1500 } });
    }

    public async Task DisposeAsync()
    {
        await _browser!.DisposeAsync();
        _playwright!.Dispose();
        await _server!.DisposeAsync();
        Assert.Empty(_foreign);
    }

    protected async Task NewPageAsync(BrowserNewContextOptions options)
    {
        var context = await _browser!.NewContextAsync(options);
        _page = await context.NewPageAsync();
        _page.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { Scheme: "http" or "https" } address && address.Authority != PageAddress.Authority)
            {
                _foreign.Add(request.Url);
            }
        };
        _page.PageError += (_, error) => _errors.Add(error);
        await _page.GotoAsync(PageAddress.ToString());
    }

    protected async Task UploadAsync(string vector, string id)
    {
        await UploadAsync(Vectors.Read(vector), id);
    }

    /// <summary>Chooses a file whose name is the id, which uploads it, and waits until it is stored and shown.</summary>
    protected async Task UploadAsync(byte[] media, string id)
    {
        await Page.SetInputFilesAsync("#file", new FilePayload { Name = id, MimeType = "video/mp4", Buffer = media });
        await Assertions.Expect(Page.Locator("#status")).ToContainTextAsync($"stored as {id}");
        await Assertions.Expect(Page.Locator("#shown-id")).ToHaveTextAsync(id);
    }

    /// <summary>Opens a container by its row in the library.</summary>
    protected async Task OpenAsync(string id)
    {
        await Page.ClickAsync($"#list-rows a.open[href='#id={id}']");
        await Assertions.Expect(Page.Locator("#shown-id")).ToHaveTextAsync(id);
    }

    // Playwright's own wait evaluates text inside the page, which the page's policy forbids.
    protected async Task WaitAsync(string condition)
    {
        for (var i = 0; !await Page.EvaluateAsync<bool>(condition); i++)
        {
            Assert.True(i < 200, $"never: {condition}");
            await Task.Delay(100);
        }
    }

    protected async Task ShotAsync(string name, bool full = false)
    {
        if (Environment.GetEnvironmentVariable("HARMONY4_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await Page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png"), FullPage = full });
        }
    }
}
