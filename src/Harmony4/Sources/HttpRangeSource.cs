using System.Net;
using System.Net.Http.Headers;
using Harmony4.Format;

namespace Harmony4;

/// <summary>Reads a container from a web server by range requests (RFC 9110 section 14), one for each read.</summary>
/// <remarks>
/// All reads are of one version of the file: the first answer's entity tag, when it is a strong one, goes with every later request, and a change
/// is an error. Safe for concurrent reads. The client is the caller's and is not disposed.
/// </remarks>
public sealed class HttpRangeSource : H4mkSource
{
    /// <summary>What a walk over a 1.0 file reads at once, in bytes.</summary>
    public const int WalkLength = 64 * 1024;

    private readonly HttpClient _client;
    private readonly Uri _address;
    private readonly string _name;
    private EntityTagHeaderValue? _entityTag;
    private long _length = -1;

    /// <summary>Initializes a source. Nothing is sent before the first read.</summary>
    /// <param name="client">Sends the requests, with the caller's own headers, handlers and timeouts.</param>
    /// <param name="address">An absolute http or https address.</param>
    /// <exception cref="ArgumentException">The address is not of that kind.</exception>
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

        // A query may hold a signature, the user part a password, and messages end in logs.
        _name = address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
    }

    /// <inheritdoc/>
    public override int WalkReadLength => WalkLength;

    /// <inheritdoc/>
    protected override async ValueTask<SourceRead> ReadCoreAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        if (destination.IsEmpty || (Volatile.Read(ref _length) is var known && known >= 0 && offset >= known))
        {
            return new SourceRead(0, Math.Max(0, Volatile.Read(ref _length)), _entityTag?.Tag);
        }

        return await RequestAsync(new RangeHeaderValue(offset, offset + destination.Length - 1), offset, destination, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override async ValueTask<SourceRead> ReadTailCoreAsync(Memory<byte> destination, CancellationToken cancellationToken) =>
        await RequestAsync(new RangeHeaderValue(null, destination.Length), null, destination, cancellationToken).ConfigureAwait(false);

    private async ValueTask<SourceRead> RequestAsync(RangeHeaderValue range, long? offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _address);
        request.Headers.Range = range;
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        if (_entityTag is { } tag)
        {
            request.Headers.IfMatch.Add(tag);
        }

        try
        {
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            return await ReadAsync(response, offset, destination, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException exception)
        {
            throw new IOException($"{_name}: {exception.Message}", exception);
        }
        catch (TaskCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"{_name}: no answer in time", exception);
        }
    }

    private async ValueTask<SourceRead> ReadAsync(HttpResponseMessage response, long? offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var answered = response.Content.Headers.ContentRange;
        switch (response.StatusCode)
        {
            case HttpStatusCode.PartialContent when answered is { Unit: "bytes", From: { } from, To: { } to, Length: { } length }:
                if (from != (offset ?? Math.Max(0, length - destination.Length)) || to - from >= destination.Length || (offset is null && to != length - 1))
                {
                    throw new IOException($"{_name}: expected the bytes asked for, found Content-Range {answered}");
                }

                Keep(response, length);
                var count = await FillAsync(response, destination[..(int)(to - from + 1)], cancellationToken).ConfigureAwait(false);
                return new SourceRead(count, length, _entityTag?.Tag);

            case HttpStatusCode.RequestedRangeNotSatisfiable when answered?.Length is { } length:
                Keep(response, length);
                return new SourceRead(0, length, _entityTag?.Tag);

            case HttpStatusCode.OK when response.Content.Headers.ContentLength is 0:
                // An empty file has no range to give.
                Keep(response, 0);
                return new SourceRead(0, 0, _entityTag?.Tag);

            case HttpStatusCode.OK:
                throw new IOException($"{_name}: expected a server that answers ranges, found the whole file (status 200)");

            case HttpStatusCode.PartialContent:
                throw new IOException($"{_name}: expected a Content-Range with the length of the file, found {(object?)answered ?? "none"}");

            case HttpStatusCode.PreconditionFailed:
                throw new IOException($"{_name}: the file changed while it was read (status 412)");

            default:
                throw new IOException($"{_name}: expected status 206, found {(int)response.StatusCode}");
        }
    }

    private void Keep(HttpResponseMessage response, long length)
    {
        var previous = Interlocked.CompareExchange(ref _length, length, -1);
        if (previous >= 0 && previous != length)
        {
            throw new IOException($"{_name}: the file changed while it was read (its length was {previous}, now {length})");
        }

        // Not every server heeds If-Match, and of two first reads at once neither has a tag to send.
        if (response.Headers.ETag is { IsWeak: false } tag && Interlocked.CompareExchange(ref _entityTag, tag, null) is { } kept && kept.Tag != tag.Tag)
        {
            throw new IOException($"{_name}: the file changed while it was read (its entity tag was {kept.Tag}, now {tag.Tag})");
        }
    }

    private async ValueTask<int> FillAsync(HttpResponseMessage response, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var count = await body.ReadAtLeastAsync(destination, destination.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            return count == destination.Length
                ? count
                : throw new IOException($"{_name}: expected {destination.Length} bytes in the answer, found {count}");
        }
    }
}
