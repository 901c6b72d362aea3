using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;

namespace Harmony4.Benchmarks.Http;

/// <summary>A Kestrel on a loopback port that serves the same bytes as a static file and as the track stream of a container.</summary>
internal sealed class LoopbackHost : IAsyncDisposable
{
    public const string FilePath = "/files/media.bin";
    public const string TrackPath = "/video/range?id=media";

    private readonly WebApplication _app;
    private readonly string _folder;

    private LoopbackHost(WebApplication app, string folder, HttpClient client)
    {
        _app = app;
        _folder = folder;
        Client = client;
    }

    public HttpClient Client { get; }

    public static async Task<LoopbackHost> StartAsync(int mediaLength, bool checkBlocks)
    {
        var folder = Directory.CreateTempSubdirectory("harmony4-benchmark-").FullName;
        var files = Directory.CreateDirectory(Path.Combine(folder, "files")).FullName;
        var media = RandomNumberGenerator.GetBytes(mediaLength);
        await File.WriteAllBytesAsync(Path.Combine(files, "media.bin"), media);
        var store = Directory.CreateDirectory(Path.Combine(folder, "store")).FullName;
        await using (var container = File.Create(Path.Combine(store, "media")))
        {
            await new MediaTransport().ExportAsync(new MemoryStream(media), container, new ExportOptions { Segment = "fixed" });
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddHarmony4(o => o.StorePath = store);
        builder.Services.Configure<Harmony4HttpOptions>(o => o.CheckBlocks = checkBlocks);
        var app = builder.Build();
        app.UseStaticFiles(new StaticFileOptions { FileProvider = new PhysicalFileProvider(files), RequestPath = "/files" });
        app.MapHarmony4();
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new LoopbackHost(app, folder, new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(address) });
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
