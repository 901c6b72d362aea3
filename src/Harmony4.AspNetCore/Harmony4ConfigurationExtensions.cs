using Harmony4;
using Harmony4.AspNetCore.Internal;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registration of Harmony4 with its options from a configuration, and the health of its store.</summary>
public static class Harmony4ConfigurationExtensions
{
    /// <summary>Adds <see cref="MediaTransport"/> and a container store, with the options of <see cref="Harmony4Options"/> and <see cref="Harmony4HttpOptions"/> from a configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">
    /// A section, such as <c>builder.Configuration.GetSection("Harmony4")</c>, with any of <c>Store</c> (<c>Path</c>), <c>Export</c>, <c>Container</c> and <c>Limits</c>, whose keys are the names of the options. Numbers and times
    /// are read alike in every culture: <c>Export:FrameRate</c> is a decimal or <c>30000/1001</c>, times are <c>00:00:30</c>.
    /// </param>
    /// <param name="otherKeys">Keys of the host's own in these sections, such as <c>Limits:Connections</c>. Any other key that is no option is a fault, since it is likely misspelt.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <remarks>What is wrong, all of it together, is an <see cref="OptionsValidationException"/> when the host starts, or when endpoints are mapped. What <c>Configure</c> sets afterwards wins.</remarks>
    public static IServiceCollection AddHarmony4(this IServiceCollection services, IConfiguration configuration, params IReadOnlyList<string> otherKeys)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(otherKeys);
        var settings = new Settings(configuration, otherKeys);
        services.AddHarmony4(settings.Apply);
        services.AddOptions<Harmony4HttpOptions>().Configure(settings.Apply).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<Harmony4HttpOptions>, HttpOptionsValidator>());
        return services;
    }

    /// <summary>Adds a check that the container store answers, as <c>GET /health/ready</c> asks it.</summary>
    /// <param name="builder">The checks.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="tags">Tags to choose checks by, such as <c>ready</c>.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <remarks>It costs one look at the store, however many containers it holds.</remarks>
    public static IHealthChecksBuilder AddHarmony4Store(this IHealthChecksBuilder builder, string name = "harmony4-store", params string[] tags)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new(name, static services => new StoreHealthCheck(services.GetRequiredService<IContainerStore>()), failureStatus: null, tags));
    }
}
