using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;

namespace Harmony4.AspNetCore.Internal;

/// <summary>
/// What the endpoints take, in methods that nobody calls: those who describe endpoints, such as <c>AddOpenApi()</c>, read it off a method's parameters. The endpoints read requests
/// themselves, since their parameters are bounded.
/// </summary>
internal static class EndpointShape
{
    private const string KeyHeader = Query.KeyHeader;
    private const string Json = "application/json";
    private const string Bytes = "application/octet-stream";
    private const string Events = "text/event-stream";

    private static readonly Delegate TrackStream = (
        [FromQuery(Name = "id"), Required] string id,
        [FromQuery(Name = "track")] int? track,
        [FromHeader(Name = "Range")] string? range,
        [FromHeader(Name = "If-Range")] string? ifRange,
        [FromHeader(Name = "If-None-Match")] string? ifNoneMatch,
        [FromHeader(Name = "If-Match")] string? ifMatch,
        [FromHeader(Name = KeyHeader)] string? key) =>
    { };

    /// <summary>Says of an endpoint what it takes and gives.</summary>
    public static void Describe(IEndpointConventionBuilder endpoint, string method, string pattern)
    {
        var (summary, tag, shape, status, contentType) = Of(method, pattern);
        var metadata = new List<object>
        {
            shape.Method,
            new Text(summary),
            new TagsAttribute(tag),
            new ProducesResponseTypeMetadata(status, typeof(void), contentType is null ? [] : [contentType]),
            new ProducesResponseTypeMetadata(StatusCodes.Status400BadRequest, typeof(ProblemDetails), [RequestGuard.ContentType]),
        };
        metadata.AddRange(shape.Method.GetParameters().Select(static p => new Parameter(p)));
        endpoint.WithMetadata([.. metadata]);
    }

    private static (string Summary, string Tag, Delegate Shape, int Status, string? ContentType) Of(string method, string pattern) => (method, pattern) switch
    {
        (_, "/video/stream") => ("Tokens of media", "video", (
            [FromQuery(Name = "segment")] string? segment,
            [FromQuery(Name = "block_size")] int? blockSize,
            [FromQuery(Name = "fps_hint")] string? frameRate,
            [FromQuery(Name = "gop")] int? gop,
            [FromQuery(Name = "pts_rounding")] string? rounding,
            [FromBody, Required] Stream body) =>
        { }, StatusCodes.Status200OK, Events),
        (_, VideoEndpoints.ExportPath) => ("Media to a container", "video", (
            [FromQuery(Name = "id")] string? id,
            [FromQuery(Name = "segment")] string? segment,
            [FromQuery(Name = "block_size")] int? blockSize,
            [FromQuery(Name = "fps_hint")] string? frameRate,
            [FromQuery(Name = "gop")] int? gop,
            [FromQuery(Name = "pts_rounding")] string? rounding,
            [FromQuery(Name = "spec")] string? version,
            [FromQuery(Name = "mask")] int? mask,
            [FromQuery(Name = "seal")] int? seal,
            [FromQuery(Name = "live")] int? live,
            [FromQuery(Name = "empty")] int? empty,
            [FromHeader(Name = KeyHeader)] string? key,
            [FromHeader(Name = "If-None-Match")] string? ifNoneMatch,
            [FromHeader(Name = "If-Match")] string? ifMatch,
            [FromBody, Required] Stream body) =>
        { }, StatusCodes.Status201Created, Json),
        (_, "/video/seek") => ("The keyframe at or before a time", "video", (
            [FromQuery(Name = "id"), Required] string id,
            [FromQuery(Name = "pts")] ulong pts,
            [FromQuery(Name = "track")] int? track,
            [FromQuery(Name = "proof")] int? proof,
            [FromHeader(Name = KeyHeader)] string? key) =>
        { }, StatusCodes.Status200OK, Json),
        (_, "/video/info") => ("What a container holds", "video", (
            [FromQuery(Name = "id"), Required] string id,
            [FromQuery(Name = "verify")] int? verify,
            [FromQuery(Name = "chunks")] string? chunks,
            [FromQuery(Name = "limit")] int? limit,
            [FromQuery(Name = "after")] long? after) =>
        { }, StatusCodes.Status200OK, Json),
        (_, "/video/playlist") => ("A playlist of HLS", "video", (
            [FromQuery(Name = "id"), Required] string id,
            [FromQuery(Name = "track")] int? track,
            [FromHeader(Name = "If-None-Match")] string? ifNoneMatch,
            [FromHeader(Name = "If-Match")] string? ifMatch) =>
        { }, StatusCodes.Status200OK, PlaylistText.ContentType),
        (_, "/audio/stream") => ("Tokens of sound", "audio", (
            [FromQuery(Name = "sample_rate")] int? sampleRate,
            [FromQuery(Name = "frame_size")] int? frameSize,
            [FromQuery(Name = "top_k")] int? topK,
            [FromQuery(Name = "channel")] int? channel,
            [FromBody, Required] Stream body) =>
        { }, StatusCodes.Status200OK, Events),
        (_, "/audio/mask") => ("Masks bytes", "audio", (
            [FromQuery(Name = "block_size")] int? blockSize,
            [FromHeader(Name = KeyHeader), Required] string key,
            [FromBody, Required] Stream body) =>
        { }, StatusCodes.Status200OK, Bytes),
        (_, "/containers") => ("The stored containers", "containers", (
            [FromQuery(Name = "limit")] int? limit,
            [FromQuery(Name = "after")] string? after,
            [FromQuery(Name = "q")] string? part) =>
        { }, StatusCodes.Status200OK, Json),
        ("DELETE", "/containers/{id}") => ("Deletes a container", "containers", (
            [FromRoute(Name = "id"), Required] string id,
            [FromHeader(Name = "If-Match"), Required] string ifMatch) =>
        { }, StatusCodes.Status204NoContent, null),
        (_, "/containers/{id}") => ("A file as it is", "containers", (
            [FromRoute(Name = "id"), Required] string id,
            [FromHeader(Name = "Range")] string? range,
            [FromHeader(Name = "If-Range")] string? ifRange,
            [FromHeader(Name = "If-None-Match")] string? ifNoneMatch,
            [FromHeader(Name = "If-Match")] string? ifMatch) =>
        { }, StatusCodes.Status200OK, Bytes),
        (_, "/containers/{id}/blocks/{track}/{ordinal}") => ("One block", "containers", (
            [FromRoute(Name = "id"), Required] string id,
            [FromRoute(Name = "track")] int track,
            [FromRoute(Name = "ordinal")] long ordinal,
            [FromHeader(Name = "Range")] string? range,
            [FromHeader(Name = "If-Range")] string? ifRange,
            [FromHeader(Name = "If-None-Match")] string? ifNoneMatch,
            [FromHeader(Name = "If-Match")] string? ifMatch) =>
        { }, StatusCodes.Status200OK, Bytes),
        (_, "/health") => ("The process answers", "host", () => { }, StatusCodes.Status200OK, Json),
        (_, "/health/ready") => ("The store answers too", "host", () => { }, StatusCodes.Status200OK, Json),
        (_, OpenApiDocument.Path) => ("The OpenAPI document of the package, with all that is said of it", "host", () => { }, StatusCodes.Status200OK, Json),
        _ => ("The track stream", "video", TrackStream, StatusCodes.Status200OK, Bytes),
    };

    private sealed class Text(string summary) : IEndpointSummaryMetadata
    {
        public string Summary => summary;
    }

    private sealed class Parameter(ParameterInfo parameter) : IParameterBindingMetadata
    {
        public string Name => parameter.Name!;

        public bool HasTryParse => Nullable.GetUnderlyingType(parameter.ParameterType) is not null || parameter.ParameterType.IsValueType;

        public bool HasBindAsync => false;

        public ParameterInfo ParameterInfo => parameter;

        // Whether a class may be null is not known where trimming took that away.
        public bool IsOptional => parameter.ParameterType.IsValueType
            ? Nullable.GetUnderlyingType(parameter.ParameterType) is not null
            : parameter.GetCustomAttribute<RequiredAttribute>() is null;
    }
}
