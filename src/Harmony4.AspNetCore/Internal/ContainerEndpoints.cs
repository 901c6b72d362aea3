using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

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
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, JsonResponse.Options);
        json.WriteStartArray();
        await foreach (var stored in store.ListAsync(aborted))
        {
            if (await store.OpenAsync(stored.Id, aborted) is not { } source)
            {
                continue;
            }

            await using (source)
            {
                var tag = await EntityTags.OfFileAsync(source, stored, aborted);
                json.WriteStartObject();
                json.WriteString("id"u8, stored.Id);
                json.WriteNumber("size"u8, stored.Length);
                json.WriteString("etag"u8, tag.ToString());
                json.WriteEndObject();
            }

            if (json.BytesPending >= FlushLength)
            {
                json.Flush();
                await context.Response.BodyWriter.FlushAsync(aborted);
            }
        }

        json.WriteEndArray();
    }

    public async Task FileAsync(HttpContext context)
    {
        var aborted = context.RequestAborted;
        var id = Query.CheckedId((string)context.Request.RouteValues["id"]!);
        var stored = await store.FindAsync(id, aborted) ?? throw ContainerCache.NotFound();
        var source = await store.OpenAsync(id, aborted) ?? throw ContainerCache.NotFound();
        await using (source)
        {
            var tag = await EntityTags.OfFileAsync(source, stored, aborted);
            await new Representation(
                stored.Length,
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
}
