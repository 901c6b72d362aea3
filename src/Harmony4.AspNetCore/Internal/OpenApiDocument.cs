using Microsoft.AspNetCore.Http;

namespace Harmony4.AspNetCore.Internal;

/// <summary>The OpenAPI document of the endpoints, which is a part of the package: bodies, ranges and events are said in it as they are.</summary>
internal static class OpenApiDocument
{
    public const string ResourceName = "Harmony4.AspNetCore.openapi.json";

    public static async Task WriteAsync(HttpContext context)
    {
        await using var document = typeof(OpenApiDocument).Assembly.GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"the resource {ResourceName} is missing");
        context.Response.ContentType = JsonResponse.ContentType;
        context.Response.ContentLength = document.Length;
        context.Response.Headers.CacheControl = "no-cache";
        await document.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
