using System.Net;

namespace Harmony4.Cli.Files;

/// <summary>Receives the body of a short part as a whole, so that one which breaks off fails the attempt, and the request is repeated.</summary>
internal sealed class WholePartHandler : DelegatingHandler
{
    private const int MaxLength = 4 * 1024 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.PartialContent || response.Content.Headers.ContentLength is not <= MaxLength)
        {
            return response;
        }

        try
        {
            await response.Content.LoadIntoBufferAsync(MaxLength, cancellationToken).ConfigureAwait(false);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
