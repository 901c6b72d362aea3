using System.Net;

namespace Harmony4.Browser.Tests;

/// <summary>Which names the reference host is served under, and which pages may send to it.</summary>
public sealed class NameAndOriginTests
{
    [Theory]
    [InlineData(null, null, "127.0.0.1", 200)]
    [InlineData(null, null, "[::1]", 200)]
    [InlineData(null, null, "LocalHost:81", 200)]
    [InlineData(null, null, "media.example", 400)]
    [InlineData(null, null, "127.0.0.1.media.example", 400)]
    [InlineData("media.example; *.b.example", null, "Media.Example", 200)]
    [InlineData("media.example; *.b.example", null, "a.b.example", 200)]
    [InlineData("media.example; *.b.example", null, "b.example", 400)]
    [InlineData("media.example", null, "a.media.example", 400)]
    [InlineData("*", null, "any.example", 200)]
    [InlineData(null, "key", "any.example", 200)]
    [InlineData("media.example", "key", "any.example", 400)]
    public async Task Name_ThatTheHostIsNotKnownBy_IsRefused(string? names, string? key, string host, int expected)
    {
        var settings = new Dictionary<string, string>();
        if (names is not null)
        {
            settings["Harmony4__AllowedHosts"] = names;
        }

        if (key is not null)
        {
            settings["Harmony4__ApiKey"] = key;
        }

        await using var server = await ServerProcess.StartAsync(settings);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, "/health"));
        request.Headers.Host = host;
        using var response = await client.SendAsync(request);
        Assert.Equal(expected, (int)response.StatusCode);
    }

    [Fact]
    public async Task Page_OfAnotherOrigin_MayNotSend()
    {
        await using var server = await ServerProcess.StartAsync();
        using var client = new HttpClient();
        var own = server.Address.GetLeftPart(UriPartial.Authority);
        foreach (var (origin, site, expected) in ((string?, string?, HttpStatusCode)[])
        [
            (null, null, HttpStatusCode.Created),
            (own, null, HttpStatusCode.Created),
            (own, "same-origin", HttpStatusCode.Created),
            (own.Replace("http:", "https:", StringComparison.Ordinal), null, HttpStatusCode.Created),
            (own, "cross-site", HttpStatusCode.Forbidden),
            ("http://elsewhere.example", null, HttpStatusCode.Forbidden),
            ("http://127.0.0.1:1", null, HttpStatusCode.Forbidden),
            ("http://127.0.0.1", null, HttpStatusCode.Forbidden),
            ("null", null, HttpStatusCode.Forbidden),
        ])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, "/video/export?id=a")) { Content = new ByteArrayContent(new byte[10]) };
            if (origin is not null)
            {
                request.Headers.TryAddWithoutValidation("Origin", origin);
            }

            if (site is not null)
            {
                request.Headers.TryAddWithoutValidation("Sec-Fetch-Site", site);
            }

            using var response = await client.SendAsync(request);
            Assert.True(expected == response.StatusCode, $"{origin} {site}: {response.StatusCode}");
        }

        // What is there is not given to pages elsewhere, and without a key nothing is deleted.
        using var media = await client.GetAsync(new Uri(server.Address, "/video/range?id=a"));
        Assert.Equal("same-origin", Assert.Single(media.Headers.GetValues("Cross-Origin-Resource-Policy")));
        using var deletion = new HttpRequestMessage(HttpMethod.Delete, new Uri(server.Address, "/containers/a"));
        deletion.Headers.TryAddWithoutValidation("If-Match", "*");
        using var refused = await client.SendAsync(deletion);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, refused.StatusCode);
    }
}
