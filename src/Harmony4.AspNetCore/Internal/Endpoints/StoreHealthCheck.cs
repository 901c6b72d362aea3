using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Harmony4.AspNetCore.Internal;

/// <summary>Whether the container store answers.</summary>
internal sealed class StoreHealthCheck(IContainerStore store) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await store.CheckAsync(cancellationToken);
            return HealthCheckResult.Healthy("the container store answers");
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // However a store of the host's own may fail.
            return new HealthCheckResult(context.Registration.FailureStatus, "the container store does not answer", exception);
        }
    }
}
