using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Harmony4.AspNetCore.Tests;

/// <summary>Bodies as odd clients send them.</summary>
public sealed class UploadTests
{
    private const string Part = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n";

    [Theory]
    [InlineData("/video/export")]
    [InlineData("/video/export?id=cut")]
    [InlineData("/audio/mask")]
    public async Task Post_FormThatEndsInsideItsFile_IsAnsweredWith400AndLeavesNothing(string path)
    {
        await using var host = await TestHost.StartAsync();
        using var response = await PostFormAsync(host, path, Part + "abc");
        await Problems.CheckAsync(response, 400);
        Assert.Empty(Directory.GetFiles(host.Folder));
    }

    [Fact]
    public async Task Post_FormThatEndsAfterItsFile_IsAnsweredWith400AndLeavesNothing()
    {
        await using var host = await TestHost.StartAsync();
        using var response = await PostFormAsync(host, "/video/export?id=cut", Part + "abc\r\n--x\r\nContent-Disposition: form-data; name=\"more\"\r\n\r\nhalf");
        await Problems.CheckAsync(response, 400);
        Assert.Empty(Directory.GetFiles(host.Folder));
    }

    [Fact]
    public async Task Post_FormWithMoreBehindItsFile_IsTaken()
    {
        await using var host = await TestHost.StartAsync();
        var more = "\r\n--x\r\nContent-Disposition: form-data; name=\"more\"\r\n\r\n" + new string('m', 3_000_000);
        using var response = await PostFormAsync(host, "/video/export?id=a", Part + "abc" + more + "\r\n--x--\r\n");
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("abc"u8.ToArray(), await host.Client.GetByteArrayAsync("/video/range?id=a"));
    }

    [Theory]
    [InlineData("/video/stream")]
    [InlineData("/video/export")]
    [InlineData("/audio/stream")]
    [InlineData("/audio/mask")]
    public async Task Post_ClientThatWaitsForContinue_IsToldToGoOn(string path)
    {
        await using var host = await TestHost.StartAsync();
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, host.Client.BaseAddress!.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: x\r\n{(path == "/audio/mask" ? "Harmony4-Key: 000102030405060708090a0b0c0d0e0f\r\n" : "")}Expect: 100-continue\r\nContent-Length: 4\r\nConnection: close\r\n\r\n"));
        var buffer = new byte[1000];
        var first = Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer));
        Assert.StartsWith("HTTP/1.1 100 Continue\r\n", first, StringComparison.Ordinal);
        await socket.SendAsync(new byte[4]);
        Assert.True(await socket.ReceiveAsync(buffer) > 0);
    }

    [Theory]
    [InlineData("/video/export?id=")]
    [InlineData("/video/export?block_size=")]
    [InlineData("/video/export?segment=")]
    [InlineData("/video/export?mask=")]
    [InlineData("/video/stream?gop=")]
    [InlineData("/audio/stream?top_k=")]
    public async Task Post_ParameterWithoutAValue_IsAnsweredWith400(string path)
    {
        await using var host = await TestHost.StartAsync();
        using var response = await host.Client.PostAsync(path, new ByteArrayContent([1, 2]));
        await Problems.CheckAsync(response, 400);
    }

    [Fact]
    public async Task Post_SlowClientThatSendsAllBeforeItReads_IsNotTakenForOneThatStoppedReading()
    {
        await using var host = await TestHost.StartAsync(services => services.Configure<KestrelServerOptions>(
            o => o.Limits.MinResponseDataRate = new MinDataRate(100_000_000, TimeSpan.FromMilliseconds(1100))));
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 65_536 };
        await socket.ConnectAsync(IPAddress.Loopback, host.Client.BaseAddress!.Port);
        const int Pieces = 5, PieceLength = 4_000_000;
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"POST /audio/mask HTTP/1.1\r\nHost: x\r\nHarmony4-Key: 000102030405060708090a0b0c0d0e0f\r\nContent-Length: {Pieces * PieceLength}\r\nConnection: close\r\n\r\n"));
        for (var i = 0; i < Pieces; i++)
        {
            await Task.Delay(1000);
            await SendAllAsync(socket, new byte[PieceLength]);
        }

        var (total, buffer) = (0L, new byte[1 << 20]);
        int count;
        while ((count = await socket.ReceiveAsync(buffer)) > 0)
        {
            total += count;
        }

        Assert.True(total > Pieces * PieceLength, $"{total}");
    }

    [Fact]
    public async Task Export_Conditions_AreHeldAgainstWhatIsStored()
    {
        await using var host = await TestHost.StartAsync();
        host.PutVector("a", "exports/small.h4mk");
        using var file = await host.GetAsync("/containers/a");
        var tag = file.Headers.ETag!.ToString();
        foreach (var (id, header, value, expected) in new[]
        {
            ("a", "If-Match", "\"other\"", HttpStatusCode.PreconditionFailed),
            ("a", "If-None-Match", $"\"other\", {tag}", HttpStatusCode.PreconditionFailed),
            ("a", "If-None-Match", "*", HttpStatusCode.PreconditionFailed),
            ("none", "If-Match", "*", HttpStatusCode.PreconditionFailed),
            ("none", "If-None-Match", "*", HttpStatusCode.Created),
            ("a", "If-Match", tag, HttpStatusCode.Created),
            ("a", "If-Match", tag, HttpStatusCode.PreconditionFailed),
            ("a", "If-None-Match", tag, HttpStatusCode.Created),
            ("a", "If-Match", "*", HttpStatusCode.Created),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/video/export?id={id}") { Content = new ByteArrayContent([1]) };
            Assert.True(request.Headers.TryAddWithoutValidation(header, value));
            using var response = await host.Client.SendAsync(request);
            Assert.True(expected == response.StatusCode, $"{id} {header}: {value}: {response.StatusCode}");
        }
    }

    [Fact]
    public async Task Post_ClientThatNeverReads_IsDroppedOnceAllWasSent()
    {
        await using var host = await TestHost.StartAsync(services => services.Configure<KestrelServerOptions>(
            o => o.Limits.MinResponseDataRate = new MinDataRate(100_000_000, TimeSpan.FromMilliseconds(1100))));
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(IPAddress.Loopback, host.Client.BaseAddress!.Port);
        const int Length = 40_000_000;
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"POST /audio/mask HTTP/1.1\r\nHost: x\r\nHarmony4-Key: 000102030405060708090a0b0c0d0e0f\r\nContent-Length: {Length}\r\n\r\n"));
        await SendAllAsync(socket, new byte[Length]);
        await Task.Delay(6000);
        var (total, buffer) = (0L, new byte[1 << 20]);
        try
        {
            int count;
            while ((count = await socket.ReceiveAsync(buffer)) > 0)
            {
                total += count;
            }
        }
        catch (SocketException)
        {
            // Dropped: what was on its way is what there is.
        }

        Assert.True(total < Length, $"{total}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public async Task Export_MoreBlocksThanAllowed_IsAnsweredWith400AndLeavesNothing(int limit)
    {
        const string path = "/video/export?id=many&segment=fixed&block_size=65536";
        await using var host = await TestHost.StartAsync(options: o => o.MaxUploadBlocks = limit);
        using var more = await host.Client.PostAsync(path, new ByteArrayContent(new byte[(65_536 * limit) + 1]));
        using var problem = await Problems.CheckAsync(more, 400);
        Assert.Equal(65_536 * limit, problem.RootElement.GetProperty("offset").GetInt64());
        Assert.Empty(Directory.GetFiles(host.Folder));
        using var enough = await host.Client.PostAsync(path, new ByteArrayContent(new byte[65_536 * limit]));
        Assert.True(enough.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Map_DelayThatNoTimerHolds_IsRefusedAtStart()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSingleton<IContainerStore, MemoryContainerStore>();
        builder.Services.AddHarmony4().Configure<Harmony4HttpOptions>(o => o.SpillDelay = TimeSpan.MaxValue);
        await using var app = builder.Build();
        var exception = Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(() => app.MapHarmony4());
        Assert.Contains("SpillDelay", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_UnderAPrefixWithASlashAtTheEnd_SaysWhereItIs()
    {
        await using var host = await TestHost.StartAsync(map: app => app.MapGroup("/media").MapHarmony4());
        using var response = await host.Client.PostAsync("/media/video/export/?id=a", new ByteArrayContent([1]));
        Assert.Equal("/media/containers/a", response.Headers.Location!.OriginalString);
    }

    private static async Task SendAllAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes)..];
        }
    }

    private static Task<HttpResponseMessage> PostFormAsync(TestHost host, string path, string text)
    {
        var content = new ByteArrayContent(Encoding.ASCII.GetBytes(text));
        content.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=x");
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        if (path.StartsWith("/audio/mask", StringComparison.Ordinal))
        {
            request.Headers.Add("Harmony4-Key", "000102030405060708090a0b0c0d0e0f");
        }

        return host.Client.SendAsync(request);
    }
}
