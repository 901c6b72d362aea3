using Harmony4.AspNetCore.Internal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Harmony4;

/// <summary>Maps the HTTP endpoints of Harmony4.</summary>
public static class Harmony4EndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps the endpoints over <see cref="MediaTransport"/> and the host's <see cref="IContainerStore"/>. Whoever reaches the host may
    /// use them: authentication is the host's, by <c>RequireAuthorization()</c> on the result.
    /// </summary>
    /// <param name="endpoints">The host, or a group of it.</param>
    /// <param name="which">Which endpoints to map.</param>
    /// <returns>A builder of conventions for all of them.</returns>
    /// <exception cref="InvalidOperationException"><c>AddHarmony4()</c> was not called, or an option of <see cref="Harmony4HttpOptions"/> is not usable.</exception>
    public static IEndpointConventionBuilder MapHarmony4(this IEndpointRouteBuilder endpoints, Harmony4Endpoints which = Harmony4Endpoints.All)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var services = endpoints.ServiceProvider;
        var transport = services.GetService<MediaTransport>()
            ?? throw new InvalidOperationException("Harmony4's services are not there: call builder.Services.AddHarmony4() before app.MapHarmony4().");
        var options = services.GetRequiredService<IOptions<Harmony4HttpOptions>>().Value;
        if (options.FirstFailure() is { } failure)
        {
            throw new InvalidOperationException($"Harmony4HttpOptions.{failure}");
        }

        var store = services.GetRequiredService<IContainerStore>();
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Harmony4.AspNetCore");
        var memory = RequestMemory.Of(options);
        var limits = services.GetRequiredService<IOptions<Harmony4Options>>().Value.Container;
        limits = limits with { Memory = limits.Memory ?? memory.Held, BlockMemory = limits.BlockMemory ?? memory.All };
        var growing = new GrowingContainers(store, limits, options.MaxOpenContainers);
        var abandoned = new AbandonedRecordings(transport, store, growing.Forget, options.LiveTimeout, logger);
        var cache = new ContainerCache(store, options, limits, memory.Held, growing, abandoned);
        memory.Held.Reclaim += cache.Reclaim;
        var lifetime = services.GetService<IHostApplicationLifetime>();
        if ((which & Harmony4Endpoints.VideoExport) != 0)
        {
            // Once, however often endpoints are mapped: who takes recordings in looks for those that were left.
            lifetime?.ApplicationStarted.Register(abandoned.Start);
        }

        lifetime?.ApplicationStopped.Register(() =>
        {
            abandoned.Dispose();
            cache.Dispose();
            growing.Dispose();
            memory.Dispose();
        });
        var guard = new RequestGuard(logger);
        var group = endpoints.MapGroup(string.Empty);

        var video = new VideoEndpoints(transport, store, cache, options, memory, new Recordings(store, cache, abandoned, options, logger, lifetime?.ApplicationStopping ?? default));
        Map(Harmony4Endpoints.VideoStream, HttpMethods.Post, "/video/stream", video.StreamAsync);
        Map(Harmony4Endpoints.VideoExport, HttpMethods.Post, VideoEndpoints.ExportPath, video.ExportAsync);
        MapReadable(Harmony4Endpoints.VideoRange, "/video/range", video.RangeAsync);
        Map(Harmony4Endpoints.VideoSeek, HttpMethods.Get, "/video/seek", video.SeekAsync);
        Map(Harmony4Endpoints.VideoInfo, HttpMethods.Get, "/video/info", video.InfoAsync);

        var playlists = new PlaylistEndpoints(cache);
        MapReadable(Harmony4Endpoints.VideoPlaylist, "/video/playlist", playlists.PlaylistAsync);
        foreach (var name in TrackForm.StreamNames)
        {
            MapReadable(Harmony4Endpoints.VideoPlaylist, $"/video/{name}", context => video.RangeAsync(context, name));
        }

        var audio = new AudioEndpoints(transport, options, memory);
        Map(Harmony4Endpoints.AudioStream, HttpMethods.Post, "/audio/stream", audio.StreamAsync);
        Map(Harmony4Endpoints.AudioMask, HttpMethods.Post, "/audio/mask", audio.MaskAsync);

        var containers = new ContainerEndpoints(transport, store, cache, new FileEndCache(store, options.MaxListedContainers));
        Map(Harmony4Endpoints.Containers, HttpMethods.Get, "/containers", containers.ListAsync);
        MapReadable(Harmony4Endpoints.Containers, "/containers/{id}", containers.FileAsync);
        Map(Harmony4Endpoints.ContainerDelete, HttpMethods.Delete, "/containers/{id}", containers.DeleteAsync);
        MapReadable(Harmony4Endpoints.Containers, "/containers/{id}/blocks/{track}/{ordinal}", containers.BlockAsync);

        var health = new HealthEndpoints(store);
        Map(Harmony4Endpoints.Health, HttpMethods.Get, "/health", HealthEndpoints.LiveAsync)?.AllowAnonymous();
        Map(Harmony4Endpoints.Health, HttpMethods.Get, "/health/ready", health.ReadyAsync)?.AllowAnonymous();
        Map(Harmony4Endpoints.OpenApi, HttpMethods.Get, OpenApiDocument.Path, OpenApiDocument.WriteAsync);
        return group;

        IEndpointConventionBuilder? Map(Harmony4Endpoints endpoint, string method, string pattern, RequestDelegate handler) =>
            MapAll(endpoint, [method], pattern, handler);

        void MapReadable(Harmony4Endpoints endpoint, string pattern, RequestDelegate handler) =>
            MapAll(endpoint, [HttpMethods.Get, HttpMethods.Head], pattern, handler);

        IEndpointConventionBuilder? MapAll(Harmony4Endpoints endpoint, string[] methods, string pattern, RequestDelegate handler) =>
            (which & endpoint) == 0 ? null : group.MapMethods(pattern, methods, guard.Wrap(handler)).WithDisplayName($"Harmony4 {string.Join('/', methods)} {pattern}");
    }
}
