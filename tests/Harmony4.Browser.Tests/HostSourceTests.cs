using System.Globalization;
using Harmony4.TestKit;
using Microsoft.Playwright;

namespace Harmony4.Browser.Tests;

/// <summary>Reading a container over hosts that answer ranges in other ways than they should.</summary>
public sealed class HostSourceTests : PageTestBase
{
    private static readonly byte[] File = Vectors.Read("h4mk-1.1/h10.h4mk");

    private int _requests;

    [Fact]
    public async Task Source_OrdinaryHost_OpensInOneRequest()
    {
        await ServeAsync((from, to) => Part(from, to, "\"one\""));
        Assert.Equal("2b01e68a02132dd2 1", await OpenAsync() + " " + _requests);
        Assert.Equal("unsigned", await VerifyAsync());
    }

    [Fact]
    public async Task Source_HostWithoutRanges_IsReadWhole()
    {
        await ServeAsync((_, _) => new() { Status = 200, BodyBytes = File });
        Assert.Equal("2b01e68a02132dd2", await OpenAsync());
        Assert.Equal("unsigned", await VerifyAsync());
    }

    [Fact]
    public async Task Source_HostThatAnswersTheFrontOfTheFile_IsRefused()
    {
        await ServeAsync((_, _) => Part(0, (256 * 1024) - 1, "\"one\""));
        Assert.Contains("another part of the file than its end", await OpenAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Source_HostThatAnswersAnotherRange_IsRefused()
    {
        await ServeAsync((from, to) => _requests == 1 ? Part(from, to, "\"one\"") : Part(0, to - from, "\"one\""));
        Assert.Contains("than that which was asked for", await BlockAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Source_HostThatAnswersLess_IsRefused()
    {
        await ServeAsync((from, to) => _requests == 1 ? Part(from, to, "\"one\"") : Part(from, to, "\"one\"", lack: 1));
        Assert.Contains("broke off", await BlockAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"one\"", "\"two\"", "the file changed")]
    [InlineData("\"one\"", null, "the file changed")]
    [InlineData("W/\"one\"", "W/\"two\"", "32")]
    [InlineData(null, null, "32")]
    public async Task Source_FileThatBecomesAnother_IsNotMixed(string? first, string? then, string expected)
    {
        await ServeAsync((from, to) => Part(from, to, _requests == 1 ? first : then));
        Assert.StartsWith(expected, await BlockAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Source_EmptyFile_IsNoContainer()
    {
        await ServeAsync((_, _) => new() { Status = 416 });
        Assert.Equal("none", await VerifyAsync());
    }

    private async Task ServeAsync(Func<int, int, RouteFulfillOptions> answer) => await Page.RouteAsync("**/containers/any", route =>
    {
        _requests++;
        var range = route.Request.Headers["range"]["bytes=".Length..].Split('-');
        return route.FulfillAsync(range[0].Length == 0
            ? answer(Math.Max(0, File.Length - Number(range[1])), File.Length - 1)
            : answer(Number(range[0]), Number(range[1])));
    });

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static RouteFulfillOptions Part(int from, int to, string? etag, int lack = 0)
    {
        var headers = new Dictionary<string, string> { ["Content-Range"] = $"bytes {from}-{to}/{File.Length}" };
        if (etag is not null)
        {
            headers["ETag"] = etag;
        }

        return new() { Status = 206, Headers = headers, BodyBytes = File[from..(to + 1 - lack)] };
    }

    private Task<string> OpenAsync() => RunAsync("(await openContainer(await HostSource.open('any'))).root.slice(0, 16)");

    // The second block lies before the end that is read first.
    private Task<string> BlockAsync() => RunAsync("(await HostSource.open('any').then(s => openContainer(s)).then(c => c.block(c.tracks[0], 1))).length");

    private Task<string> VerifyAsync() => RunAsync("(await verify(await HostSource.open('any'))).state");

    private Task<string> RunAsync(string expression) => Page.EvaluateAsync<string>(
        $$"""
        async () => {
          const { HostSource } = await import(new URL('hostsource.js', location));
          const { openContainer } = await import(new URL('h4mk/container.js', location));
          const { verify } = await import(new URL('h4mk/verifier.js', location));
          try {
            return String({{expression}});
          } catch (error) {
            return error.message;
          }
        }
        """);
}
