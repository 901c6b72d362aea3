using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Harmony4.AspNetCore.Internal;

/// <summary>The uploaded bytes: the body itself, or the first file of a multipart form, read as they come.</summary>
internal sealed class UploadBody : Stream
{
    private readonly Stream _stream;
    private long _position;

    private UploadBody(Stream stream) => _stream = stream;

    /// <summary>Gets whether the end was read.</summary>
    public bool IsComplete { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary>Opens the upload and sets its limit.</summary>
    public static async ValueTask<UploadBody> OpenAsync(HttpContext context, long limit)
    {
        var request = context.Request;
        if (request.ContentLength > limit)
        {
            throw new ProblemException(StatusCodes.Status413PayloadTooLarge, $"expected at most {limit} bytes, found {request.ContentLength}");
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = limit;
        }

        return new UploadBody(IsForm(request, out var boundary) ? await FindFileAsync(request, boundary, context.RequestAborted) : request.Body);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await _stream.ReadAsync(buffer, cancellationToken);
        IsComplete |= count == 0 && buffer.Length > 0;
        _position += count;
        Telemetry.BytesReceived.Add(count);
        return count;
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

    private static async ValueTask<Stream> FindFileAsync(HttpRequest request, string boundary, CancellationToken cancellationToken)
    {
        var reader = new MultipartReader(boundary, request.Body);
        try
        {
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                if (ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) && disposition.IsFileDisposition())
                {
                    return section.Body;
                }
            }
        }
        catch (IOException exception) when (exception is not BadHttpRequestException && !cancellationToken.IsCancellationRequested)
        {
            throw Query.Bad($"not a multipart form: {exception.Message}");
        }

        throw Query.Bad("expected a file in the form, found none");
    }
}
