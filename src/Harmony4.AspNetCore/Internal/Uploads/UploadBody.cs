using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Harmony4.AspNetCore.Internal;

/// <summary>The uploaded bytes: the body itself, or the first file of a multipart form, read as they come.</summary>
internal sealed class UploadBody : Stream
{
    private const int HeadLength = 512;
    private const string Identity = "identity";

    private readonly Stream _stream;
    private readonly MultipartReader? _form;
    private readonly long _limit;
    private readonly byte[] _head = new byte[HeadLength];
    private Memory<byte> _headLeft;
    private long _position;

    private UploadBody(Stream stream, MultipartReader? form, long limit)
    {
        _stream = stream;
        _form = form;
        _limit = limit;
    }

    /// <summary>Gets whether the end was read, of the whole body.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Gets whether nothing was uploaded.</summary>
    public bool IsEmpty { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary>
    /// Opens the upload, sets its limit and waits for its first bytes: a client that asks whether to go on is only told so before the response starts.
    /// </summary>
    public static async ValueTask<UploadBody> OpenAsync(HttpContext context, long limit)
    {
        var request = context.Request;
        CheckCoding(context);
        if (request.ContentLength > limit)
        {
            throw TooLong(limit);
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = limit;
        }

        var form = IsForm(request, out var boundary) ? new MultipartReader(boundary, request.Body) : null;
        var stream = form is null ? request.Body : await FindFileAsync(form, context.RequestAborted);
        var upload = new UploadBody(stream, form, limit);
        var count = await upload.ReadPartAsync(upload._head, context.RequestAborted);
        upload._headLeft = upload._head.AsMemory(0, count);
        upload.IsEmpty = count == 0;
        return upload;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count;
        if (_headLeft.IsEmpty)
        {
            count = await ReadPartAsync(buffer, cancellationToken);
        }
        else
        {
            count = Math.Min(buffer.Length, _headLeft.Length);
            _headLeft[..count].CopyTo(buffer);
            _headLeft = _headLeft[count..];
        }

        _position += count;
        Telemetry.BytesReceived.Add(count);
        if (_position > _limit)
        {
            // Not every server enforces it, and none does when something in front of this unpacks the body.
            throw TooLong(_limit);
        }

        return count;
    }

    /// <summary>Reads on to the end.</summary>
    public async ValueTask DrainAsync(CancellationToken cancellationToken)
    {
        var scratch = new byte[16 * 1024];
        while (await ReadAsync(scratch, cancellationToken) > 0)
        {
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("read asynchronously");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Refuses a coded body, whose bytes are not the media's. Where the host unpacks bodies, it takes the header away.</summary>
    private static void CheckCoding(HttpContext context)
    {
        foreach (var coding in context.Request.Headers.GetCommaSeparatedValues(HeaderNames.ContentEncoding))
        {
            if (!coding.Equals(Identity, StringComparison.OrdinalIgnoreCase))
            {
                // RFC 9110 section 15.5.16: so the client knows that it may send the same as it is.
                context.Response.Headers.AcceptEncoding = Identity;
                throw new ProblemException(StatusCodes.Status415UnsupportedMediaType, "expected a body without a content coding");
            }
        }
    }

    private static bool IsForm(HttpRequest request, out string boundary)
    {
        boundary = string.Empty;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        return boundary.Length is > 0 and <= 70 ? true : throw Query.Bad("expected a multipart boundary of 1 to 70 characters");
    }

    private static async ValueTask<Stream> FindFileAsync(MultipartReader form, CancellationToken cancellationToken)
    {
        while (await NextPartAsync(form, cancellationToken) is { } section)
        {
            if (ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) && disposition.IsFileDisposition())
            {
                return section.Body;
            }
        }

        throw Query.Bad("expected a file in the form, found none");
    }

    private static async ValueTask<MultipartSection?> NextPartAsync(MultipartReader form, CancellationToken cancellationToken)
    {
        try
        {
            return await form.ReadNextSectionAsync(cancellationToken);
        }
        catch (IOException exception) when (exception is not BadHttpRequestException)
        {
            throw Ended(exception, "expected a multipart form, found none, or one that is cut short");
        }
    }

    // A body that cannot be read is the client's doing, unlike other failures of that kind, which are the store's or the disk's.
    private static Exception Ended(IOException exception, string? detail) =>
        detail is null || exception is ConnectionResetException ? new ClientGoneException(exception) : Query.Bad(detail);

    private static ProblemException TooLong(long limit) => new(StatusCodes.Status413PayloadTooLarge, $"expected at most {limit} bytes, found more");

    private async ValueTask<int> ReadPartAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int count;
        try
        {
            count = await _stream.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException exception) when (exception is not BadHttpRequestException)
        {
            throw Ended(exception, _form is null ? null : "the form ends before its file does");
        }

        if (count > 0 || buffer.IsEmpty || IsComplete)
        {
            return count;
        }

        // What stands behind the file is not wanted, but has to be there, and a client that sends all before it reads has to get rid of it.
        while (_form is not null && await NextPartAsync(_form, cancellationToken) is not null)
        {
        }

        IsComplete = true;
        return 0;
    }
}
