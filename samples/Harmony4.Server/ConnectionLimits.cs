namespace Harmony4.Server;

/// <summary>How many connections there may be, and how much the server keeps of each: an eighth of the memory for what they send and one for what they read, together.</summary>
internal static class ConnectionLimits
{
    public const long DefaultConnections = 4096;

    private const int Part = 8;

    // Headers, which may have 32 KiB, have to fit into the one, and a piece of a file should into the other.
    private const long LeastRequest = 32 * 1024;
    private const long LeastResponse = 16 * 1024;
    private const long LeastWindow = 64 * 1024;
    private const long MostRequest = 1024 * 1024;
    private const long MostResponse = 64 * 1024;

    public static void Set(IWebHostBuilder host, long connections)
    {
        var each = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / Part / Math.Max(1, connections);
        var (request, response) = (Math.Clamp(each, LeastRequest, MostRequest), Math.Clamp(each, LeastResponse, MostResponse));

        // The transport's buffers are those of every connection; the server's own are used where something stands between, such as TLS.
        host.UseSockets(sockets => (sockets.MaxReadBufferSize, sockets.MaxWriteBufferSize) = (request, response));
        host.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxConcurrentConnections = connections;
            (kestrel.Limits.MaxRequestBufferSize, kestrel.Limits.MaxResponseBufferSize) = (request, response);
            kestrel.Limits.Http2.InitialConnectionWindowSize = kestrel.Limits.Http2.InitialStreamWindowSize = (int)Math.Max(request, LeastWindow);
        });
    }
}
