using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Harmony4.TestKit;

/// <summary>A web server on the loopback interface with one file, which can answer otherwise than any decent server would.</summary>
public sealed class RangeServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<RangeRequest> _requests = [];
    private readonly List<Task> _connections = [];
    private readonly Task _accepting;
    private int _open;

    public RangeServer(byte[] file)
    {
        File = file;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/c.h4mk");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    public byte[] File { get; set; }

    /// <summary>Gets or sets the headers of every good response, such as validators.</summary>
    public string[] Validators { get; set; } = ["ETag: \"v\""];

    /// <summary>Gets or sets what answers in place of the server; <c>null</c> from it for a good response.</summary>
    public Func<RangeRequest, RangeResponse?> Misbehave { get; set; } = _ => null;

    public IReadOnlyList<RangeRequest> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    public IEnumerable<string?> Ranges => Requests.Select(r => r.Range);

    public int OpenConnections => Volatile.Read(ref _open);

    public int AcceptedConnections { get; private set; }

    public static HttpClient CreateClient(int connections = int.MaxValue) =>
        new(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = connections }) { Timeout = TimeSpan.FromSeconds(60) };

    public async ValueTask DisposeAsync()
    {
        // The listener stops after the loop has ended: accepting on a stopped one throws.
        await _stop.CancelAsync();
        await _accepting;
        _listener.Stop();
        await Task.WhenAll(_connections);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                AcceptedConnections++;
                _connections.Add(Task.Run(() => ServeAsync(client)));
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        Interlocked.Increment(ref _open);
        try
        {
            using (client)
            {
                client.NoDelay = true;
                var stream = client.GetStream();
                using var closed = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                using var reader = new StreamReader(stream, Encoding.ASCII);
                while (await ReadRequestAsync(reader, closed.Token) is { } request)
                {
                    lock (_requests)
                    {
                        _requests.Add(request);
                    }

                    var response = Misbehave(request) ?? Respond(request);
                    await WriteAsync(stream, reader, response, closed);
                    if (response.Closes)
                    {
                        return;
                    }
                }
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private static async Task<RangeRequest?> ReadRequestAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var line = await reader.ReadLineAsync(cancellationToken);
        if (string.IsNullOrEmpty(line))
        {
            return null;
        }

        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadLineAsync(cancellationToken) is { Length: > 0 } header)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            headers[header[..colon]] = header[(colon + 1)..].Trim();
        }

        return new RangeRequest(line, headers);
    }

    private RangeResponse Respond(RangeRequest request)
    {
        if (request.Headers.TryGetValue("if-match", out var wanted) && !Validators.Contains($"ETag: {wanted}"))
        {
            return RangeResponse.Empty("412 Precondition Failed");
        }

        var (from, to) = request.In(File.Length);
        return from >= File.Length
            ? RangeResponse.Empty("416 Range Not Satisfiable", $"Content-Range: bytes */{File.Length}")
            : RangeResponse.Part(File, from, to, Validators);
    }

    private static async Task WriteAsync(NetworkStream stream, StreamReader reader, RangeResponse response, CancellationTokenSource closed)
    {
        var length = response.ContentLength ?? response.Body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var head = $"HTTP/1.1 {response.Status}\r\n{(length.Length == 0 ? "" : $"Content-Length: {length}\r\n")}{string.Concat(response.Headers.Select(h => h + "\r\n"))}\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), closed.Token);
        var sent = response.Hold is null ? 0 : 1;
        await stream.WriteAsync(response.Body.AsMemory(0, sent), closed.Token);
        if (response.Hold is { } hold)
        {
            // A client that goes away ends the wait; one that stays sends nothing before it has its answer.
            var gone = reader.ReadLineAsync(closed.Token).AsTask();
            if (await Task.WhenAny(hold, gone) == gone)
            {
                await gone;
                throw new IOException("the client closed the connection");
            }

            await stream.WriteAsync(response.Body.AsMemory(sent), closed.Token);
            throw new IOException("closed, since the reader is still in use");
        }

        await stream.WriteAsync(response.Body.AsMemory(sent), closed.Token);
    }
}
