namespace Harmony4;

/// <summary>The endpoints that <see cref="Microsoft.AspNetCore.Builder.Harmony4EndpointRouteBuilderExtensions.MapHarmony4"/> maps.</summary>
[Flags]
public enum Harmony4Endpoints
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary><c>POST /video/stream</c>: tokens of media as server-sent events.</summary>
    VideoStream = 1 << 0,

    /// <summary><c>POST /video/export</c>: media as a container, streamed back or stored.</summary>
    VideoExport = 1 << 1,

    /// <summary><c>GET, HEAD /video/range</c>: the track stream, with ranges.</summary>
    VideoRange = 1 << 2,

    /// <summary><c>GET /video/seek</c>: the keyframe at or before a time.</summary>
    VideoSeek = 1 << 3,

    /// <summary><c>GET /video/info</c>: what a container holds.</summary>
    VideoInfo = 1 << 4,

    /// <summary><c>POST /audio/stream</c>: tokens of sound as server-sent events.</summary>
    AudioStream = 1 << 5,

    /// <summary><c>POST /audio/mask</c>: masked bytes.</summary>
    AudioMask = 1 << 6,

    /// <summary><c>GET /containers</c>, <c>GET, HEAD /containers/{id}</c>, <c>GET, HEAD /containers/{id}/blocks/{track}/{ordinal}</c>.</summary>
    Containers = 1 << 7,

    /// <summary><c>GET /health</c> and <c>GET /health/ready</c>, open to all even where the others need authorization.</summary>
    Health = 1 << 8,

    /// <summary><c>GET /openapi/harmony4.json</c>: the OpenAPI document of all of them.</summary>
    OpenApi = 1 << 9,

    /// <summary><c>GET, HEAD /video/playlist</c>: a playlist of HLS, and <c>GET, HEAD /video/range.m4s</c>, <c>.ts</c>, <c>.aac</c>, <c>.mp3</c>: the track stream under the names that it refers to.</summary>
    VideoPlaylist = 1 << 10,

    /// <summary><c>DELETE /containers/{id}</c>, with the entity tag of what is to be deleted. Leave it out where not everybody may.</summary>
    ContainerDelete = 1 << 11,

    /// <summary>All.</summary>
    All = (1 << 12) - 1,
}
