using System.Globalization;
using Harmony4.Format;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Harmony4.Media.Tests;

/// <summary>A host on a loopback port with one container, and what its playlists say.</summary>
internal sealed class PlaylistHost : IAsyncDisposable
{
    private const string Id = "a";

    private readonly WebApplication _app;
    private readonly string _folder;

    private PlaylistHost(WebApplication app, string folder, Uri address)
    {
        _app = app;
        _folder = folder;
        Playlist = new Uri(address, $"/video/playlist?id={Id}");
    }

    public HttpClient Client { get; } = new(new SocketsHttpHandler { UseProxy = false });

    public Uri Playlist { get; }

    public static async Task<PlaylistHost> StartAsync(params ExportInput[] inputs) => await StartAsync(H4mkVersion.V11, inputs);

    public static async Task<PlaylistHost> StartAsync(H4mkVersion version, params ExportInput[] inputs)
    {
        var folder = Directory.CreateTempSubdirectory("harmony4-playlist-").FullName;
        await using (var output = File.Create(Path.Combine(folder, Id)))
        {
            await new MediaTransport().ExportAsync(inputs, output, new ExportOptions { Version = version });
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddHarmony4(o => o.StorePath = folder);
        var app = builder.Build();
        app.MapHarmony4(Harmony4Endpoints.VideoPlaylist);
        await app.StartAsync();
        return new PlaylistHost(app, folder, new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()));
    }

    /// <summary>Reads the segments of a media playlist.</summary>
    public async Task<List<Segment>> ReadSegmentsAsync(Uri playlist)
    {
        var segments = new List<Segment>();
        (long Length, long Offset) map = default;
        var (duration, start, range) = (0m, 0m, (Length: 0L, Offset: 0L));
        foreach (var line in (await Client.GetStringAsync(playlist)).Split('\n'))
        {
            if (line.StartsWith("#EXT-X-MAP:", StringComparison.Ordinal))
            {
                map = Range(line.Split("BYTERANGE=\"")[1].TrimEnd('"'));
            }
            else if (line.StartsWith("#EXTINF:", StringComparison.Ordinal))
            {
                duration = decimal.Parse(line[8..^1], CultureInfo.InvariantCulture);
            }
            else if (line.StartsWith("#EXT-X-BYTERANGE:", StringComparison.Ordinal))
            {
                range = Range(line[17..]);
            }
            else if (line.Length > 0 && line[0] != '#')
            {
                segments.Add(new Segment(new Uri(playlist, line), start, duration, map, range));
                start += duration;
            }
        }

        return segments;

        static (long Length, long Offset) Range(string text) =>
            (long.Parse(text.Split('@')[0], CultureInfo.InvariantCulture), long.Parse(text.Split('@')[1], CultureInfo.InvariantCulture));
    }

    /// <summary>Returns the playlist with whole addresses and without its first segments.</summary>
    public async Task<string> CutAsync(int segments)
    {
        var lines = (await Client.GetStringAsync(Playlist)).Split('\n');
        var entries = lines.Select((line, at) => (line, at)).Where(l => l.line.StartsWith("#EXTINF:", StringComparison.Ordinal)).Select(l => l.at).ToList();
        return string.Join('\n', lines[..entries[0]].Concat(lines[entries[segments]..]))
            .Replace("\nrange", "\n" + new Uri(Playlist, "range"), StringComparison.Ordinal)
            .Replace("\"range", "\"" + new Uri(Playlist, "range"), StringComparison.Ordinal);
    }

    /// <summary>Fetches a segment as a player does that begins with it: what initializes the decoder, and the segment.</summary>
    public async Task<byte[]> FetchAsync(Segment segment)
    {
        var bytes = new List<byte>();
        foreach (var (length, offset) in new[] { segment.Map, segment.Range }.Where(r => r.Length > 0))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, segment.Address);
            request.Headers.Range = new(offset, offset + length - 1);
            using var response = await Client.SendAsync(request);
            Assert.Equal(System.Net.HttpStatusCode.PartialContent, response.StatusCode);
            bytes.AddRange(await response.Content.ReadAsByteArrayAsync());
        }

        return [.. bytes];
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <param name="Address">Of the stream.</param>
    /// <param name="Start">Seconds in front of it.</param>
    /// <param name="Duration">Seconds.</param>
    /// <param name="Map">Length and offset of what initializes the decoder.</param>
    /// <param name="Range">Length and offset of the segment.</param>
    internal sealed record Segment(Uri Address, decimal Start, decimal Duration, (long Length, long Offset) Map, (long Length, long Offset) Range);
}
