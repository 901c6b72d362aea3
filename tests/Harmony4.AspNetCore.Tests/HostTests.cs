using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Harmony4.TestKit;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Harmony4.AspNetCore.Tests;

/// <summary>How the endpoints behave as part of a host: registration, limits, clients that go away or do not read.</summary>
public sealed class HostTests
{
    [Fact]
    public async Task Map_WithoutAddHarmony4_NamesItAtStart()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();
        var exception = Assert.Throws<InvalidOperationException>(() => app.MapHarmony4());
        Assert.Contains("AddHarmony4()", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Map_SomeEndpoints_LeavesTheOthersOut()
    {
        await using var host = await TestHost.StartAsync(map: app => app.MapHarmony4(Harmony4Endpoints.VideoRange | Harmony4Endpoints.Health));
        host.PutVector("small", "exports/small.h4mk");
        using var range = await host.GetAsync("/video/range?id=small");
        using var list = await host.GetAsync("/containers");
        Assert.Equal(HttpStatusCode.OK, range.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, list.StatusCode);
    }

    [Fact]
    public async Task Map_InAGroup_PutsThePrefixIntoLocation()
    {
        await using var host = await TestHost.StartAsync(map: app => app.MapGroup("/media").MapHarmony4());
        using var response = await host.Client.PostAsync("/media/video/export?id=a", new ByteArrayContent([1]));
        Assert.Equal("/media/containers/a", response.Headers.Location!.OriginalString);
        using var found = await host.GetAsync("/media/containers/a");
        Assert.Equal(HttpStatusCode.OK, found.StatusCode);
    }

    [Fact]
    public async Task RequireAuthorization_OnTheResult_HoldsForAllButHealth()
    {
        await using var host = await TestHost.StartAsync(
            services =>
            {
                services.AddAuthentication();
                services.AddAuthorizationBuilder().SetFallbackPolicy(null).AddPolicy("never", p => p.RequireAssertion(_ => false));
                services.AddSingleton<IAuthorizationMiddlewareResultHandler, Refuse>();
            },
            app =>
            {
                app.UseAuthorization();
                app.MapHarmony4().RequireAuthorization("never");
            });
        using var list = await host.GetAsync("/containers");
        using var health = await host.GetAsync("/health");
        Assert.Equal(HttpStatusCode.Forbidden, list.StatusCode);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Fact]
    public async Task RequireCors_OnTheResult_HoldsForPreflightsAndProblems()
    {
        await using var host = await TestHost.StartAsync(
            services => services.AddCors(),
            app =>
            {
                app.UseCors();
                app.MapHarmony4().RequireCors(policy => policy.WithOrigins("https://player.test").AllowAnyHeader());
            });
        using var preflight = await host.SendAsync(HttpMethod.Options, "/video/range?id=a", ("Origin", "https://player.test"), ("Access-Control-Request-Method", "GET"), ("Access-Control-Request-Headers", "range"));
        Assert.Equal(HttpStatusCode.NoContent, preflight.StatusCode);
        using var problem = await host.GetAsync("/video/range?id=a", ("Origin", "https://player.test"));
        await Problems.CheckAsync(problem, 404);
        Assert.All([preflight, problem], r => Assert.Equal("https://player.test", r.Headers.GetValues("Access-Control-Allow-Origin").Single()));
    }

    [Theory]
    [InlineData("/video/export?segment=fixed", ActivityStatusCode.Unset)]
    [InlineData("/video/export?segment=webm", ActivityStatusCode.Error)]
    public async Task Export_Activity_TellsHowItEnded(string path, ActivityStatusCode status)
    {
        var ended = new ConcurrentQueue<Activity>();
        await using var host = await TestHost.StartAsync();
        using var parent = new Activity("test").Start();
        using var listener = new ActivityListener
        {
            // The host's own activity carries the trace of this test from the request on.
            ShouldListenTo = source => source.Name is "Harmony4.AspNetCore" or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var response = await host.Client.PostAsync(path, new ByteArrayContent(new byte[100]));
        await response.Content.ReadAsByteArrayAsync();
        await WaitAsync(() => ended.Any(IsOurs));
        Assert.Equal(status, ended.Single(IsOurs).Status);

        bool IsOurs(Activity activity) => activity.OperationName == "harmony4.export" && activity.TraceId == parent.TraceId;
    }

    [Fact]
    public async Task Health_OfAHost_TellsWhetherTheStoreAnswers()
    {
        await using var host = await TestHost.StartAsync();
        Assert.Equal("""{"status":"ok"}""", await host.Client.GetStringAsync("/health"));
        Assert.Equal("""{"status":"ready"}""", await host.Client.GetStringAsync("/health/ready"));
        Directory.Delete(host.Folder);
        using var response = await host.GetAsync("/health/ready");
        await Problems.CheckAsync(response, 503);
        Directory.CreateDirectory(host.Folder);
    }

    [Fact]
    public async Task OpenApi_Document_NamesEveryRouteAndNoOther()
    {
        await using var host = await TestHost.StartAsync();
        using var document = JsonDocument.Parse(await host.Client.GetStringAsync("/openapi/harmony4.json"));
        var documented = document.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Where(m => m.Name != "parameters").Select(m => $"{m.Name.ToUpperInvariant()} {path.Name}"));
        var mapped = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(e => e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(m => $"{m} {e.RoutePattern.RawText}"));
        Assert.Equal(mapped.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("", "", null)]
    [InlineData("/media", "", "/media")]
    [InlineData("/media", "/base", "/base/media")]
    public async Task OpenApi_UnderAPrefix_NamesIt(string group, string pathBase, string? server)
    {
        await using var host = await TestHost.StartAsync(map: app =>
        {
            app.UsePathBase(pathBase);
            app.UseRouting();
            app.MapGroup(group).MapHarmony4();
        });
        using var document = JsonDocument.Parse(await host.Client.GetStringAsync($"{pathBase}{group}/openapi/harmony4.json"));
        Assert.Equal(server, document.RootElement.TryGetProperty("servers", out var servers) ? servers[0].GetProperty("url").GetString() : null);
        Assert.Equal("3.1.0", document.RootElement.GetProperty("openapi").GetString());
    }

    [Fact]
    public async Task OpenApi_Responses_SayWhatEachStatusBrings()
    {
        await using var host = await TestHost.StartAsync();
        using var document = JsonDocument.Parse(await host.Client.GetStringAsync("/openapi/harmony4.json"));
        foreach (var (name, response) in document.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject())
            .SelectMany(method => method.Value.GetProperty("responses").EnumerateObject().Select(r => (method.Name, r))))
        {
            var isProblem = response.Value.TryGetProperty("content", out var content) && content.TryGetProperty("application/problem+json", out _);
            Assert.Equal(name != "head" && response.Name[0] is ('4' or '5'), isProblem);
            Assert.True(response.Name is not ("206" or "416") || response.Value.GetProperty("headers").TryGetProperty("Content-Range", out _), response.Name);
            Assert.True(response.Name is not ("206" or "304") || response.Value.GetProperty("headers").TryGetProperty("ETag", out _), response.Name);
        }
    }

    [Theory]
    [InlineData("/video/export?id=big")]
    [InlineData("/video/export")]
    [InlineData("/video/stream")]
    [InlineData("/audio/stream")]
    [InlineData("/audio/mask")]
    public async Task Post_BodyOverTheLimit_IsAnsweredWith413(string path)
    {
        await using var host = await TestHost.StartAsync(options: o => o.MaxUploadLength = 1000);
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(new byte[1001]) };
        AddKey(request, path);
        using var response = await host.Client.SendAsync(request);
        await Problems.CheckAsync(response, 413);
        Assert.Empty(Directory.GetFiles(host.Folder));
    }

    [Theory]
    [InlineData("/video/export?id=big")]
    [InlineData("/audio/mask")]
    public async Task Post_BodyOfUnknownLengthOverTheLimit_IsAnsweredWith413(string path)
    {
        await using var host = await TestHost.StartAsync(options: o => o.MaxUploadLength = 1000);
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(new byte[1001]) };
        request.Headers.TransferEncodingChunked = true;
        AddKey(request, path);
        using var response = await host.Client.SendAsync(request);
        await Problems.CheckAsync(response, 413);
        Assert.Empty(Directory.GetFiles(host.Folder));
    }

    [Fact]
    public async Task Post_BodyAboveTheServersOwnLimit_IsTaken()
    {
        await using var host = await TestHost.StartAsync();
        using var response = await host.Client.PostAsync("/video/export?id=large&segment=fixed", new ByteArrayContent(new byte[40_000_000]));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    [Theory]
    [InlineData("/video/export")]
    [InlineData("/audio/mask")]
    [InlineData("/audio/stream")]
    public async Task Post_ClientThatSendsAllBeforeItReads_IsAnsweredAllTheSame(string path)
    {
        await using var host = await TestHost.StartAsync();
        var bytes = Vectors.SeededBytes("duplex", 24_000_000);
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(bytes) };
        AddKey(request, path);
        using var response = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var body = await response.Content.ReadAsByteArrayAsync();
        Assert.True(body.Length >= bytes.Length, $"{body.Length}");
    }

    [Fact]
    public async Task Post_SoundThatComesSlowly_IsAnsweredAsItComes()
    {
        await using var host = await TestHost.StartAsync();
        using var socket = await ConnectAsync(host);
        await socket.SendAsync(Encoding.ASCII.GetBytes("POST /audio/stream?top_k=1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2000\r\n"));
        await socket.SendAsync(new byte[0x2000]);
        await socket.SendAsync("\r\n"u8.ToArray());
        var text = await ReceiveUntilAsync(socket, "\"frame\":2,");
        Assert.DoesNotContain("event: done", text, StringComparison.Ordinal);
        await socket.SendAsync("0\r\n\r\n"u8.ToArray());
        await ReceiveUntilAsync(socket, "event: done");
    }

    [Fact]
    public async Task Post_DisconnectInTheBody_LeavesNothingBehind()
    {
        await using var host = await TestHost.StartAsync();
        using (var socket = await ConnectAsync(host))
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes("POST /video/export?id=half HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n"));
            await socket.SendAsync(new byte[300_000]);
            await WaitAsync(() => Directory.GetFiles(host.Folder).Length == 1);
        }

        await WaitAsync(() => Directory.GetFiles(host.Folder).Length == 0);
        using var alive = await host.GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
    }

    [Fact]
    public async Task Get_DisconnectInTheResponse_IsWithoutEffectOnOthers()
    {
        await using var host = await TestHost.StartAsync();
        await PutLargeAsync(host);
        for (var i = 0; i < 10; i++)
        {
            using var socket = await ConnectAsync(host);
            await socket.SendAsync(Encoding.ASCII.GetBytes("GET /video/range?id=large HTTP/1.1\r\nHost: x\r\n\r\n"));
            await socket.ReceiveAsync(new byte[1000]);
        }

        using var response = await host.GetAsync("/video/range?id=large", ("Range", "bytes=31999990-"));
        Assert.Equal(10, (await response.Content.ReadAsByteArrayAsync()).Length);
    }

    [Fact]
    public async Task Get_ReaderThatPauses_GetsEveryByte()
    {
        await using var host = await TestHost.StartAsync();
        await PutLargeAsync(host);
        using var response = await host.GetAsync("/video/range?id=large");
        await using var body = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[5_000_000];
        long total = 0;
        int count;
        while ((count = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false)) > 0)
        {
            total += count;
            await Task.Delay(50);
        }

        Assert.Equal(32_000_000, total);
    }

    [Fact]
    public async Task Get_OneContainerFromManyClients_IsOpenedOnce()
    {
        var store = new CountingStore();
        await using var host = await TestHost.StartAsync(services => services.AddSingleton<IContainerStore>(store));
        store.Inner.Set("small", Vectors.Read("exports/small.h4mk"));
        var bodies = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => host.Client.GetByteArrayAsync("/video/range?id=small")));
        Assert.All(bodies, body => Assert.Equal(5000, body.Length));
        Assert.Equal(1, store.Opened);
    }

    [Fact]
    public async Task Get_MoreContainersThanAreKeptOpen_AllAnswer()
    {
        await using var host = await TestHost.StartAsync(options: o => o.MaxOpenContainers = 2);
        for (var i = 0; i < 10; i++)
        {
            host.PutVector($"c{i}", "exports/small.h4mk");
        }

        var bodies = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => host.Client.GetByteArrayAsync($"/video/range?id=c{i % 10}")));
        Assert.All(bodies, body => Assert.Equal(5000, body.Length));
    }

    private static async Task PutLargeAsync(TestHost host)
    {
        await using var file = File.Create(Path.Combine(host.Folder, "large"));
        await new MediaTransport().ExportAsync(new MemoryStream(new byte[32_000_000]), file, new ExportOptions { Segment = "fixed" });
    }

    private static async Task<Socket> ConnectAsync(TestHost host)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, host.Client.BaseAddress!.Port);
        return socket;
    }

    private static async Task<string> ReceiveUntilAsync(Socket socket, string wanted)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var (text, buffer) = (new StringBuilder(), new byte[4096]);
        while (!text.ToString().Contains(wanted, StringComparison.Ordinal))
        {
            var count = await socket.ReceiveAsync(buffer, limit.Token);
            Assert.True(count > 0, text.ToString());
            text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }

        return text.ToString();
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        for (var i = 0; !condition(); i++)
        {
            Assert.True(i < 600, "it never became so");
            await Task.Delay(50);
        }
    }

    private sealed class Refuse : IAuthorizationMiddlewareResultHandler
    {
        public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
        {
            if (authorizeResult.Succeeded)
            {
                return next(context);
            }

            context.Response.StatusCode = 403;
            return Task.CompletedTask;
        }
    }

    /// <summary>Masking takes a key; an export that neither masks nor seals refuses one.</summary>
    private static void AddKey(HttpRequestMessage request, string path)
    {
        if (path.StartsWith("/audio/mask", StringComparison.Ordinal))
        {
            request.Headers.Add("Harmony4-Key", "000102030405060708090a0b0c0d0e0f");
        }
    }
}
