using System.Net;
using System.Text.Json;
using Harmony4.Format;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Harmony4.AspNetCore.Tests;

/// <summary>Options from a configuration, and what a host does that has set some.</summary>
public sealed class ConfigurationTests
{
    [Fact]
    public void AddHarmony4_EveryKey_SetsItsOption()
    {
        var services = Services(
            ("Store:Path", "here"),
            ("Export:Segment", "fixed"),
            ("Export:Version", "1.0"),
            ("Export:PageLog2", "9"),
            ("Export:MaxBlockCount", "77"),
            ("Export:BlockSize", "70000"),
            ("Export:FrameRate", "30000/1001"),
            ("Export:Gop", "12"),
            ("Export:PtsRounding", "1.0"),
            ("Export:MaxBlockLength", "100000"),
            ("Container:MaxBlockLength", "1000"),
            ("Container:SortSeek", "true"),
            ("limits:maxuploadlength", "5"),
            ("Limits:MemoryWait", "00:00:03"),
            ("Limits:LiveTimeout", "00:01:00"),
            ("Limits:CheckBlocks", "False"),
            ("Limits:Connections", "8"));
        var options = services.GetRequiredService<IOptions<Harmony4Options>>().Value;
        Assert.Equal(("here", "fixed", H4mkVersion.V10, 9, 77L), (options.StorePath, options.Export.Segment, options.Export.Version, options.Export.PageLog2, options.Export.MaxBlockCount));
        var segmenter = options.Export.SegmenterOptions;
        Assert.Equal((70_000L, new Tokenization.FrameRate(30_000, 1001), 12, Tokenization.PtsRounding.Version10, 100_000), (segmenter.BlockSize, segmenter.FrameRate, segmenter.Gop, segmenter.PtsRounding, segmenter.MaxBlockLength));
        Assert.Equal((1000, true), (options.Container.MaxBlockLength, options.Container.SortSeek));
        var limits = services.GetRequiredService<IOptions<Harmony4HttpOptions>>().Value;
        Assert.Equal((5L, TimeSpan.FromSeconds(3), TimeSpan.FromMinutes(1), false), (limits.MaxUploadLength, limits.MemoryWait, limits.LiveTimeout, limits.CheckBlocks));
    }

    [Fact]
    public void AddHarmony4_EverySettableOptionOfTheEndpoints_HasAKey()
    {
        var names = typeof(Harmony4HttpOptions).GetProperties().Select(p => p.Name).ToList();
        var values = names.Select(n => (Key: "Limits:" + n, Value: "nothing that is one")).ToArray();
        var faults = Assert.Throws<OptionsValidationException>(() => Services(values).GetRequiredService<IOptions<Harmony4HttpOptions>>().Value).Failures.ToList();
        Assert.Equal(names.Count, faults.Count);
        Assert.DoesNotContain(faults, f => f.Contains("no such option", StringComparison.Ordinal));

        var limits = typeof(H4mkContainerOptions).GetProperties().Where(p => p.PropertyType != typeof(MemoryBudget)).Select(p => p.Name).ToList();
        var own = Assert.Throws<OptionsValidationException>(() => Services([.. limits.Select(n => ("Container:" + n, "x"))]).GetRequiredService<IOptions<Harmony4Options>>().Value).Failures.ToList();
        Assert.Equal(limits.Count, own.Count);
        Assert.DoesNotContain(own, f => f.Contains("no such option", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Export:FrameRate", "fast", "Harmony4:Export:FrameRate: expected a decimal or numerator/denominator, such as 30000/1001, found \"fast\"")]
    [InlineData("Export:Segment", "mp5", "Export.Segment: expected one of")]
    [InlineData("Export:Version", "2", "Harmony4:Export:Version: expected 1.1 or 1.0, found \"2\"")]
    [InlineData("Container:MaxBlockLength", "-1", "Harmony4:Container:MaxBlockLength: \"-1\": ")]
    [InlineData("Container:Max", "1", "Harmony4:Container:Max: there is no such option")]
    [InlineData("Store:Folder", "x", "Harmony4:Store:Folder: there is no such option; there are Path")]
    [InlineData("Limits:MemoryWait", "-00:00:01", "MemoryWait: expected 0 to")]
    [InlineData("Limits:MaxUplodLength", "1", "Harmony4:Limits:MaxUplodLength: there is no such option; there are CheckBlocks, ")]
    public async Task Start_WrongSetting_FailsAtTheStartWithItsName(string key, string value, string expected)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("Harmony4:" + key, (string?)value)]);
        builder.Services.AddHarmony4(builder.Configuration.GetSection("Harmony4"));
        await using var app = builder.Build();
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync());
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Map_WrongOptionSetInCode_IsTheSameException()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddHarmony4();
        builder.Services.Configure<Harmony4HttpOptions>(o => o.MaxOpenContainers = 0);
        var app = builder.Build();
        Assert.Contains("MaxOpenContainers", Assert.Throws<OptionsValidationException>(() => app.MapHarmony4()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_WithoutParameters_GoesByTheHostsOwnDefaults()
    {
        await using var host = await TestHost.StartAsync(services => services.AddHarmony4(Settings(("Export:Segment", "fixed"), ("Export:BlockSize", "100"), ("Export:FrameRate", "50"), ("Export:Gop", "2"))));
        using var response = await host.Client.PostAsync("/video/export?id=a", new ByteArrayContent(new byte[1000]));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        using var info = JsonDocument.Parse(await host.Client.GetStringAsync("/video/info?id=a"));
        var track = info.RootElement.GetProperty("tracks")[0];
        Assert.Equal((10, 200_000, 2, "50"), (track.GetProperty("blocks").GetInt32(), track.GetProperty("duration_us").GetInt32(), track.GetProperty("gop").GetInt32(), track.GetProperty("fps").GetString()));
        using var asked = await host.Client.PostAsync("/video/export?id=a&block_size=65536&fps_hint=10&gop=1", new ByteArrayContent(new byte[1000]));
        using var other = JsonDocument.Parse(await host.Client.GetStringAsync("/video/info?id=a"));
        Assert.Equal((1, 100_000), (other.RootElement.GetProperty("blocks").GetInt32(), other.RootElement.GetProperty("tracks")[0].GetProperty("duration_us").GetInt32()));
    }

    [Fact]
    public async Task HealthCheck_OfTheStore_TellsWhetherItAnswers()
    {
        await using var host = await TestHost.StartAsync(
            services => services.AddHealthChecks().AddHarmony4Store(tags: "ready"),
            app =>
            {
                app.MapHarmony4();
                app.MapHealthChecks("/healthz");
            });
        Assert.Equal("Healthy", await host.Client.GetStringAsync("/healthz"));
        Directory.Delete(host.Folder);
        foreach (var (path, status) in ((string, HttpStatusCode)[])[("/healthz", HttpStatusCode.ServiceUnavailable), ("/health/ready", HttpStatusCode.ServiceUnavailable), ("/health", HttpStatusCode.OK)])
        {
            using var response = await host.GetAsync(path);
            Assert.Equal(status, response.StatusCode);
        }

        Directory.CreateDirectory(host.Folder);
        Assert.Equal("Healthy", await host.Client.GetStringAsync("/healthz"));
    }

    private static ServiceProvider Services(params (string Key, string Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddHarmony4(Settings(settings), "Limits:Connections");
        return services.BuildServiceProvider();
    }

    private static IConfigurationSection Settings(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create("Harmony4:" + s.Key, (string?)s.Value))).Build().GetSection("Harmony4");
}
