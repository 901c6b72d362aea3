namespace Harmony4;

/// <summary>The names by which OpenTelemetry and other listeners find what the endpoints report; <c>docs/operations.md</c> lists it.</summary>
public static class Harmony4Telemetry
{
    /// <summary>The name of the activity source: exports.</summary>
    public const string ActivitySourceName = "Harmony4.AspNetCore";

    /// <summary>The name of the meter: bytes served, received and spilled, blocks exported, containers kept open, recordings read.</summary>
    public const string MeterName = "Harmony4.AspNetCore";
}
