using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Harmony4.AspNetCore.Internal;

/// <summary>The package's activities and instruments, both named <c>Harmony4.AspNetCore</c>.</summary>
internal static class Telemetry
{
    private const string Name = "Harmony4.AspNetCore";

    public static readonly ActivitySource Activities = new(Name);

    private static readonly Meter Meter = new(Name);

    public static readonly Counter<long> BytesServed = Meter.CreateCounter<long>("harmony4.served", "By", "Bytes of track streams, files and blocks sent.");

    public static readonly Counter<long> BytesReceived = Meter.CreateCounter<long>("harmony4.received", "By", "Bytes of request bodies read.");

    public static readonly Counter<long> BlocksExported = Meter.CreateCounter<long>("harmony4.exported_blocks", "{block}", "Blocks written into containers.");

    public static readonly UpDownCounter<long> OpenContainers = Meter.CreateUpDownCounter<long>("harmony4.open_containers", "{container}", "Containers kept open.");

    public static readonly UpDownCounter<long> Recordings = Meter.CreateUpDownCounter<long>("harmony4.recordings", "{container}", "Recordings that are read while they grow.");

    public static readonly Counter<long> BytesSpilled = Meter.CreateCounter<long>("harmony4.spilled", "By", "Bytes of responses that went by way of a temporary file.");
}
