using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Harmony4.AspNetCore.Internal;

/// <summary>Small JSON bodies, written member by member.</summary>
internal static class JsonResponse
{
    public const string ContentType = "application/json";

    public static async Task WriteAsync(HttpResponse response, Action<Utf8JsonWriter> write)
    {
        var body = new ArrayBufferWriter<byte>();
        await using (var json = new Utf8JsonWriter(body))
        {
            write(json);
        }

        response.ContentType ??= ContentType;
        response.ContentLength = body.WrittenCount;
        await response.Body.WriteAsync(body.WrittenMemory, response.HttpContext.RequestAborted);
    }
}
