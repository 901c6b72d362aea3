using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Harmony4.Server;

/// <summary>Sends traces and metrics to where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> points; nothing without it.</summary>
internal static class Telemetry
{
    private const string Source = "Harmony4.AspNetCore";

    public static void Add(WebApplicationBuilder builder)
    {
        if (string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            return;
        }

        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("harmony4"))
            .WithTracing(tracing => tracing.AddSource(Source).AddAspNetCoreInstrumentation().AddOtlpExporter())
            .WithMetrics(metrics => metrics.AddMeter(Source, "System.Runtime").AddAspNetCoreInstrumentation().AddOtlpExporter());
    }
}
