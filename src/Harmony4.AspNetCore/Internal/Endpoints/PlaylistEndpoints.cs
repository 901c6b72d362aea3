using Harmony4.Format;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Harmony4.AspNetCore.Internal;

/// <summary>Playlists of HLS over track streams.</summary>
internal sealed class PlaylistEndpoints(ContainerCache cache)
{
    // Of the form of the playlists: another number when the same container gives other lines.
    private const string TagSuffix = "-hls1";

    public async Task PlaylistAsync(HttpContext context)
    {
        var query = new Query(context.Request);
        var (id, asked) = (query.Id(), query.Track());
        var aborted = context.RequestAborted;
        using var lease = await cache.OpenAsync(id, aborted);
        var (container, track) = (lease.Container, lease.Track(asked));
        var forms = await TrackForms.ReadAsync(container, aborted);

        // A slash at the end leads here too, and is a folder more to whoever resolves an address.
        var folder = context.Request.Path.Value is [.., '/'] ? "../" : "";
        Func<PlaylistText, Task> write;
        if (asked is null && container.Tracks.Count > 1)
        {
            var entries = await ListAsync(container, forms, aborted);
            write = text =>
            {
                MultivariantPlaylist.Write(text, entries, trackId => FormattableString.Invariant($"{folder}playlist?id={id}&track={trackId}"));
                return Task.CompletedTask;
            };
        }
        else
        {
            var form = forms[track.Id];
            var (facts, refusal) = await MeasureAsync(container, forms, track, aborted);
            if (refusal is not null)
            {
                throw container.IsGrowing && facts is { HasSegments: false } ? NotYet() : NotAcceptable(refusal);
            }

            var address = FormattableString.Invariant($"{folder}{form.StreamName}?id={id}&track={track.Id}");
            write = text => MediaPlaylist.WriteAsync(text, container, track, form, facts!, address, aborted);
        }

        await SendAsync(context, TagOf(container, lease.TagOf(track)), write);
    }

    /// <summary>Lists the tracks of pictures and sound that players can play; 406 when there is none.</summary>
    private static async ValueTask<List<MultivariantPlaylist.Entry>> ListAsync(H4mkContainer container, TrackForms forms, CancellationToken cancellationToken)
    {
        var entries = new List<MultivariantPlaylist.Entry>();
        string? first = null;
        foreach (var info in await container.ReadTrackInfoAsync(cancellationToken))
        {
            var (facts, refusal) = info.Kind == TrackKind.Data
                ? (null, "the track is neither of pictures nor of sound; its own playlist may be asked for by track=")
                : await MeasureAsync(container, forms, container.GetTrack(info.Id), cancellationToken);
            if (facts is not null && refusal is null)
            {
                entries.Add(new MultivariantPlaylist.Entry(info, forms[info.Id], facts));
            }
            else
            {
                first ??= FormattableString.Invariant($"track {info.Id}: {refusal}");
            }
        }

        return entries.Count > 0 ? entries : throw (container.IsGrowing ? NotYet() : NotAcceptable($"HLS has a form for none of the tracks; {first}"));
    }

    /// <summary>Measures the segments of a track, once while the container is open, and says why there is no playlist of it.</summary>
    private static async ValueTask<(PlaylistFacts? Facts, string? Refusal)> MeasureAsync(H4mkContainer container, TrackForms forms, H4mkTrack track, CancellationToken cancellationToken)
    {
        var form = forms[track.Id];
        if (form.Refusal() is { } refusal)
        {
            return (null, refusal);
        }

        if (!forms.Facts.TryGetValue(track.Id, out var facts))
        {
            facts = await PlaylistFacts.MeasureAsync(container, track, form, cancellationToken);
            forms.Facts[track.Id] = facts;
        }

        return (facts, facts.Refusal(form));
    }

    private static async Task SendAsync(HttpContext context, EntityTagHeaderValue tag, Func<PlaylistText, Task> write)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.ETag = tag.ToString();
        response.Headers.CacheControl = "no-cache";
        if (request.Headers.IfMatch.Count > 0 && !EntityTags.Matches(request.Headers.IfMatch.ToString(), tag, weak: false))
        {
            throw new ProblemException(StatusCodes.Status412PreconditionFailed, "the entity tag is not one of If-Match");
        }

        if (request.Headers.IfNoneMatch.Count > 0 && EntityTags.Matches(request.Headers.IfNoneMatch.ToString(), tag, weak: true))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = PlaylistText.ContentType;
        if (!HttpMethods.IsHead(request.Method))
        {
            await write(new PlaylistText(response.BodyWriter));
        }
    }

    // The lines depend on the description of the tracks too, which the identity covers, and a track's own root does not.
    private static EntityTagHeaderValue TagOf(H4mkContainer container, EntityTagHeaderValue stream) => container.Identity is { } identity
        ? new($"\"{identity}{TagSuffix}\"")
        : new($"\"{stream.Tag.AsSpan(1, stream.Tag.Length - 2)}{TagSuffix}\"", stream.IsWeak);

    private static ProblemException NotYet() => new(StatusCodes.Status503ServiceUnavailable, "no segment of the recording is whole yet") { MayBeTriedAgain = true };

    private static ProblemException NotAcceptable(string reason) => new(StatusCodes.Status406NotAcceptable, reason);
}
