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

    [Fact]
    public void AddHarmony4_OwnFormat_IsANameLikeOthers()
    {
        var formats = MediaFormats.BuiltIn.With(new SegmenterFormat("reclog", o => new RecordLogSegmenter(o)));
        using var provider = new ServiceCollection()
            .AddHarmony4(o => o.Formats = formats)
            .AddHarmony4(o => o.Export = o.Export with { Segment = "reclog" })
            .BuildServiceProvider();
        Assert.Same(formats, provider.GetRequiredService<MediaTransport>().Formats);
        Assert.Same(MediaFormats.BuiltIn, new MediaTransport().Formats);
    }

    [Fact]
    public void Options_NameOrSegmenterThatCannotBe_AreRefused()
    {
        foreach (var (options, what) in new (Harmony4Options, string)[]
        {
            (new() { Export = new() { Segment = "reclog" } }, "reclog"),
            (new() { Export = new() { Segment = "webm", Segmenter = o => new RecordLogSegmenter(o) } }, "Export.Segmenter"),
            (new() { Formats = null! }, "Formats"),
        })
        {
            Assert.Contains(what, Assert.Throws<ArgumentException>(() => new MediaTransport(options)).Message, StringComparison.Ordinal);
        }
    }
}
