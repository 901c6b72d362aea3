using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace Harmony4.AspNetCore.Internal;

/// <summary>Writes recordings into the store, which shows them while they grow.</summary>
internal sealed class Recordings(IContainerStore store, ContainerCache cache, AbandonedRecordings abandoned, Harmony4HttpOptions options, ILogger logger, CancellationToken stopping)
{
    /// <summary>Writes a recording until its body ends, its producer vanishes or falls silent, or the host stops.</summary>
    /// <param name="context">The request.</param>
    /// <param name="id">The id.</param>
    /// <param name="upload">The body.</param>
    /// <param name="exportAsync">Makes the container.</param>
    /// <param name="publishAsync">Has the upload appear.</param>
    /// <returns>What was exported and stored, and what ended it before its end; null where nothing did.</returns>
    public async Task<(ExportResult Result, StoredContainer Stored, string? Reason)> WriteAsync(
        HttpContext context,
        string id,
        UploadBody upload,
        Func<Stream, Stream, Task<ExportResult>> exportAsync,
        Func<ContainerUpload, ValueTask> publishAsync)
    {
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            // A producer may be quiet for longer than an upload: its own limit is that of silence.
            rate.MinDataRate = null;
        }

        var isPublished = false;
        try
        {
            using var body = new LiveBody(upload, options.LiveTimeout, stopping);
            await using var kept = await store.CreateAsync(id, context.RequestAborted);
            var output = new LiveOutput(kept.Output, async () =>
            {
                try
                {
                    await publishAsync(kept);
                }
                catch (NotSupportedException)
                {
                    throw new ProblemException(StatusCodes.Status501NotImplemented, "live: the store of this host shows only what is whole");
                }

                isPublished = true;
                cache.Forget(id);
            });

            // Whatever becomes of the request, what is published is to be ended.
            var result = await exportAsync(body, output);
            var stored = await kept.CommitAsync(replace: true, CancellationToken.None);
            if (body.Reason is { } reason)
            {
                Log.RecordingEnded(logger, id, reason);
            }

            return (result, stored!, body.Reason);
        }
        finally
        {
            if (isPublished)
            {
                cache.Forget(id);
                if (await store.FindAsync(id, CancellationToken.None) is { } left)
                {
                    abandoned.Notice(left);
                }
            }
        }
    }
}
