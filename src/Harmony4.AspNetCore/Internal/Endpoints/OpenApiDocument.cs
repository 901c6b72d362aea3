using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Harmony4.AspNetCore.Internal;

/// <summary>The OpenAPI document of the endpoints, which is a part of the package: bodies, ranges and events are said in it as they are.</summary>
internal static class OpenApiDocument
{
    public const string ResourceName = "Harmony4.AspNetCore.openapi.json";
    public const string Path = "/openapi/harmony4.json";

    public static async Task WriteAsync(HttpContext context)
    {
        await using var document = typeof(OpenApiDocument).Assembly.GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"the resource {ResourceName} is missing");
        var response = context.Response;
        response.ContentType = JsonResponse.ContentType;
        response.Headers.CacheControl = "no-cache";

        // Paths count from the host's root: a group's prefix or a path base has to be told.
        var start = Start(context.Request.PathBase + RoutePrefix.Of(context.Request, Path));
        document.Position = start.IsEmpty ? 0 : 1;
        response.ContentLength = start.Length + document.Length - document.Position;
        await response.Body.WriteAsync(start, context.RequestAborted);
        await document.CopyToAsync(response.Body, context.RequestAborted);
    }

    /// <summary>What stands instead of the document's opening brace; nothing without a prefix.</summary>
    private static ReadOnlyMemory<byte> Start(PathString prefix)
    {
        if (!prefix.HasValue)
        {
            return default;
        }

        var start = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(start))
        {
            json.WriteStartObject();
            json.WriteStartArray("servers"u8);
            json.WriteStartObject();
            json.WriteString("url"u8, prefix.ToUriComponent());
            json.WriteEndObject();
            json.WriteEndArray();
        }

        start.Write(","u8);
        return start.WrittenMemory;
    }
}
