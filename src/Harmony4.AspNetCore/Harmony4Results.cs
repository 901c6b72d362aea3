using Harmony4.AspNetCore.Internal;
using Microsoft.AspNetCore.Http;

namespace Harmony4;

/// <summary>
/// Answers for routes of a host's own: what the endpoints of <c>MapHarmony4()</c> send, from the same open containers and the same share of memory, with their ranges, conditions, entity tags and problem
/// details. <c>AddHarmony4()</c> is all they need.
/// </summary>
/// <remarks>Safe for concurrent use. Each answers what a container cannot give as its endpoint does: 404 without it, 422 where it is damaged, 503 where the store is away.</remarks>
public static class Harmony4Results
{
    /// <summary>A track stream, as <c>GET /video/range</c> sends it. For GET and HEAD.</summary>
    /// <param name="id">The container's id.</param>
    /// <param name="track">The track's id; null for the first one.</param>
    /// <returns>The answer. A sealed track is opened where the request has the key in its header <c>Harmony4-Key</c>.</returns>
    public static IResult TrackStream(string id, int? track = null) => new SharedResult((parts, context) => parts.Video.SendTrackAsync(context, Query.CheckedId(id), track, name: null));

    /// <summary>One block, as <c>GET /containers/{id}/blocks/{track}/{ordinal}</c> sends it, from 1.1 on with its proof in the header <c>Harmony4-Proof</c>. For GET and HEAD.</summary>
    /// <param name="id">The container's id.</param>
    /// <param name="track">The track's id.</param>
    /// <param name="ordinal">Position of the block in the track, from 0.</param>
    /// <returns>The answer.</returns>
    public static IResult Block(string id, int track, long ordinal) => new SharedResult((parts, context) => parts.Containers.SendBlockAsync(context, Query.CheckedId(id), track, ordinal));

    /// <summary>A container's file as it is, as <c>GET /containers/{id}</c> sends it. For GET and HEAD.</summary>
    /// <param name="id">The container's id.</param>
    /// <returns>The answer.</returns>
    public static IResult File(string id) => new SharedResult((parts, context) => parts.Containers.SendFileAsync(context, Query.CheckedId(id)));

    /// <summary>A playlist of HLS, as <c>GET /video/playlist</c> sends it. For GET and HEAD.</summary>
    /// <param name="id">The container's id.</param>
    /// <param name="track">The track's id; null for all tracks, where there are several.</param>
    /// <param name="streamAddress">
    /// Tells where the stream of a track is, by the track's id and a name with an extension that players go by: <c>range.m4s</c>, <c>range.ts</c>, <c>range.aac</c> or <c>range.mp3</c>. Relative addresses
    /// are taken from the playlist's own. <see cref="TrackStream"/> is what has to be there.
    /// </param>
    /// <param name="playlistAddress">Tells where the playlist of one track is, by its id. Null where <paramref name="track"/> is never null, or the container has one track: then of several tracks the first is played.</param>
    /// <returns>The answer.</returns>
    public static IResult Playlist(string id, int? track, Func<int, string, string> streamAddress, Func<int, string>? playlistAddress = null)
    {
        ArgumentNullException.ThrowIfNull(streamAddress);
        return new SharedResult((parts, context) => parts.Playlists.SendAsync(context, Query.CheckedId(id), track, streamAddress, playlistAddress));
    }

    private sealed class SharedResult(Func<HostParts, HttpContext, Task> sendAsync) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            ArgumentNullException.ThrowIfNull(httpContext);
            var parts = HostParts.Of(httpContext.RequestServices);
            return parts.Guard.Wrap(context => sendAsync(parts, context))(httpContext);
        }
    }
}
