using System.Net;
using System.Net.Http.Headers;

namespace Harmony4.Internal;

/// <summary>What the headers of a response to a range request say, checked before a byte of its body is read (RFC 9110, 14 and 15.3.7).</summary>
/// <param name="Count">Bytes that the body has to hold, all of them asked for.</param>
/// <param name="Length">The length of the file; for a refusal what the server let slip of it, or -1.</param>
/// <param name="Fault">What is wrong with the answer; <c>null</c> when the body may be read.</param>
/// <param name="IsRefusal">Whether the server may still answer the same range with its bounds spelled out.</param>
internal readonly record struct RangeAnswer(int Count, long Length, string? Fault = null, bool IsRefusal = false)
{
    /// <summary>Judges a response.</summary>
    /// <param name="response">The response, its body unread.</param>
    /// <param name="offset">The first byte asked for; <c>null</c> when the last bytes were.</param>
    /// <param name="asked">Bytes asked for, at least 1.</param>
    public static RangeAnswer Of(HttpResponseMessage response, long? offset, int asked)
    {
        var headers = response.Content.Headers;
        switch (response.StatusCode)
        {
            case HttpStatusCode.PartialContent or HttpStatusCode.OK when headers.ContentEncoding.FirstOrDefault(e => !e.Equals("identity", StringComparison.OrdinalIgnoreCase)) is { } encoding:
                return Wrong($"expected the bytes as they are, found Content-Encoding {encoding}", isRefusal: response.StatusCode == HttpStatusCode.OK);

            case HttpStatusCode.PartialContent:
                return OfPart(headers, offset, asked);

            // The whole file where that is what was asked for; a server may leave Range unheeded then.
            case HttpStatusCode.OK when headers.ContentLength is { } length && length <= asked && offset is null or 0:
                return new RangeAnswer((int)length, length);

            case HttpStatusCode.OK:
                return Wrong("expected a server that answers ranges, found the whole file (status 200)", headers.ContentLength ?? -1, isRefusal: true);

            case HttpStatusCode.RequestedRangeNotSatisfiable:
                return OfUnsatisfied(headers.ContentRange, offset);

            case HttpStatusCode.BadRequest or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented:
                return Wrong($"expected status 206, found {(int)response.StatusCode}", isRefusal: true);

            default:
                return Wrong($"expected status 206, found {(int)response.StatusCode}");
        }
    }

    private static RangeAnswer OfPart(HttpContentHeaders headers, long? offset, int asked)
    {
        if (string.Equals(headers.ContentType?.MediaType, "multipart/byteranges", StringComparison.OrdinalIgnoreCase))
        {
            return Wrong("expected one part, found multipart/byteranges", isRefusal: true);
        }

        if (headers.ContentRange is not { From: { } from, To: { } to, Length: { } length } range || !range.Unit.Equals("bytes", StringComparison.OrdinalIgnoreCase))
        {
            var found = headers.ContentRange?.ToString() ?? (headers.Contains("Content-Range") ? "one that cannot be read" : "none");
            return Wrong($"expected a Content-Range in bytes with the length of the file, found {found}", isRefusal: true);
        }

        // A part may be shorter than asked for, but not elsewhere. The last bytes are of use together only.
        if (from != (offset ?? Math.Max(0, length - asked)) || to - from >= asked || (offset is null && to != length - 1))
        {
            return Wrong($"expected the bytes asked for, found Content-Range {range}", length, isRefusal: true);
        }

        var count = (int)(to - from) + 1;
        return headers.ContentLength is { } body && body != count
            ? Wrong($"expected a body of {count} bytes as Content-Range says, found Content-Length {body}", length, isRefusal: true)
            : new RangeAnswer(count, length);
    }

    private static RangeAnswer OfUnsatisfied(ContentRangeHeaderValue? range, long? offset) => range?.Length switch
    {
        null => Wrong("expected status 206, found 416 without the length of the file", isRefusal: true),
        { } length when length == 0 || offset >= length => new RangeAnswer(0, length),
        { } length => Wrong($"expected the bytes asked for, found that a file of {length} bytes has none of them (status 416)", length, isRefusal: true),
    };

    private static RangeAnswer Wrong(string fault, long length = -1, bool isRefusal = false) => new(0, length, fault, isRefusal);
}
