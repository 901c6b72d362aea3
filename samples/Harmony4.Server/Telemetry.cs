using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Harmony4.Server;

/// <summary>Sends traces and metrics to where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> points; nothing without it.</summary>
internal static class Telemetry
{
    public static void Add(WebApplicationBuilder builder)
    {
        if (string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            return;
        }

        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("harmony4"))
            .WithTracing(tracing => tracing.AddSource(Harmony4Telemetry.ActivitySourceName).AddAspNetCoreInstrumentation().AddOtlpExporter())
            .WithMetrics(metrics => metrics.AddMeter(Harmony4Telemetry.MeterName, "System.Runtime").AddAspNetCoreInstrumentation().AddOtlpExporter());
    }
}
