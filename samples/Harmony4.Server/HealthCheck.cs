namespace Harmony4.Server;

/// <summary>Asks the host in this container for its health: an image without a shell has no curl to do so.</summary>
internal static class HealthCheck
{
    private const string DefaultPort = "8080";

    public static async Task<int> RunAsync()
    {
        var port = Environment.GetEnvironmentVariable("ASPNETCORE_HTTP_PORTS")?.Split(';')[0];

        // A proxy that the environment names is for addresses elsewhere.
        using var handler = new SocketsHttpHandler { UseProxy = false };
        using var client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            using var response = await client.GetAsync(new Uri($"http://127.0.0.1:{(string.IsNullOrEmpty(port) ? DefaultPort : port)}/health"));
            return response.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 1;
        }
    }
}
