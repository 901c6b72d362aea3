using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Harmony4.AspNetCore.Internal;

/// <summary>Stored containers as they are: the list, the files, single blocks.</summary>
internal sealed class ContainerEndpoints(MediaTransport transport, IContainerStore store, ContainerCache cache, FileEndCache ends)
{
    private const int FlushLength = 32 * 1024;

    public async Task ListAsync(HttpContext context)
    {
        var query = new Query(context.Request);
        var (limit, after, part) = (query.Limit(), query.Text("after"), query.Text("q"));
        var aborted = context.RequestAborted;
        context.Response.ContentType = JsonResponse.ContentType;
        context.Response.Headers.CacheControl = "no-cache";

        // Gathered here and not in the response: what a response has been given cannot be taken back when the store fails.
        var gathered = new ArrayBufferWriter<byte>();
        await using var json = new Utf8JsonWriter(gathered, JsonResponse.Options);
        json.WriteStartArray();
        var count = 0;
        await foreach (var stored in store.ListAsync(aborted))
        {
            if ((after is not null && string.CompareOrdinal(stored.Id, after) <= 0)
                || (part is not null && !stored.Id.Contains(part, StringComparison.Ordinal))
                || await ends.DescribeAsync(stored, aborted) is not { } file)
            {
                continue;
            }

            Write(json, file, stored.State == StoredState.Growing);
            if (json.BytesPending >= FlushLength)
            {
                await SendAsync();
            }

            if (++count == limit)
            {
                break;
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

    public async Task DeleteAsync(HttpContext context)
    {
        var aborted = context.RequestAborted;
        var id = Query.CheckedId((string)context.Request.RouteValues["id"]!);
        var match = context.Request.Headers.IfMatch;
        if (match.Count == 0)
        {
            throw new ProblemException(StatusCodes.Status428PreconditionRequired, "expected If-Match with the entity tag of what is to be deleted, found none");
        }

        var stored = await cache.FindAsync(id, aborted);
        EntityTagHeaderValue tag;
        await using (var source = await store.OpenAsync(id, aborted) ?? throw ContainerCache.NotFound())
        {
            (tag, _) = await EntityTags.OfFileAsync(source, stored, aborted);
        }

        // What was opened may be later than what was found: the store deletes what was found only.
        if (!EntityTags.Matches(match.ToString(), tag, weak: false) || !await DeleteAsync(stored, aborted))
        {
            throw new ProblemException(StatusCodes.Status412PreconditionFailed, "the entity tag of what is stored is not one of If-Match");
        }

        cache.Forget(id);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
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

        var aborted = context.RequestAborted;
        using var lease = await cache.OpenAsync(id, aborted);
        var (container, track) = (lease.Container, lease.Track(trackId));
        if (ordinal >= track.BlockCount)
        {
            throw new ProblemException(StatusCodes.Status404NotFound, $"the track has {track.BlockCount} blocks");
        }

        var block = await container.GetBlockAsync(track.Id, ordinal, aborted);
        if (container.Identity is not null)
        {
            context.Response.Headers[Proof.Header] = Proof.ToText(await container.ProveBlockAsync(track.Id, ordinal, aborted));
        }

        await new Representation(block.Length, EntityTags.OfBlock(block, track.Id, lease.TagOf(track)), CopyAsync)
        {
            Digest = block.Digest,
            DigestAsync = async (offset, length, cancellationToken) => block.Digest is { } digest && length == block.Length
                ? digest
                : await DigestStream.HashAsync(pipe => CopyAsync(offset, length, pipe, cancellationToken)),
        }
        .SendAsync(context);

        Task CopyAsync(long offset, long length, PipeWriter output, CancellationToken cancellationToken) =>
            container.CopyTrackAsync(track.Id, block.StreamOffset + offset, length, output, check: true, cancellationToken);
    }

    private async ValueTask<bool> DeleteAsync(StoredContainer stored, CancellationToken cancellationToken)
    {
        try
        {
            return await store.DeleteAsync(stored, cancellationToken);
        }
        catch (NotSupportedException)
        {
            throw new ProblemException(StatusCodes.Status501NotImplemented, "the store of this host deletes nothing");
        }
    }

    private static void Write(Utf8JsonWriter json, FileEndCache.Entry file, bool isLive)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, file.Id);
        json.WriteNumber("size"u8, file.End.Length);
        json.WriteString("etag"u8, file.Tag.ToString());
        if (file.End.Duration is { } duration)
        {
            json.WriteNumber("duration_us"u8, duration);
        }
        else
        {
            json.WriteNull("duration_us"u8);
        }

        json.WriteString("version"u8, file.End.Version?.ToName());
        if (isLive)
        {
            json.WriteBoolean("live"u8, true);
        }

        json.WriteEndObject();
    }
}
