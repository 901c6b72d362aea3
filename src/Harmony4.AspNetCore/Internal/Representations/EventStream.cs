using Harmony4.Format;
using Microsoft.AspNetCore.Http;

namespace Harmony4.AspNetCore.Internal;

/// <summary>A response of server-sent events made from a body that is still coming in. Failures after its start are an <c>error</c> event.</summary>
internal sealed class EventStream : IAsyncDisposable
{
    /// <summary>Tells proxies that would gather events before passing them on not to.</summary>
    public const string BufferingHeader = "X-Accel-Buffering";

    private readonly HttpContext _context;
    private readonly ResponseSpool _spool;

    private EventStream(HttpContext context, ResponseSpool spool)
    {
        _context = context;
        _spool = spool;
        Events = new ServerSentEvents(spool);
    }

    public ServerSentEvents Events { get; }

    public static ValueTask<EventStream> StartAsync(HttpContext context, UploadBody upload, MemoryBudget spilled, TimeSpan spillDelay)
    {
        context.Response.ContentType = ServerSentEvents.ContentType;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers[BufferingHeader] = "no";
        return new ValueTask<EventStream>(new EventStream(context, new ResponseSpool(context, () => upload.IsComplete, spilled, spillDelay, startLength: 1)));
    }

    public async Task RunAsync(Func<ServerSentEvents, Task> write)
    {
        try
        {
            await write(Events);
        }
        catch (Exception exception) when (!_context.RequestAborted.IsCancellationRequested && RequestGuard.AsProblem(exception) is { Status: < StatusCodes.Status500InternalServerError } problem)
        {
            RequestGuard.WriteMembers(Events.Begin("error"u8), problem);
            Events.End();
        }

        await Events.FlushAsync(_context.RequestAborted);
        await _spool.CompleteAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Events.DisposeAsync();
        await _spool.DisposeAsync();
    }
}
