using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Harmony4.Format;
using Harmony4.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Harmony4.AspNetCore.Tests;

/// <summary>What goes wrong below and around the endpoints: damage, stores that fail, time limits of the host.</summary>
public sealed class FailureTests
{
    [Fact]
    public async Task Range_DamageBehindSoundBlocks_IsAProblemWhenNothingWasSent()
    {
        await using var host = await TestHost.StartAsync();
        var file = Vectors.Read("exports/small.h4mk");
        file[2044 + 10] ^= 1;
        host.Put("bad", file);
        using var whole = await host.GetAsync("/video/range?id=bad");
        using var problem = await Problems.CheckAsync(whole, 422);
        Assert.Equal("crc", problem.RootElement.GetProperty("code").GetString());
        using var part = await host.GetAsync("/video/range?id=bad", ("Range", "bytes=500-3500"));
        await Problems.CheckAsync(part, 422);
        using var before = await host.GetAsync("/video/range?id=bad", ("Range", "bytes=0-1999"));
        Assert.Equal(2000, (await before.Content.ReadAsByteArrayAsync()).Length);
    }

    [Theory]
    [InlineData("/video/range?id=none")]
    [InlineData("/video/range?id=small&track=1")]
    [InlineData("/video/range")]
    public async Task Problem_HeadersOfTheHost_AreKept(string path)
    {
        await using var host = await TestHost.StartAsync(map: app =>
        {
            app.Use((context, next) =>
            {
                context.Response.Headers.XContentTypeOptions = "nosniff";
                return next(context);
            });
            app.MapHarmony4();
        });
        host.PutVector("small", "exports/small.h4mk");
        using var response = await host.GetAsync(path);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Null(response.Headers.ETag);
    }

    [Fact]
    public async Task Problem_OfARepresentation_HasNoneOfItsHeaders()
    {
        await using var host = await TestHost.StartAsync();
        host.PutVector("small", "exports/small.h4mk");
        using var response = await host.GetAsync("/video/range?id=small", ("If-Match", "\"other\""));
        await Problems.CheckAsync(response, 412);
        Assert.Null(response.Headers.ETag);
        Assert.Empty(response.Headers.AcceptRanges);
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
    }

    [Theory]
    [InlineData("GET", "/containers")]
    [InlineData("GET", "/containers/a")]
    [InlineData("GET", "/video/range?id=a")]
    [InlineData("GET", "/video/info?id=a")]
    [InlineData("POST", "/video/export?id=a&empty=1")]
    [InlineData("GET", "/health/ready")]
    public async Task AnyCall_StoreThatFails_IsAnsweredWith503AndNothingOfItsInside(string method, string path)
    {
        foreach (var failure in new Exception[] { new IOException("/secret/path"), new UnauthorizedAccessException("/secret/path") })
        {
            await using var host = await TestHost.StartAsync(services => services.AddSingleton<IContainerStore>(new FailingStore(failure)));
            using var response = await host.SendAsync(new HttpMethod(method), path);
            await Problems.CheckAsync(response, 503);
            Assert.DoesNotContain("secret", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Ready_StoreThatFailsInItsOwnWay_IsAnsweredWith503()
    {
        await using var host = await TestHost.StartAsync(services => services.AddSingleton<IContainerStore>(new FailingStore(new TimeoutException("/secret/path"))));
        using var response = await host.GetAsync("/health/ready");
        await Problems.CheckAsync(response, 503);
    }

    [Fact]
    public async Task AnyCall_IdThatTheStoreRefuses_IsAnsweredWith400()
    {
        await using var host = await TestHost.StartAsync(services => services.AddSingleton<IContainerStore>(new FailingStore(new ArgumentException("not so", "id"))));
        using var response = await host.GetAsync("/video/range?id=con");
        await Problems.CheckAsync(response, 400);
    }

    [Fact]
    public async Task List_FilesThatCannotBeRead_AreListedAllTheSame()
    {
        await using var host = await TestHost.StartAsync(services => services.AddSingleton<IContainerStore>(new UnreadableStore()));
        using var json = JsonDocument.Parse(await host.Client.GetStringAsync("/containers"));
        Assert.Equal(["a", "b"], json.RootElement.EnumerateArray().Select(e => e.GetProperty("id").GetString()));
        Assert.Equal(["W/\"v1\"", "W/\"v2\""], json.RootElement.EnumerateArray().Select(e => e.GetProperty("etag").GetString()));
    }

    [Fact]
    public async Task Export_IdOfAFolder_IsAnsweredWith400AndLeavesNothing()
    {
        await using var host = await TestHost.StartAsync();
        Directory.CreateDirectory(Path.Combine(host.Folder, "folder"));
        using var response = await host.Client.PostAsync("/video/export?id=folder", new ByteArrayContent([1]));
        await Problems.CheckAsync(response, 400);
        Assert.Empty(Directory.GetFiles(host.Folder));
    }

    [Theory]
    [InlineData("/video/export?id=a")]
    [InlineData("/video/export")]
    [InlineData("/audio/stream")]
    public async Task Post_TimeLimitOfTheHost_IsAnsweredByTheHost(string path)
    {
        await using var host = await TestHost.StartAsync(
            services => services.AddRequestTimeouts(),
            app =>
            {
                app.UseRequestTimeouts();
                app.MapHarmony4().WithRequestTimeout(TimeSpan.FromMilliseconds(200));
            });
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, host.Client.BaseAddress!.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabcd"));
        var buffer = new byte[1000];
        var answer = Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer));
        Assert.StartsWith("HTTP/1.1 504 ", answer, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(host.Folder));
    }

    [Theory]
    [InlineData("/video/export?id=a", "")]
    [InlineData("/video/export", "")]
    [InlineData("/video/stream", "")]
    [InlineData("/audio/mask", "")]
    [InlineData("/audio/mask", "multipart/form-data; boundary=x")]
    public async Task Post_ConnectionThatIsReset_IsNoFailureOfTheServer(string path, string type)
    {
        var log = new ErrorLog();
        await using var host = await TestHost.StartAsync(
            services => services.AddLogging(logging => logging.AddProvider(log)).AddProblemDetails(),
            app =>
            {
                app.UseExceptionHandler();
                app.MapHarmony4();
            });
        for (var i = 0; i < 20; i++)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0) };
            await socket.ConnectAsync(IPAddress.Loopback, host.Client.BaseAddress!.Port);
            await socket.SendAsync(Encoding.ASCII.GetBytes(
                $"POST {path} HTTP/1.1\r\nHost: x\r\nHarmony4-Key: 000102030405060708090a0b0c0d0e0f\r\nContent-Type: {type}\r\nContent-Length: 1000000\r\n\r\n"));
            await socket.SendAsync(Encoding.ASCII.GetBytes("--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n" + new string('a', 100_000)));
            await Task.Delay(20);
        }

        using var alive = await host.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
        Assert.Empty(log.Lines);
    }

    private sealed class ErrorLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Lines.Enqueue(formatter(state, exception) + exception);
            }
        }

        public void Dispose()
        {
        }
    }

    private sealed class FailingStore(Exception failure) : IContainerStore
    {
        public IAsyncEnumerable<StoredContainer> ListAsync(CancellationToken cancellationToken = default) => throw failure;

        public ValueTask<StoredContainer?> FindAsync(string id, CancellationToken cancellationToken = default) => throw failure;

        public ValueTask<H4mkSource?> OpenAsync(string id, CancellationToken cancellationToken = default) => throw failure;

        public ValueTask<ContainerUpload> CreateAsync(string id, CancellationToken cancellationToken = default) => throw failure;
    }

    private sealed class UnreadableStore : IContainerStore
    {
        public async IAsyncEnumerable<StoredContainer> ListAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            yield return new StoredContainer("a", 1, "v1");
            yield return new StoredContainer("b", 2, "v2");
        }

        public ValueTask<StoredContainer?> FindAsync(string id, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<H4mkSource?> OpenAsync(string id, CancellationToken cancellationToken = default) =>
            throw (id == "a" ? new IOException("no such device") : new UnauthorizedAccessException("not yours"));

        public ValueTask<ContainerUpload> CreateAsync(string id, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
