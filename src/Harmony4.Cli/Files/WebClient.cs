using System.Net;
using Microsoft.Extensions.Http.Resilience;
using Polly;

namespace Harmony4.Cli.Files;

/// <summary>The client for containers at http(s) addresses. It repeats a request that failed in passing: 4 attempts, then the failure is final.</summary>
internal static class WebClient
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(250);
    private static readonly Lazy<HttpClient> Shared = new(Create);

    /// <summary>Gets the client, which lives as long as the process. Commands on files never make it.</summary>
    public static HttpClient Instance => Shared.Value;

    private static HttpClient Create()
    {
        var pipeline = new ResiliencePipelineBuilder<HttpResponseMessage>()
            .AddRetry(new HttpRetryStrategyOptions
            {
                Delay = RetryDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,

                // A server that cannot answer a range will not learn to.
                ShouldHandle = arguments => ValueTask.FromResult(
                    HttpClientResiliencePredicates.IsTransient(arguments.Outcome) && arguments.Outcome.Result?.StatusCode != HttpStatusCode.NotImplemented),
            })
            .AddTimeout(new HttpTimeoutStrategyOptions { Timeout = AttemptTimeout })
            .Build();
        var sockets = new SocketsHttpHandler { ConnectTimeout = ConnectTimeout, PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1) };
        return new HttpClient(new ResilienceHandler(pipeline) { InnerHandler = new WholePartHandler { InnerHandler = sockets } });
    }
}
