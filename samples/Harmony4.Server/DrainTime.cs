using System.Globalization;

namespace Harmony4.Server;

/// <summary>How long requests at work may go on when the host is asked to stop. It takes no others meanwhile; what is left then is cut.</summary>
internal static class DrainTime
{
    private const string Key = "DrainTime";

    private static readonly TimeSpan Default = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    public static void Set(IServiceCollection services, IConfiguration settings)
    {
        // A plain number would be days.
        var time = settings[Key] is not { } text ? Default
            : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var parsed) && parsed >= Shortest && parsed <= Longest ? parsed
            : throw new InvalidOperationException($"Harmony4:{Key}: expected hh:mm:ss of 1 second to 1 hour, found '{text}'");
        services.Configure<HostOptions>(options => options.ShutdownTimeout = time);
    }
}
