using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Harmony4.AspNetCore.Internal;

/// <summary>Stored containers as they are: the list, the files, single blocks.</summary>
internal sealed class ContainerEndpoints(MediaTransport transport, IContainerStore store, ContainerCache cache)
{
    private const int FlushLength = 32 * 1024;

    public async Task ListAsync(HttpContext context)
    {
        var aborted = context.RequestAborted;
        context.Response.ContentType = JsonResponse.ContentType;
        context.Response.Headers.CacheControl = "no-cache";

        // Gathered here and not in the response: what a response has been given cannot be taken back when the store fails.
        var gathered = new ArrayBufferWriter<byte>();
        await using var json = new Utf8JsonWriter(gathered, JsonResponse.Options);
        json.WriteStartArray();
        await foreach (var stored in store.ListAsync(aborted))
        {
            if (await DescribeAsync(stored, aborted) is not var (tag, length))
            {
                continue;
            }

            json.WriteStartObject();
            json.WriteString("id"u8, stored.Id);
            json.WriteNumber("size"u8, length);
            json.WriteString("etag"u8, tag.ToString());
            json.WriteEndObject();
            if (json.BytesPending >= FlushLength)
            {
                await SendAsync();
            }
        }

        json.WriteEndArray();
        await SendAsync();

        async Task SendAsync()
        {
            json.Flush();
            await context.Response.Body.WriteAsync(gathered.WrittenMemory, aborted);
            gathered.ResetWrittenCount();
        }
    }

    public async Task FileAsync(HttpContext context)
    {
        var aborted = context.RequestAborted;
        var id = Query.CheckedId((string)context.Request.RouteValues["id"]!);
        var stored = await cache.FindAsync(id, aborted);
        var source = await store.OpenAsync(id, aborted) ?? throw ContainerCache.NotFound();
        await using (source)
        {
            var (tag, size) = await EntityTags.OfFileAsync(source, stored, aborted);
            await new Representation(
                size,
                tag,
                (offset, length, output, cancellationToken) => transport.CopySourceAsync(source, offset, length, output, cancellationToken))
                .SendAsync(context);
        }
    }

    public async Task BlockAsync(HttpContext context)
    {
        var values = context.Request.RouteValues;
        var id = Query.CheckedId((string)values["id"]!);
        if (!int.TryParse((string?)values["track"], NumberStyles.None, CultureInfo.InvariantCulture, out var trackId)
            || !long.TryParse((string?)values["ordinal"], NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal))
        {
            throw Query.Bad("expected numbers for track and block");
        }

        using var lease = await cache.OpenAsync(id, context.RequestAborted);
        var (container, track) = (lease.Container, lease.Track(trackId));
        if (ordinal >= track.BlockCount)
        {
            throw new ProblemException(StatusCodes.Status404NotFound, $"the track has {track.BlockCount} blocks");
        }

        var block = await container.GetBlockAsync(track.Id, ordinal, context.RequestAborted);
        await new Representation(
            block.Length,
            EntityTags.OfBlock(lease.Tag, track.Id, ordinal),
            (offset, length, output, cancellationToken) =>
                transport.CopyTrackAsync(container, track.Id, block.StreamOffset + offset, length, output, check: true, cancellationToken))
            .SendAsync(context);
    }

    /// <summary>The tag and the length of a file; null when it is not there any more. One that cannot be read is there all the same.</summary>
    private async ValueTask<(EntityTagHeaderValue Tag, long Length)?> DescribeAsync(StoredContainer stored, CancellationToken cancellationToken)
    {
        try
        {
            if (await store.OpenAsync(stored.Id, cancellationToken) is not { } source)
            {
                return null;
            }

            await using (source)
            {
                return await EntityTags.OfFileAsync(source, stored, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (EntityTags.Weak(stored.Version), stored.Length);
        }
    }
}
