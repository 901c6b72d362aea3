using System.Net;
using System.Threading.Channels;

namespace Harmony4.AspNetCore.Tests.Recordings;

/// <summary>Somebody who records: bytes go out as a test says, in one request.</summary>
internal sealed class Producer : IAsyncDisposable
{
    private readonly HttpClient _client;
    private readonly Body _body = new();
    private readonly CancellationTokenSource _gone = new();

    private Producer(TestHost host, string path, (string Name, string Value)[] headers)
    {
        // A client of its own: its connection is to break with it.
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = host.Client.BaseAddress };
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = _body };
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        Response = _client.SendAsync(request, _gone.Token);
    }

    public Task<HttpResponseMessage> Response { get; }

    public static Producer Start(TestHost host, string path, params (string Name, string Value)[] headers) => new(host, path, headers);

    public void Send(ReadOnlySpan<byte> bytes) => Assert.True(_body.Parts.Writer.TryWrite(bytes.ToArray()));

    public async Task<HttpResponseMessage> EndAsync()
    {
        _body.Parts.Writer.Complete();
        return await Response;
    }

    /// <summary>Breaks the connection.</summary>
    public async Task VanishAsync()
    {
        await _gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Response);
    }

    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        await ((Task)Response).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        _client.Dispose();
        _gone.Dispose();
    }

    private sealed class Body : HttpContent
    {
        public Channel<byte[]> Parts { get; } = Channel.CreateUnbounded<byte[]>();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await foreach (var part in Parts.Reader.ReadAllAsync(cancellationToken))
            {
                await stream.WriteAsync(part, cancellationToken);
                await stream.FlushAsync(cancellationToken);
            }
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
