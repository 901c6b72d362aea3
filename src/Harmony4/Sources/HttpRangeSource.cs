using System.Net;
using System.Net.Http.Headers;
using Harmony4.Format;
using Harmony4.Internal;

namespace Harmony4;

/// <summary>Reads a container from a web server by range requests (RFC 9110 section 14).</summary>
/// <remarks>
/// <para>
/// A read sends one GET with one range, and nothing else: no HEAD, no retry, no read-ahead. Reading the tail asks for the last bytes
/// (<c>bytes=-N</c>). When the server refuses such a range or answers it with other bytes, the source learns the length of the file and asks
/// for the last bytes by their positions, which costs up to two requests more, once.
/// </para>
/// <para>
/// All reads are of one version of the file. A strong entity tag goes with every later request as <c>If-Match</c>, and every response must
/// bear it. Without a strong tag, the length, the weak tag and <c>Last-Modified</c> of every response must be those of the first one, which
/// does not notice a change within the same second. A change is an <see cref="IOException"/>; bytes of two versions are never mixed.
/// <see cref="SourceRead.VersionTag"/> is the strong tag as the server sent it, with its quotes, or <c>null</c>. Two reads with the same tag
/// from the same address are of the same bytes, as the server says; the tag proves nothing and has no order.
/// </para>
/// <para>
/// Retries, proxies, credentials and redirects are those of the client, which belongs to the caller and is not disposed. Its
/// <see cref="HttpClient.Timeout"/> also limits how long a read waits for the next bytes of a body. The client must not decompress responses.
/// The source is safe for concurrent reads. Disposing it cancels the reads that are under way.
/// </para>
/// </remarks>
public sealed class HttpRangeSource : H4mkSource
{
    /// <summary>The read length of a walk over a 1.0 file, in bytes.</summary>
    public const int WalkLength = 64 * 1024;

    // A first read that only has to tell the length. It fits into the first flight of a new connection, and holds all of a short file.
    private const int ProbeLength = 8 * 1024;

    private readonly HttpClient _client;
    private readonly Uri _address;
    private readonly string _name;
    private readonly CancellationTokenSource _disposal = new();
    private readonly CancellationToken _disposed;
    private RemoteVersion? _version;
    private long _requestCount;
    private volatile bool _refusesSuffix;

    /// <summary>Initializes a source. Nothing is sent before the first read.</summary>
    /// <param name="client">Sends the requests, with the caller's own headers, handlers and timeouts.</param>
    /// <param name="address">An absolute http or https address.</param>
    /// <exception cref="ArgumentException">The address is not absolute, or of another scheme.</exception>
    public HttpRangeSource(HttpClient client, Uri address)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(address);
        if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
        {
            throw new ArgumentException("expected an absolute http or https address", nameof(address));
        }

        _client = client;
        _address = address;
        _disposed = _disposal.Token;

        // A query may hold a signature, the user part a password, and messages end in logs.
        _name = address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
    }

    /// <summary>Gets a value that indicates whether the file may grow between reads, as a recording does.</summary>
    /// <value>
    /// The default is <c>false</c>: the file must not change. With <c>true</c> every change but a smaller length is taken for growth,
    /// so entity tags and dates are not compared and <c>If-Match</c> is not sent.
    /// </value>
    public bool AllowGrowth { get; init; }

    /// <summary>Gets how many requests were sent. Those that the client repeats or redirects by itself count once.</summary>
    public long RequestCount => Interlocked.Read(ref _requestCount);

    /// <inheritdoc/>
    public override int WalkReadLength => WalkLength;

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        // Not disposed: without a timer there is nothing to free, and reads under way still hold its token.
        _disposal.Cancel();
        return base.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override async ValueTask<SourceRead> ReadCoreAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
        var known = Volatile.Read(ref _version);
        if (known is not null && (destination.IsEmpty || (!AllowGrowth && offset >= known.Length)))
        {
            return new SourceRead(0, known.Length, known.StrongTag?.Tag);
        }

        if (destination.IsEmpty)
        {
            var first = await ReadCoreAsync(0, new byte[1], cancellationToken).ConfigureAwait(false);
            return first with { Count = 0 };
        }

        var last = offset > long.MaxValue - destination.Length ? long.MaxValue : offset + destination.Length - 1;
        var (read, answer) = await SendAsync(new RangeHeaderValue(offset, last), offset, destination, known, cancellationToken).ConfigureAwait(false);
        return answer.Fault is null ? read : throw Failure(answer.Fault);
    }

    /// <inheritdoc/>
    protected override async ValueTask<SourceRead> ReadTailCoreAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
        if (destination.IsEmpty)
        {
            return await ReadCoreAsync(0, destination, cancellationToken).ConfigureAwait(false);
        }

        var known = Volatile.Read(ref _version);
        var length = known?.Length ?? -1;
        if (!_refusesSuffix)
        {
            var (read, answer) = await SendAsync(new RangeHeaderValue(null, destination.Length), null, destination, known, cancellationToken).ConfigureAwait(false);
            if (answer.Fault is null)
            {
                return read;
            }

            if (!answer.IsRefusal)
            {
                throw Failure(answer.Fault);
            }

            _refusesSuffix = true;
            length = Math.Max(length, answer.Length);
        }

        // The length is a guess: from a refusal, or of a file that has grown since. What the next response says holds.
        var first = length > 0
            ? await ReadEndAsync(length, destination, cancellationToken).ConfigureAwait(false)
            : await ReadCoreAsync(0, destination[..Math.Min(destination.Length, ProbeLength)], cancellationToken).ConfigureAwait(false);
        if (first.Length == length || first.Count >= first.Length)
        {
            return first;
        }

        var second = await ReadEndAsync(first.Length, destination, cancellationToken).ConfigureAwait(false);
        return second with { Length = first.Length };
    }

    private ValueTask<SourceRead> ReadEndAsync(long length, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var count = (int)Math.Min(length, destination.Length);
        return ReadCoreAsync(length - count, destination[..count], cancellationToken);
    }

    private async ValueTask<(SourceRead Read, RangeAnswer Answer)> SendAsync(RangeHeaderValue range, long? offset, Memory<byte> destination, RemoteVersion? known, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _address) { Version = _client.DefaultRequestVersion, VersionPolicy = _client.DefaultVersionPolicy };
        request.Headers.Range = range;
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        if (!AllowGrowth && known?.StrongTag is { } tag)
        {
            request.Headers.IfMatch.Add(tag);
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposed);
        try
        {
            Interlocked.Increment(ref _requestCount);
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.PreconditionFailed && request.Headers.IfMatch.Count > 0)
            {
                return (default, new RangeAnswer(0, -1, "the file changed while it was read (status 412)"));
            }

            var answer = RangeAnswer.Of(response, offset, destination.Length);
            if (answer.Fault is not null)
            {
                return (default, answer);
            }

            var version = RemoteVersion.Of(response, answer.Length);
            var fault = (AllowGrowth ? FollowGrowth(version, known) : Compare(ref version, response.StatusCode))
                ?? await FillAsync(response, destination[..answer.Count], stop).ConfigureAwait(false);
            return (new SourceRead(answer.Count, version.Length, version.StrongTag?.Tag), answer with { Fault = fault });
        }
        catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(exception.Message, exception, cancellationToken);
        }
        catch (Exception exception) when (_disposed.IsCancellationRequested)
        {
            throw new ObjectDisposedException("The source was disposed while it was read.", exception);
        }
        catch (OperationCanceledException exception)
        {
            throw Failure("no answer in time", exception);
        }
        catch (Exception exception) when (exception is not InvalidOperationException)
        {
            // Whatever the client's handlers throw: a broken connection, a retry policy that gave up, a body that cannot be decompressed.
            throw Failure(exception.Message, exception);
        }
    }

    /// <summary>Holds a response against the version that is being read; the first one sets it.</summary>
    private string? Compare(ref RemoteVersion version, HttpStatusCode status)
    {
        // A 416 has no bytes to give, and need not bear the validators that a 206 bears.
        var hasBytes = status != HttpStatusCode.RequestedRangeNotSatisfiable;
        var kept = hasBytes ? Interlocked.CompareExchange(ref _version, version, null) : Volatile.Read(ref _version);
        if (kept is null)
        {
            return null;
        }

        var difference = kept.DifferenceTo(hasBytes ? version : kept with { Length = version.Length });
        version = kept;
        return difference is null ? null : $"the file changed while it was read ({difference})";
    }

    private string? FollowGrowth(RemoteVersion version, RemoteVersion? known)
    {
        // Responses may overtake each other: only what was known when the request was sent is a lower bound.
        if (known is not null && version.Length < known.Length)
        {
            return $"the file shrank while it was read (its length was {known.Length}, now {version.Length})";
        }

        var kept = Volatile.Read(ref _version);
        while ((kept is null || kept.Length < version.Length) && Interlocked.CompareExchange(ref _version, version, kept) is var found && !ReferenceEquals(found, kept))
        {
            kept = found;
        }

        return null;
    }

    private async ValueTask<string?> FillAsync(HttpResponseMessage response, Memory<byte> destination, CancellationTokenSource stop)
    {
        if (destination.IsEmpty)
        {
            return null;
        }

        var body = await response.Content.ReadAsStreamAsync(stop.Token).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            for (var done = 0; done < destination.Length;)
            {
                // The client's timeout ends with the headers, and a server that stalls must not hold the reader for ever.
                stop.CancelAfter(_client.Timeout);
                var count = await body.ReadAsync(destination[done..], stop.Token).ConfigureAwait(false);
                if (count == 0)
                {
                    return $"expected {destination.Length} bytes in the response, found {done}";
                }

                done += count;
            }

            return response.Content.Headers.ContentLength is null && await body.ReadAsync(new byte[1], stop.Token).ConfigureAwait(false) > 0
                ? $"expected {destination.Length} bytes in the response, found more"
                : null;
        }
    }

    private IOException Failure(string message, Exception? inner = null) => new($"{_name}: {message}", inner);
}
