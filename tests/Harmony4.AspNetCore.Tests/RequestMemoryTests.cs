using System.Net;
using System.Net.Sockets;
using System.Text;
using Harmony4.AspNetCore.Internal;
using Harmony4.Format;
using Harmony4.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Harmony4.AspNetCore.Tests;

/// <summary>Many requests at once, each of which would fit alone: what they take together, who is served meanwhile, and what is left of them.</summary>
public sealed class RequestMemoryTests
{
    private const int Mebibyte = 1024 * 1024;

    [Theory]
    [InlineData("/video/export?id=x{0}&block_size=8388608", 2 * Mebibyte, 60)]
    [InlineData("/video/export?id=x{0}", 400_000, 80)]
    [InlineData("/video/export?segment=fixed", 400_000, 80)]
    [InlineData("/video/stream?segment=auto", 300_000, 100)]
    [InlineData("/audio/stream?frame_size=16384", 200_000, 60)]
    [InlineData("/audio/mask", 200_000, 100)]
    public async Task Uploads_MoreThanFit_AreRefusedAndReadersAreServed(string path, int length, int count)
    {
        await using var host = await StartAsync();
        var memory = MemoryOf(host);
        host.PutVector("small", "exports/small.h4mk");
        var clients = await Task.WhenAll(Enumerable.Range(0, count).Select(i => Unfinished.StartAsync(host, string.Format(null, path, i), length)));
        try
        {
            await Eventually.HoldsAsync(() => clients.Any(c => c.HasAnswer));
            Assert.Equal(5000, (await host.Client.GetByteArrayAsync("/video/range?id=small")).Length);
            Assert.InRange(memory.Writers.TakePeak(), 1, memory.Writers.Capacity);
            Assert.InRange(memory.All.TakePeak(), 1, memory.All.Capacity);
            var refused = Encoding.ASCII.GetString(await clients.First(c => c.HasAnswer).ReadAsync());
            if (!refused.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
            {
                Assert.StartsWith("HTTP/1.1 503", refused, StringComparison.Ordinal);
                Assert.Contains("Retry-After: 2", refused, StringComparison.Ordinal);
            }
        }
        finally
        {
            Array.ForEach(clients, c => c.Dispose());
        }

        await Eventually.HoldsAsync(() => memory.Writers.Taken == 0);
        await Eventually.HoldsAsync(() => Directory.GetFiles(host.Folder, ".*").Length == 0);
    }

    [Fact]
    public async Task Uploads_ThatFitInTurn_AreAllTaken()
    {
        await using var host = await StartAsync(o => o.MemoryWait = TimeSpan.FromMinutes(1));
        var body = new byte[3 * Mebibyte];
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(async i =>
        {
            using var response = await host.Client.PostAsync($"/video/export?id=x{i}", new ByteArrayContent(body));
            return response.StatusCode;
        }));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Created, a));
        var memory = MemoryOf(host);
        Assert.Equal(0, memory.Writers.Taken);
        Assert.InRange(memory.All.TakePeak(), 10 * Mebibyte, memory.All.Capacity);
    }

    [Fact]
    public async Task Ranges_OfContainersThatDoNotFitTogether_AreServedInTurn()
    {
        // Each takes 5 MB while it is open; idle ones are closed for others.
        await using var host = await StartAsync(o => o.MemoryWait = TimeSpan.FromMinutes(1));
        var file = await EmptyBlocksAsync(200_000);
        for (var i = 0; i < 12; i++)
        {
            host.Put("c" + i, file);
        }

        var lengths = await Task.WhenAll(Enumerable.Range(0, 24).Select(async i => (await host.Client.GetByteArrayAsync($"/video/range?id=c{i % 12}")).Length));
        Assert.All(lengths, l => Assert.Equal(3, l));
        var memory = MemoryOf(host);
        Assert.InRange(memory.All.TakePeak(), 4 * Mebibyte, memory.All.Capacity);
    }

    [Fact]
    public async Task Container_ThatNeverFits_IsRefusedForGood()
    {
        await using var host = await StartAsync();
        host.Put("large", await EmptyBlocksAsync(2_000_000));
        using var response = await host.GetAsync("/video/range?id=large");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(0, MemoryOf(host).All.Taken);
    }

    [Fact]
    public async Task Response_ThatNobodyReads_StopsTheReadingOfTheRequest()
    {
        await using var host = await StartAsync(o => o.MaxSpilledLength = 4 * Mebibyte);
        var memory = MemoryOf(host);
        const int Length = 600_000;
        using var client = await Unfinished.StartAsync(host, "/audio/stream?frame_size=256&top_k=128", Length, contentLength: Length);
        await Eventually.HoldsAsync(() => memory.Spilled.Taken > 800_000);
        await Task.Delay(300);
        Assert.InRange(memory.Spilled.Taken, 1, Mebibyte);

        // Once it reads, it gets all.
        var text = Encoding.ASCII.GetString(await client.ReadToEndAsync());
        Assert.Contains("event: done", text, StringComparison.Ordinal);
        Assert.Contains("\"bytes\":600000", text, StringComparison.Ordinal);
        await Eventually.HoldsAsync(() => memory.Spilled.Taken == 0 && memory.Writers.Taken == 0);
    }

    [Fact]
    public async Task Export_WithACodedBody_IsRefused()
    {
        await using var host = await TestHost.StartAsync();
        foreach (var (coding, expected) in ((string, HttpStatusCode)[])[("gzip", HttpStatusCode.UnsupportedMediaType), ("identity, br", HttpStatusCode.UnsupportedMediaType), ("identity", HttpStatusCode.Created)])
        {
            using var content = new ByteArrayContent(new byte[100]);
            content.Headers.Add("Content-Encoding", coding);
            using var response = await host.Client.PostAsync("/video/export?id=a", content);
            Assert.Equal(expected, response.StatusCode);
        }
    }

    [Theory]
    [InlineData(400L * Mebibyte, 150L * Mebibyte)]
    [InlineData(10L * Mebibyte, 32L * Mebibyte)]
    public void DefaultLength_FollowsTheMemoryThereIs(long available, long expected) => Assert.Equal(expected, RequestMemory.DefaultLength(available));

    private static Task<TestHost> StartAsync(Action<Harmony4HttpOptions>? options = null) => TestHost.StartAsync(options: o =>
    {
        o.MaxRequestMemory = 32 * Mebibyte;
        o.MemoryWait = TimeSpan.FromMilliseconds(200);

        // It asks for the peak, too.
        o.TrimsMemory = false;
        options?.Invoke(o);
    });

    private static RequestMemory MemoryOf(TestHost host) => RequestMemory.Of(host.Services.GetRequiredService<IOptions<Harmony4HttpOptions>>().Value);

    private static async Task<byte[]> EmptyBlocksAsync(int count)
    {
        using var output = new MemoryStream();
        await using var writer = H4mkContainerWriter.Create(output, new H4mkWriterOptions { Version = H4mkVersion.V10 }, leaveOpen: true);
        for (var i = 0; i < count; i++)
        {
            await writer.WriteBlockAsync(0, new BlockInfo { Pts = (ulong)i }, ReadOnlyMemory<byte>.Empty);
        }

        await writer.WriteBlockAsync(0, new BlockInfo { Pts = (ulong)count }, new byte[3]);
        await writer.CompleteAsync();
        return output.ToArray();
    }

    /// <summary>A client that sends a part of its body and then nothing.</summary>
    private sealed class Unfinished : IDisposable
    {
        private readonly TcpClient _client = new();

        public bool HasAnswer => _client.Client.Poll(0, SelectMode.SelectRead);

        public static async Task<Unfinished> StartAsync(TestHost host, string path, int length, long contentLength = 1_000_000_000)
        {
            var unfinished = new Unfinished();
            var address = host.Client.BaseAddress!;
            await unfinished._client.ConnectAsync(address.Host, address.Port);
            var stream = unfinished._client.GetStream();
            var key = path.StartsWith("/audio/mask", StringComparison.Ordinal) ? $"Harmony4-Key: {new string('a', 64)}\r\n" : "";
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: {address.Authority}\r\n{key}Content-Length: {contentLength}\r\n\r\n"));
            _ = unfinished.SendAsync(stream, length);
            return unfinished;
        }

        public async Task<byte[]> ReadAsync()
        {
            var buffer = new byte[4096];
            return buffer[..await _client.GetStream().ReadAsync(buffer)];
        }

        public async Task<byte[]> ReadToEndAsync()
        {
            using var all = new MemoryStream();
            var buffer = new byte[65536];
            while (!all.GetBuffer().AsSpan(0, (int)all.Length)[^Math.Min(7, (int)all.Length)..].SequenceEqual("\r\n0\r\n\r\n"u8))
            {
                var read = await _client.GetStream().ReadAsync(buffer);
                if (read == 0)
                {
                    break;
                }

                all.Write(buffer, 0, read);
            }

            return all.ToArray();
        }

        public void Dispose() => _client.Dispose();

        private async Task SendAsync(NetworkStream stream, int length)
        {
            try
            {
                var piece = new byte[16 * 1024];
                for (var left = length; left > 0; left -= piece.Length)
                {
                    await stream.WriteAsync(piece.AsMemory(0, Math.Min(left, piece.Length)));
                }
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
            {
                // It was refused, or the test is over.
            }
        }
    }
}
