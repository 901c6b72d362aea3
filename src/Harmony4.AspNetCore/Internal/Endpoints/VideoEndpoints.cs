using System.Diagnostics;
using Harmony4.Format;
using Harmony4.Tokenization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Harmony4.AspNetCore.Internal;

/// <summary>Media to containers and tokens, and what is read out of stored containers.</summary>
internal sealed class VideoEndpoints(MediaTransport transport, IContainerStore store, ContainerCache cache, Harmony4HttpOptions options, RequestMemory memory, Recordings recordings)
{
    public const string ExportPath = "/video/export";

    private const int SmallestBlock = 65_536;
    private const int LargestBlock = 8_388_608;
    private const int DefaultBlock = 524_288;
    private const int LargestFrameRate = 240;
    private const int LargestGop = 600;
    private const int DefaultGop = 30;
    private const int StartLength = 64 * 1024;
    private const int CopiesOfJson = 3;
    private const int VerificationLength = 8 * 1024 * 1024;

    public async Task StreamAsync(HttpContext context)
    {
        var query = new Query(context.Request);
        var (segment, segmenter) = Segmenter(query);
        var aborted = context.RequestAborted;
        using var share = await RequestMemory.TakeAsync(memory.Writers, RequestMemory.SpoolLength + RequestMemory.EventsLength, aborted);
        var upload = await UploadBody.OpenAsync(context, options.MaxUploadLength);
        await using var stream = await EventStream.StartAsync(context, upload, memory.Spilled, options.SpillDelay);
        var meta = stream.Events.Begin("meta"u8);
        meta.WriteString("segment"u8, segment ?? "auto");
        meta.WriteNumber("block_size"u8, segmenter.BlockSize);
        meta.WriteNumber("fps_hint"u8, segmenter.FrameRate.ToDouble());
        meta.WriteNumber("gop"u8, segmenter.Gop ?? DefaultGop);
        stream.Events.End();
        await stream.Events.FlushAsync(aborted);
        await stream.RunAsync(async events =>
        {
            long tokens = 0, keys = 0;
            await using var source = transport.TokenizeVideoAsync(upload, new ExportOptions { Segment = segment, SegmenterOptions = segmenter, Memory = memory.Writers }, aborted).GetAsyncEnumerator(aborted);
            while (await events.MoveNextAsync(source, aborted))
            {
                var token = source.Current;
                var json = events.Begin("token"u8);
                json.WriteNumber("pts"u8, token.Pts);
                json.WriteNumber("index"u8, token.Index);
                json.WriteBoolean("key"u8, token.IsKey);
                events.End();
                tokens++;
                keys += token.IsKey ? 1 : 0;
            }

            var done = events.Begin("done"u8);
            done.WriteNumber("tokens"u8, tokens);
            done.WriteNumber("keyframes"u8, keys);
            done.WriteNumber("bytes"u8, upload.Position);
            events.End();
        });
    }

    public async Task ExportAsync(HttpContext context)
    {
        var query = new Query(context.Request);
        var (segment, segmenter) = Segmenter(query);
        var masked = query.Flag("mask");
        var isSealed = query.Flag("seal");
        if (!masked && !isSealed)
        {
            query.CheckNoKey();
        }

        var version = Version(query, masked, isSealed);
        var (id, mayBeEmpty, isLive) = (query.OptionalId(), query.Flag("empty"), query.Flag("live"));
        if (isLive && id is null)
        {
            throw Query.Bad("live: expected an id, under which others read what is recorded");
        }

        using var mask = masked ? query.Mask() : null;
        using var sealKey = isSealed ? query.SealKey() : null;
        var export = new ExportOptions
        {
            Segment = segment,
            SegmenterOptions = segmenter,
            Version = version,
            Mask = mask,
            Seal = sealKey is null ? null : new SealOptions { Key = sealKey },
            MaxBlockCount = options.MaxUploadBlocks,
            Memory = memory.Writers,
            MemoryAtStart = memory.ExpectedOf(segmenter.BlockSize, isSealed ? 3 : masked ? 2 : 1, context.Request.ContentLength),
            HashMemory = memory.HashMemory,
        };
        using var share = await RequestMemory.TakeAsync(memory.Writers, RequestMemory.UploadLength + (id is null ? RequestMemory.SpoolLength : 0), context.RequestAborted);
        var upload = await UploadBody.OpenAsync(context, options.MaxUploadLength);
        if (upload.IsEmpty && !mayBeEmpty)
        {
            throw Query.Bad("the body is empty, which more often is a mistake; empty=1 makes a container without blocks of it");
        }

        using var activity = Telemetry.Activities.StartActivity("harmony4.export");
        activity?.SetTag("harmony4.stored", id is not null);
        try
        {
            var result = id is null
                ? await StreamBackAsync(context, upload, export)
                : isLive ? await RecordAsync(context, id, upload, export)
                : await KeepAsync(context, id, upload, export);
            Telemetry.BlocksExported.Add(result.Container.BlockCount);
            activity?.SetTag("harmony4.segment", result.Inputs[0].Segment);
            activity?.SetTag("harmony4.blocks", result.Container.BlockCount);
        }
        catch (Exception exception)
        {
            activity?.SetStatus(ActivityStatusCode.Error);
            activity?.SetTag("error.type", exception.GetType().FullName);
            throw;
        }
    }

    public Task RangeAsync(HttpContext context) => RangeAsync(context, name: null);

    /// <summary>The track stream, also under a name that says what it is, which that of another track does not have.</summary>
    public async Task RangeAsync(HttpContext context, string? name)
    {
        var query = new Query(context.Request);
        using var lease = await cache.OpenAsync(query.Id(), context.RequestAborted);
        var (container, track) = (lease.Container, lease.Track(query.Track()));
        var form = (await TrackForms.FindAsync(container, context.RequestAborted))[track.Id];
        context.Response.Headers.Append(HeaderNames.Vary, Query.KeyHeader);
        if (query.HasKey)
        {
            using var keys = await OpenKeysAsync(query, container, context.RequestAborted);
            var opened = await lease.SealedTrackAsync(track, context.RequestAborted);
            form.CheckName(name, isOpened: true);

            // A block is there as it is stored and as it was sealed.
            using var share = await RequestMemory.TakeAsync(memory.All, 2L * opened.LongestBlock, context.RequestAborted);
            await new Representation(
                opened.ByteLength,
                EntityTags.OfOpened(lease.TagOf(track)),
                (offset, length, output, cancellationToken) => opened.CopyAsync(keys, offset, length, output, cancellationToken))
            {
                ContentType = form.ContentType(isOpened: true),
                IsSecret = true,
            }.SendAsync(context);
            return;
        }

        form.CheckName(name, isOpened: false);
        await new Representation(
            track.ByteLength,
            lease.TagOf(track),
            (offset, length, output, cancellationToken) => container.CopyTrackAsync(track.Id, offset, length, output, options.CheckBlocks, cancellationToken))
        {
            ContentType = form.ContentType(isOpened: false),
        }.SendAsync(context);
    }

    public async Task SeekAsync(HttpContext context)
    {
        var query = new Query(context.Request);
        var (id, pts, asked) = (query.Id(), query.Microseconds("pts"), query.Track());
        var withProof = query.Flag("proof");
        using var lease = await cache.OpenAsync(id, context.RequestAborted);
        var container = lease.Container;
        if (withProof && container.Identity is null)
        {
            throw Query.Bad(container.IsGrowing ? "proof: there is none before the recording is over" : "proof: a 1.0 container has no proofs");
        }

        if (withProof && pts > long.MaxValue)
        {
            throw Query.Bad("proof: expected a time of 0 to 2^63 - 1 us");
        }

        var track = lease.Track(asked);
        var keyframe = await transport.SeekAsync(container, pts, track.Id, context.RequestAborted)
            ?? throw new ProblemException(StatusCodes.Status404NotFound, "no keyframe is at or before that time");
        if (query.HasKey)
        {
            using var keys = await OpenKeysAsync(query, container, context.RequestAborted);
            var opened = await lease.SealedTrackAsync(track, context.RequestAborted);
            keyframe = keyframe with { StreamOffset = (ulong)await opened.GetOffsetAsync(keyframe.Block!.Value, context.RequestAborted) };
        }

        var proof = withProof ? await container.ProveKeyframeAsync(track.Id, pts, context.RequestAborted) : null;
        context.Response.Headers.ETag = (query.HasKey ? EntityTags.OfOpened(lease.TagOf(track)) : lease.TagOf(track)).ToString();
        context.Response.Headers.Append(HeaderNames.Vary, Query.KeyHeader);
        context.Response.Headers.CacheControl = "no-cache";
        await JsonResponse.WriteAsync(context.Response, json =>
        {
            json.WriteStartObject();
            keyframe.WriteMembersTo(json);
            if (proof is not null)
            {
                json.WriteString("proof"u8, Proof.ToText(proof));
            }

            json.WriteEndObject();
        });
    }

    public async Task InfoAsync(HttpContext context)
    {
        var query = new Query(context.Request);
        var (id, verify, page) = (query.Id(), query.Flag("verify"), query.ChunkPage());
        using var lease = await cache.OpenAsync(id, context.RequestAborted);
        using var share = await RequestMemory.TakeAsync(memory.All, RequestMemory.SpoolLength + ReportLength(lease.Container, verify), context.RequestAborted);
        var report = await transport.InspectAsync(lease.Container, verify, progress: null, context.RequestAborted);
        context.Response.ContentType = JsonResponse.ContentType;
        context.Response.Headers.CacheControl = "no-cache";
        await using var spool = new ResponseSpool(context, () => true, memory.Spilled, options.SpillDelay, StartLength);
        await using (var json = new System.Text.Json.Utf8JsonWriter(spool))
        {
            await report.WritePageToAsync(json, page, context.RequestAborted);
        }

        await spool.CompleteAsync();
    }

    /// <summary>The bytes of memory that a report takes: the JSON of the container, read and parsed, and what a verification works with.</summary>
    private static long ReportLength(H4mkContainer container, bool verify)
    {
        var json = LengthOf(ChunkTag.Meta) + LengthOf(ChunkTag.Safe) + LengthOf(ChunkTag.Trak);
        return (CopiesOfJson * json) + (verify ? VerificationLength * (Environment.ProcessorCount + 1L) : 0);

        long LengthOf(ChunkTag tag) => container.FindChunk(tag)?.Length ?? 0;
    }

    /// <summary>The keys of a sealed container for the key in the request's header; 400 for another container, 403 for another key.</summary>
    private static async ValueTask<ContainerKeys> OpenKeysAsync(Query query, H4mkContainer container, CancellationToken cancellationToken)
    {
        using var key = query.SealKey();
        if (!ContainerKeys.IsSealed(container))
        {
            throw Query.Bad($"{Query.KeyHeader}: the container is not sealed, so that no key opens it");
        }

        return await ContainerKeys.TryOpenAsync(container, key, cancellationToken) ?? throw new SealKeyException();
    }

    /// <summary>The version to write: 1.1 unless the request says otherwise or asks for the mask, which 1.0 alone has.</summary>
    private static H4mkVersion Version(Query query, bool masked, bool isSealed)
    {
        var asked = query.OneOf<H4mkVersion?>("spec", null, ("1.0", H4mkVersion.V10), ("1.1", H4mkVersion.V11));
        if (masked && asked == H4mkVersion.V11)
        {
            throw Query.Bad("mask: 1.1 containers are not masked; leave spec out, or ask for spec=1.0");
        }

        if (isSealed && (masked || asked == H4mkVersion.V10))
        {
            throw Query.Bad("seal: 1.0 containers, which the mask makes, are not sealed; ask for one of them");
        }

        if (query.Flag("live") && (masked || asked == H4mkVersion.V10))
        {
            throw Query.Bad("live: the times of a 1.0 container, which the mask makes, come last, so that it cannot be read while it grows");
        }

        return asked ?? (masked ? H4mkVersion.V10 : H4mkVersion.V11);
    }

    private (string? Segment, SegmenterOptions Options) Segmenter(Query query)
    {
        var segment = query.Text("segment");
        if (segment is not (null or "auto") && !transport.Formats.Names.Contains(segment))
        {
            throw Query.Bad($"segment: expected auto or one of {string.Join(", ", transport.Formats.Names)}");
        }

        var gop = query.Text("gop") is null ? (int?)null : query.Number("gop", DefaultGop, 1, LargestGop);
        return (segment is "auto" ? null : segment, new SegmenterOptions
        {
            BlockSize = query.Number("block_size", DefaultBlock, SmallestBlock, LargestBlock),
            FrameRate = query.FrameRate("fps_hint", new FrameRate(30), 1, LargestFrameRate),
            Gop = gop,
            PtsRounding = query.OneOf("pts_rounding", PtsRounding.Exact, ("exact", PtsRounding.Exact), ("1.0", PtsRounding.Version10)),
        });
    }

    private async Task<ExportResult> StreamBackAsync(HttpContext context, UploadBody upload, ExportOptions export)
    {
        context.Response.ContentType = "application/octet-stream";
        await using var spool = new ResponseSpool(context, () => upload.IsComplete, memory.Spilled, options.SpillDelay, StartLength);
        var result = await transport.ExportAsync(upload, spool, export, progress: null, context.RequestAborted);
        await spool.CompleteAsync();
        return result;
    }

    private async Task<ExportResult> KeepAsync(HttpContext context, string id, UploadBody upload, ExportOptions export)
    {
        var replace = Replaces(context.Request);
        await CheckAsync(context, id);
        var kept = await store.CreateAsync(id, context.RequestAborted);
        await using (kept)
        {
            var result = await transport.ExportAsync(upload, kept.Output, export, progress: null, context.RequestAborted);
            await CheckAsync(context, id);
            var stored = await kept.CommitAsync(replace, context.RequestAborted) ?? throw Taken(replace);
            cache.Forget(id);
            await AnswerAsync(context, stored, result, notice: null);
            return result;
        }
    }

    private async Task<ExportResult> RecordAsync(HttpContext context, string id, UploadBody upload, ExportOptions export)
    {
        var replace = Replaces(context.Request);
        await CheckAsync(context, id);
        var (result, stored, reason) = await recordings.WriteAsync(
            context,
            id,
            upload,
            (body, output) => transport.ExportAsync(body, output, export),
            async kept =>
            {
                if (!await kept.PublishAsync(replace, CancellationToken.None))
                {
                    throw Taken(replace);
                }
            });
        if (!context.RequestAborted.IsCancellationRequested)
        {
            await AnswerAsync(context, stored, result, reason is null ? null : $"the recording was closed: {reason}");
        }

        return result;
    }

    private static Task AnswerAsync(HttpContext context, StoredContainer stored, ExportResult result, string? notice)
    {
        var (request, response) = (context.Request, context.Response);
        response.StatusCode = StatusCodes.Status201Created;
        response.Headers.Location = (request.PathBase + RoutePrefix.Of(request, ExportPath) + new PathString($"/containers/{stored.Id}")).ToUriComponent();
        response.Headers.ETag = EntityTags.OfFile(result.Container).ToString();
        return JsonResponse.WriteAsync(response, json =>
        {
            json.WriteStartObject();
            json.WriteString("id"u8, stored.Id);
            json.WriteNumber("size"u8, stored.Length);
            json.WriteNumber("blocks"u8, result.Container.BlockCount);
            json.WriteNumber("keyframes"u8, result.Container.KeyframeCount);
            json.WriteString("segment"u8, result.Inputs[0].Segment);
            json.WriteString("version"u8, result.Container.Version.ToName());
            json.WriteString("root"u8, result.Container.Identity?.ToString());
            json.WriteString("veri"u8, result.Container.Veri?.ToString());
            json.WriteString("notice"u8, notice ?? result.Inputs[0].Notice?.Message ?? result.Inputs[0].Hint);
            json.WriteEndObject();
        });
    }

    // As RFC 9110 section 13.1.2 has it: with "*", nothing that exists is replaced.
    private static bool Replaces(HttpRequest request) => request.Headers.IfNoneMatch.ToString().Trim() != "*";

    /// <summary>Holds the conditions against what is stored: before the body is read, and again when it is, since that takes a while.</summary>
    private async ValueTask CheckAsync(HttpContext context, string id)
    {
        var (match, noneMatch) = (context.Request.Headers.IfMatch, context.Request.Headers.IfNoneMatch);
        if (match.Count == 0 && noneMatch.Count == 0)
        {
            return;
        }

        var aborted = context.RequestAborted;
        EntityTagHeaderValue? tag = null;
        if (await store.FindAsync(id, aborted) is { } stored && await store.OpenAsync(id, aborted) is { } source)
        {
            await using (source)
            {
                (tag, _) = await EntityTags.OfFileAsync(source, stored, aborted);
            }
        }

        if (match.Count > 0 && (tag is null || !EntityTags.Matches(match.ToString(), tag, weak: false)))
        {
            throw new ProblemException(StatusCodes.Status412PreconditionFailed, "the entity tag of what is stored is not one of If-Match");
        }

        if (noneMatch.Count > 0 && tag is not null && EntityTags.Matches(noneMatch.ToString(), tag, weak: true))
        {
            throw Taken(replaces: false);
        }
    }

    private static ProblemException Taken(bool replaces) => replaces
        ? new(StatusCodes.Status409Conflict, "a recording grows under that id: nothing takes its place before it is over")
        : new(StatusCodes.Status412PreconditionFailed, "there is a container of that id already");
}
