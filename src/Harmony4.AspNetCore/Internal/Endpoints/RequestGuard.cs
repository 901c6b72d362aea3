using System.Text.Json;
using Harmony4.Format;
using Harmony4.Tokenization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace Harmony4.AspNetCore.Internal;

/// <summary>Turns what a handler throws into problem details (RFC 9457), or ends the connection when the response is on its way already.</summary>
internal sealed class RequestGuard(ILogger logger)
{
    public const string ContentType = "application/problem+json";

    private const string RetrySeconds = "2";

    public RequestDelegate Wrap(RequestDelegate handler) => async context =>
    {
        try
        {
            Query.CheckAddress(context.Request);
            await handler(context);
        }
        catch (Exception exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went away, or a time limit of the host has passed, which then answers for itself. Whoever returned here would
            // let what was sent so far pass for whole.
            Log.Cancelled(logger, exception, context.Request.Path, ContainerOf(context));
            if (exception is OperationCanceledException)
            {
                throw;
            }

            throw new OperationCanceledException("the request was cancelled", exception, context.RequestAborted);
        }
        catch (ClientGoneException exception)
        {
            Log.ClientGone(logger, exception, context.Request.Path, ContainerOf(context));
            context.Abort();
        }
        catch (Exception exception) when (AsProblem(exception) is { } problem)
        {
            if (exception is MemoryBudgetException)
            {
                Log.NoMemory(logger, context.Request.Path, ContainerOf(context), exception.Message);
            }
            else if (problem.Status >= StatusCodes.Status500InternalServerError)
            {
                Log.StoreFailed(logger, exception, context.Request.Path, ContainerOf(context));
            }

            if (context.Response.HasStarted)
            {
                // Cutting the response short is the only way left to say that it is not whole.
                Log.CutShort(logger, exception, context.Request.Path, ContainerOf(context));
                context.Abort();
                return;
            }

            if (problem.Status == StatusCodes.Status422UnprocessableEntity)
            {
                Log.NotSound(logger, context.Request.Path, ContainerOf(context), problem.Message);
            }
            else if (problem.Status < StatusCodes.Status500InternalServerError)
            {
                Log.Refused(logger, context.Request.Path, problem.Status, ContainerOf(context), problem.Message);
            }

            await WriteAsync(context, problem);
        }
    };

    /// <summary>Returns the answer to what a request did wrong, a stored file is, or a store or disk fails to do; null for other failures of the server.</summary>
    public static ProblemException? AsProblem(Exception exception) => exception switch
    {
        ProblemException problem => problem,
        BadHttpRequestException bad => new ProblemException(bad.StatusCode, bad.Message),
        H4mkFormatException format => new ProblemException(StatusCodes.Status422UnprocessableEntity, format.Message, format.Code.ToName(), format.Offset),
        MediaFormatException media => new ProblemException(StatusCodes.Status400BadRequest, media.Message, "media", media.Offset),
        PcmFormatException pcm => new ProblemException(StatusCodes.Status400BadRequest, pcm.Message, "pcm", pcm.Offset),
        InvalidDataException data => new ProblemException(StatusCodes.Status400BadRequest, data.Message),
        ArgumentException { ParamName: "id" } => new ProblemException(StatusCodes.Status400BadRequest, "id: the store keeps nothing under such an id"),

        MemoryBudgetException memory => new ProblemException(
            StatusCodes.Status503ServiceUnavailable,
            memory.MayFitLater ? "the host has no memory left for this request: others have it" : "the host has too little memory for this request, whatever others do")
        { MayBeTriedAgain = memory.MayFitLater },
        SealKeyException key => new ProblemException(StatusCodes.Status403Forbidden, key.Message),

        // Messages of the system name paths of this machine.
        IOException or UnauthorizedAccessException => new ProblemException(StatusCodes.Status503ServiceUnavailable, "the container store or the disk does not answer"),
        _ => null,
    };

    /// <summary>The id that a request names, if it is one: what is no id may be anything.</summary>
    private static string? ContainerOf(HttpContext context) =>
        (context.Request.RouteValues["id"] as string ?? context.Request.Query["id"].ToString()) is var id && ContainerId.IsValid(id) ? id : null;

    public static void WriteMembers(Utf8JsonWriter json, ProblemException problem)
    {
        json.WriteString("type"u8, "about:blank"u8);
        json.WriteString("title"u8, ReasonPhrases.GetReasonPhrase(problem.Status));
        json.WriteNumber("status"u8, problem.Status);
        json.WriteString("detail"u8, problem.Message);
        if (problem.Code is { } code)
        {
            json.WriteString("code"u8, code);
        }

        if (problem.Offset is { } offset)
        {
            json.WriteNumber("offset"u8, offset);
        }
    }

    private static async Task WriteAsync(HttpContext context, ProblemException problem)
    {
        var response = context.Response;
        response.StatusCode = problem.Status;

        // What was said of the representation goes; what the host says of every response stays.
        var headers = response.Headers;
        headers.ETag = headers.AcceptRanges = default;
        headers.ContentLength = null;
        if (problem.Status != StatusCodes.Status416RangeNotSatisfiable)
        {
            headers.ContentRange = default;
        }

        headers.Remove(EventStream.BufferingHeader);
        headers.Remove(Proof.Header);
        headers.Remove(Representation.ContentDigestHeader);
        headers.Remove(Representation.ReprDigestHeader);
        response.ContentType = ContentType;
        headers.CacheControl = "no-store";
        if (problem.MayBeTriedAgain)
        {
            headers.RetryAfter = RetrySeconds;
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        await JsonResponse.WriteAsync(response, json =>
        {
            json.WriteStartObject();
            WriteMembers(json, problem);
            json.WriteEndObject();
        });
    }
}
