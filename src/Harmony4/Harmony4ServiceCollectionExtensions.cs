using Harmony4;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registration of Harmony4 with dependency injection.</summary>
public static class Harmony4ServiceCollectionExtensions
{
    /// <summary>Adds <see cref="MediaTransport"/>, a container store and their options. Calling it again is harmless, and configures further.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Changes the options; null to leave them.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <remarks>Options are validated when they are first used and, in a host, at its start.</remarks>
    public static IServiceCollection AddHarmony4(this IServiceCollection services, Action<Harmony4Options>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<Harmony4Options>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<Harmony4Options>, Harmony4OptionsValidator>());
        services.TryAddSingleton(provider => new MediaTransport(provider.GetRequiredService<IOptions<Harmony4Options>>()));
        services.TryAddSingleton<IContainerStore>(provider => new FolderContainerStore(provider.GetRequiredService<IOptions<Harmony4Options>>().Value.StorePath));
        return services;
    }
}
