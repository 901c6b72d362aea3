using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Harmony4.AspNetCore.Internal;

/// <summary>What all endpoints and results of one host share, however often they are mapped: memory, open containers, recordings.</summary>
internal sealed class HostParts
{
    public const string LogCategory = "Harmony4.AspNetCore";

    private static readonly ConditionalWeakTable<Harmony4HttpOptions, HostParts> OfHosts = [];

    private readonly Action _search;
    private int _isSearching;

    private HostParts(IServiceProvider services, Harmony4HttpOptions options)
    {
        var transport = services.GetRequiredService<MediaTransport>();
        var store = services.GetRequiredService<IContainerStore>();
        var lifetime = services.GetService<IHostApplicationLifetime>();
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(LogCategory);
        var memory = RequestMemory.Of(options);
        var defaults = services.GetRequiredService<IOptions<Harmony4Options>>().Value;
        var limits = defaults.Container;
        limits = limits with { Memory = limits.Memory ?? memory.Held, BlockMemory = limits.BlockMemory ?? memory.All };
        var growing = new GrowingContainers(store, limits, options.MaxOpenContainers);
        var abandoned = new AbandonedRecordings(transport, store, growing.Forget, options.LiveTimeout, logger);
        var cache = new ContainerCache(store, options, limits, memory.Held, growing, abandoned);
        memory.Held.Reclaim += cache.Reclaim;
        lifetime?.ApplicationStopped.Register(() =>
        {
            abandoned.Dispose();
            cache.Dispose();
            growing.Dispose();
            memory.Dispose();
        });

        _search = abandoned.Start;
        Guard = new RequestGuard(logger);
        Video = new VideoEndpoints(transport, defaults.Export, store, cache, options, memory, new Recordings(store, cache, abandoned, options, logger, lifetime?.ApplicationStopping ?? default));
        Playlists = new PlaylistEndpoints(cache);
        Audio = new AudioEndpoints(transport, options, memory);
        Containers = new ContainerEndpoints(transport, store, cache, new FileEndCache(store, options.MaxListedContainers));
        Health = new HealthEndpoints(store);
    }

    public RequestGuard Guard { get; }

    public VideoEndpoints Video { get; }

    public PlaylistEndpoints Playlists { get; }

    public AudioEndpoints Audio { get; }

    public ContainerEndpoints Containers { get; }

    public HealthEndpoints Health { get; }

    /// <summary>What the host of these services shares.</summary>
    /// <exception cref="InvalidOperationException"><c>AddHarmony4()</c> was not called.</exception>
    /// <exception cref="OptionsValidationException">An option is not usable.</exception>
    public static HostParts Of(IServiceProvider services)
    {
        if (services.GetService<MediaTransport>() is null)
        {
            throw new InvalidOperationException("Harmony4's services are not there: call builder.Services.AddHarmony4() before app.MapHarmony4().");
        }

        var options = services.GetRequiredService<IOptions<Harmony4HttpOptions>>().Value;
        if (options.FirstFailure() is { } failure)
        {
            throw new OptionsValidationException(nameof(Harmony4HttpOptions), typeof(Harmony4HttpOptions), [$"Harmony4HttpOptions.{failure}"]);
        }

        return OfHosts.GetValue(options, _ => new HostParts(services, options));
    }

    /// <summary>Has recordings that were left looked for when the host starts, once.</summary>
    public void SearchForAbandoned(IHostApplicationLifetime? lifetime)
    {
        if (Interlocked.Exchange(ref _isSearching, 1) == 0)
        {
            lifetime?.ApplicationStarted.Register(_search);
        }
    }
}
