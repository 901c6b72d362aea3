using System.Globalization;
using System.IO.Pipelines;
using Harmony4.Format;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Harmony4.AspNetCore.Internal;

/// <summary>Bytes that a GET or HEAD can ask for, whole or in part, with conditions (RFC 9110 sections 13 and 14).</summary>
/// <param name="Length">Bytes in all.</param>
/// <param name="Tag">The entity tag; null when there is none.</param>
/// <param name="CopyAsync">Sends <c>length</c> bytes from <c>offset</c> on.</param>
internal sealed record Representation(long Length, EntityTagHeaderValue? Tag, Func<long, long, PipeWriter, CancellationToken, Task> CopyAsync)
{
    public const string ContentDigestHeader = "Content-Digest";
    public const string ReprDigestHeader = "Repr-Digest";

    /// <summary>The media type.</summary>
    public string ContentType { get; init; } = "application/octet-stream";

    /// <summary>SHA-256 of all the bytes, which goes into <c>Repr-Digest</c>; null when it is not known.</summary>
    public Sha256Digest? Digest { get; init; }

    /// <summary>Whether the bytes were opened with a key: no cache may keep them.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Finds SHA-256 of <c>length</c> bytes from <c>offset</c> on, which goes into <c>Content-Digest</c>; null for no such header.</summary>
    public Func<long, long, CancellationToken, ValueTask<Sha256Digest>>? DigestAsync { get; init; }

    /// <summary>Answers a request.</summary>
    public async Task SendAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.ETag = Tag?.ToString();
        response.Headers.AcceptRanges = "bytes";

        // A cached copy is to be asked about each time: an id may get other bytes.
        response.Headers.CacheControl = IsSecret ? "no-store" : "no-cache";
        if (request.Headers.IfMatch.Count > 0 && !EntityTags.Matches(request.Headers.IfMatch.ToString(), Tag, weak: false))
        {
            throw new ProblemException(StatusCodes.Status412PreconditionFailed, "the entity tag is not one of If-Match");
        }

        if (request.Headers.IfNoneMatch.Count > 0 && EntityTags.Matches(request.Headers.IfNoneMatch.ToString(), Tag, weak: true))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var range = HttpMethods.IsGet(request.Method) && request.Headers.Range.Count > 0 && IfRangeHolds(request)
            ? ByteRange.Evaluate(request.Headers.Range.ToString(), Length)
            : new ByteRange(ByteRangeKind.Full, 0, Length);
        if (range.Kind == ByteRangeKind.Unsatisfiable)
        {
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{Length}");
            throw new ProblemException(StatusCodes.Status416RangeNotSatisfiable, $"no byte of that range is among the {Length}");
        }

        if (range.Kind == ByteRangeKind.Partial)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {range.Start}-{range.Start + range.Length - 1}/{Length}");
        }

        response.ContentType = ContentType;
        response.ContentLength = range.Length;
        if (Digest is { } digest)
        {
            response.Headers[ReprDigestHeader] = Field(digest);
        }

        if (HttpMethods.IsHead(request.Method))
        {
            return;
        }

        if (DigestAsync is not null)
        {
            response.Headers[ContentDigestHeader] = Field(await DigestAsync(range.Start, range.Length, context.RequestAborted));
        }

        if (range.Length > 0)
        {
            await CopyAsync(range.Start, range.Length, response.BodyWriter, context.RequestAborted);
            Telemetry.BytesServed.Add(range.Length);
        }
    }

    // A dictionary of one byte sequence (RFC 9530 section 2, RFC 9651 section 3.2).
    private static string Field(in Sha256Digest digest) => $"sha-256=:{Convert.ToBase64String(digest.ToArray())}:";

    // A date would have to be compared with Last-Modified, which is not sent; a weak tag never holds (section 13.1.5).
    private bool IfRangeHolds(HttpRequest request) =>
        request.Headers.IfRange.Count == 0
        || (Tag is { IsWeak: false } tag && EntityTagHeaderValue.TryParse(request.Headers.IfRange.ToString(), out var asked) && tag.Compare(asked, useStrongComparison: true));
}
