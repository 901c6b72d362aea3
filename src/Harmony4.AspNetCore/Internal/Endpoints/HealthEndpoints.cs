using Microsoft.AspNetCore.Http;

namespace Harmony4.AspNetCore.Internal;

/// <summary>Probes for whoever runs the host.</summary>
internal sealed class HealthEndpoints(IContainerStore store)
{
    /// <summary>The process answers.</summary>
    public static Task LiveAsync(HttpContext context) => WriteAsync(context, "ok");

    /// <summary>The store answers too.</summary>
    public async Task ReadyAsync(HttpContext context)
    {
        try
        {
            await store.CheckAsync(context.RequestAborted);
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            // However a store of the host's own may fail, it is not ready.
            throw new ProblemException(StatusCodes.Status503ServiceUnavailable, "the container store does not answer", cause: exception);
        }

        await WriteAsync(context, "ready");
    }

    private static Task WriteAsync(HttpContext context, string status)
    {
        context.Response.Headers.CacheControl = "no-store";
        return JsonResponse.WriteAsync(context.Response, json =>
        {
            json.WriteStartObject();
            json.WriteString("status"u8, status);
            json.WriteEndObject();
        });
    }
}
