using System.Net;
using Harmony4.Format;
using Harmony4.TestKit;

namespace Harmony4.Tests.Sources;

/// <summary>Cancellation, disposal, concurrency, and what the client throws.</summary>
public sealed class HttpRangeSourceLifetimeTests
{
    private static readonly byte[] File = [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * 31 >> 3))];

    [Fact]
    public async Task Read_CancelledInTheBody_FreesItsConnection()
    {
        var never = new TaskCompletionSource();
        await using var server = new RangeServer(File) { Misbehave = r => r.Range == "bytes=0-99" ? RangeResponse.Part(File, 0, 99, "ETag: \"v\"") with { Hold = never.Task } : null };
        using var client = RangeServer.CreateClient(connections: 1);
        await using var source = new HttpRangeSource(client, server.Address);
        using var cancel = new CancellationTokenSource();
        var buffer = new byte[100];
        var read = source.ReadAsync(0, buffer, cancel.Token).AsTask();
        await Eventually.HoldsAsync(() => server.Requests.Count == 1);
        await cancel.CancelAsync();
        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        Assert.Equal(cancel.Token, exception.CancellationToken);
        await Eventually.HoldsAsync(() => server.OpenConnections == 0);

        // The only connection is free again, and the version is still held.
        Assert.Equal(10, (await source.ReadAsync(0, new byte[10])).Count);
    }

    [Fact]
    public async Task Read_CancelledBefore_SendsNothing()
    {
        await using var server = new RangeServer(File);
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => source.ReadAsync(0, new byte[10], new CancellationToken(true)).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => source.ReadTailAsync(new byte[10], new CancellationToken(true)).AsTask());
        Assert.Empty(server.Requests);
        Assert.Equal(0, source.RequestCount);
    }

    [Fact]
    public async Task ReadTail_CancelledBetweenItsRequests_IsCancelled()
    {
        using var cancel = new CancellationTokenSource();
        await using var server = new RangeServer(File);
        server.Misbehave = r =>
        {
            if (!r.IsSuffix)
            {
                cancel.Cancel();
            }

            return r.IsSuffix ? RangeResponse.Empty("400 Bad Request") : null;
        };
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => source.ReadTailAsync(new byte[10], cancel.Token).AsTask());
        Assert.Equal(10, (await source.ReadTailAsync(new byte[10])).Count);
        Assert.Single(server.Requests, r => r.IsSuffix);
    }

    [Fact]
    public async Task Dispose_WhileReading_CancelsTheRead()
    {
        var never = new TaskCompletionSource();
        await using var server = new RangeServer(File) { Misbehave = r => RangeResponse.Part(File, 0, 99) with { Hold = never.Task } };
        using var client = RangeServer.CreateClient();
        var source = new HttpRangeSource(client, server.Address);
        var read = source.ReadAsync(0, new byte[100]).AsTask();
        await Eventually.HoldsAsync(() => server.Requests.Count == 1);
        await source.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => read);
        await Eventually.HoldsAsync(() => server.OpenConnections == 0);
    }

    [Fact]
    public async Task Dispose_LeavesTheClient()
    {
        await using var server = new RangeServer(File);
        using var client = RangeServer.CreateClient();
        var source = new HttpRangeSource(client, server.Address);
        await source.ReadAsync(0, new byte[10]);
        await source.DisposeAsync();
        await source.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => source.ReadAsync(0, new byte[10]).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => source.ReadTailAsync(new byte[10]).AsTask());
        await using var other = new HttpRangeSource(client, server.Address);
        Assert.Equal(10, (await other.ReadAsync(0, new byte[10])).Count);
    }

    [Fact]
    public async Task Read_ManyAtOnce_EachGetsItsOwnBytes()
    {
        await using var server = new RangeServer(File);
        using var client = RangeServer.CreateClient(connections: 8);
        await using var source = new HttpRangeSource(client, server.Address);
        await Parallel.ForEachAsync(Enumerable.Range(0, 200), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, cancellationToken) =>
        {
            var buffer = new byte[997];
            var offset = i * 991;
            var read = i % 50 == 0 ? await source.ReadTailAsync(buffer, cancellationToken) : await source.ReadAsync(offset, buffer, cancellationToken);
            offset = i % 50 == 0 ? File.Length - buffer.Length : offset;
            Assert.Equal(File.AsSpan(offset, read.Count), buffer.AsSpan(0, read.Count));
            Assert.Equal(Math.Min(997, File.Length - offset), read.Count);
        });
        Assert.Equal(200, source.RequestCount);
    }

    [Fact]
    public async Task Read_ServerStallsInTheBody_EndsWithTheClientsTimeout()
    {
        var never = new TaskCompletionSource();
        await using var server = new RangeServer(File) { Misbehave = _ => RangeResponse.Part(File, 0, 99) with { Hold = never.Task } };
        using var client = RangeServer.CreateClient();
        client.Timeout = TimeSpan.FromMilliseconds(300);
        await using var source = new HttpRangeSource(client, server.Address);
        await HttpRangeSourceTests.FailsAsync(source, "no answer in time", s => s.ReadAsync(0, new byte[100]), server.Address);
        await Eventually.HoldsAsync(() => server.OpenConnections == 0);
    }

    [Fact]
    public async Task Read_ServerIsSilent_EndsWithTheClientsTimeout()
    {
        using var client = new HttpClient(new Handler(async (_, cancellationToken) =>
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException("unreachable");
        }))
        { Timeout = TimeSpan.FromMilliseconds(50) };
        await using var source = new HttpRangeSource(client, new Uri("http://media.test/c"));
        await HttpRangeSourceTests.FailsAsync(source, "http://media.test/c: no answer in time", s => s.ReadAsync(0, new byte[100]));
    }

    [Fact]
    public async Task Read_HandlerThrows_IsAnIOExceptionWithTheCause()
    {
        using var client = new HttpClient(new Handler((_, _) => throw new TimeoutException("gave up")));
        await using var source = new HttpRangeSource(client, new Uri("http://media.test/c"));
        var exception = await Assert.ThrowsAsync<IOException>(() => source.ReadAsync(0, new byte[10]).AsTask());
        Assert.Equal("http://media.test/c: gave up", exception.Message);
        Assert.IsType<TimeoutException>(exception.InnerException);
    }

    [Fact]
    public async Task Read_ClientsVersionOfHttp_IsThatOfTheRequests()
    {
        var versions = new List<(Version, HttpVersionPolicy)>();
        using var client = new HttpClient(new Handler((request, _) =>
        {
            versions.Add((request.Version, request.VersionPolicy));
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent([]) });
        }))
        { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        await using var source = new HttpRangeSource(client, new Uri("http://media.test/c"));
        Assert.Equal(new SourceRead(0, 0), await source.ReadAsync(0, new byte[10]));
        Assert.Equal([(HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact)], versions);
    }

    private sealed class Handler(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => send(request, cancellationToken);
    }
}
