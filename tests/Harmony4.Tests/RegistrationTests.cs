using Harmony4.Tokenization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Harmony4.Tests;

public sealed class RegistrationTests
{
    [Fact]
    public void AddHarmony4_Twice_ConfiguresOneTransport()
    {
        var services = new ServiceCollection().AddHarmony4(o => o.Export = o.Export with { Segment = "fixed" }).AddHarmony4();
        using var provider = services.BuildServiceProvider();
        Assert.Same(provider.GetRequiredService<MediaTransport>(), provider.GetRequiredService<MediaTransport>());
        Assert.Equal("fixed", provider.GetRequiredService<IOptions<Harmony4Options>>().Value.Export.Segment);
        Assert.Single(services, s => s.ServiceType == typeof(MediaTransport));
    }

    [Fact]
    public void AddHarmony4_WrongOption_NamesIt()
    {
        using var provider = new ServiceCollection()
            .AddHarmony4(o => o.Export = o.Export with { SegmenterOptions = new SegmenterOptions { BlockSize = 0 } })
            .BuildServiceProvider();
        var exception = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<MediaTransport>());
        Assert.Contains("BlockSize", exception.Message, StringComparison.Ordinal);
    }
}
