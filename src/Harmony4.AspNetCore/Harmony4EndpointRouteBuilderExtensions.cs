using Harmony4;
using Harmony4.AspNetCore.Internal;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Builder;

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
    /// <exception cref="InvalidOperationException"><c>AddHarmony4()</c> was not called.</exception>
    /// <exception cref="OptionsValidationException">An option is not usable.</exception>
    public static IEndpointConventionBuilder MapHarmony4(this IEndpointRouteBuilder endpoints, Harmony4Endpoints which = Harmony4Endpoints.All)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var parts = HostParts.Of(endpoints.ServiceProvider);
        if ((which & Harmony4Endpoints.VideoExport) != 0)
        {
            parts.SearchForAbandoned(endpoints.ServiceProvider.GetService<IHostApplicationLifetime>());
        }

        var group = endpoints.MapGroup(string.Empty);
        Map(Harmony4Endpoints.VideoStream, HttpMethods.Post, "/video/stream", parts.Video.StreamAsync);
        Map(Harmony4Endpoints.VideoExport, HttpMethods.Post, VideoEndpoints.ExportPath, parts.Video.ExportAsync);
        MapReadable(Harmony4Endpoints.VideoRange, "/video/range", parts.Video.RangeAsync);
        Map(Harmony4Endpoints.VideoSeek, HttpMethods.Get, "/video/seek", parts.Video.SeekAsync);
        Map(Harmony4Endpoints.VideoInfo, HttpMethods.Get, "/video/info", parts.Video.InfoAsync);
        MapReadable(Harmony4Endpoints.VideoPlaylist, "/video/playlist", parts.Playlists.PlaylistAsync);
        foreach (var name in TrackForm.StreamNames)
        {
            MapReadable(Harmony4Endpoints.VideoPlaylist, $"/video/{name}", context => parts.Video.RangeAsync(context, name));
        }

        Map(Harmony4Endpoints.AudioStream, HttpMethods.Post, "/audio/stream", parts.Audio.StreamAsync);
        Map(Harmony4Endpoints.AudioMask, HttpMethods.Post, "/audio/mask", parts.Audio.MaskAsync);
        Map(Harmony4Endpoints.Containers, HttpMethods.Get, "/containers", parts.Containers.ListAsync);
        MapReadable(Harmony4Endpoints.Containers, "/containers/{id}", parts.Containers.FileAsync);
        Map(Harmony4Endpoints.ContainerDelete, HttpMethods.Delete, "/containers/{id}", parts.Containers.DeleteAsync);
        MapReadable(Harmony4Endpoints.Containers, "/containers/{id}/blocks/{track}/{ordinal}", parts.Containers.BlockAsync);
        Map(Harmony4Endpoints.Health, HttpMethods.Get, "/health", HealthEndpoints.LiveAsync)?.AllowAnonymous();
        Map(Harmony4Endpoints.Health, HttpMethods.Get, "/health/ready", parts.Health.ReadyAsync)?.AllowAnonymous();
        Map(Harmony4Endpoints.OpenApi, HttpMethods.Get, OpenApiDocument.Path, OpenApiDocument.WriteAsync);
        return group;

        IEndpointConventionBuilder? Map(Harmony4Endpoints endpoint, string method, string pattern, RequestDelegate handler) =>
            MapAll(endpoint, [method], pattern, handler);

        void MapReadable(Harmony4Endpoints endpoint, string pattern, RequestDelegate handler) =>
            MapAll(endpoint, [HttpMethods.Get, HttpMethods.Head], pattern, handler);

        IEndpointConventionBuilder? MapAll(Harmony4Endpoints endpoint, string[] methods, string pattern, RequestDelegate handler)
        {
            if ((which & endpoint) == 0)
            {
                return null;
            }

            var mapped = group.MapMethods(pattern, methods, parts.Guard.Wrap(handler)).WithDisplayName($"Harmony4 {string.Join('/', methods)} {pattern}");
            EndpointShape.Describe(mapped, methods[0], pattern);
            return mapped;
        }
    }
}
