using System.Net;
using System.Text.Json;
using Harmony4.TestKit;
using Harmony4.Tokenization;
using Microsoft.Extensions.DependencyInjection;

namespace Harmony4.AspNetCore.Tests;

/// <summary>A host that has a format of its own takes it as it takes the built-in ones.</summary>
public sealed class OwnFormatTests
{
    private static readonly MediaFormatSet Formats = MediaFormats.BuiltIn.With(
        new SegmenterFormat(RecordLogSegmenter.FormatName, o => new RecordLogSegmenter(o)) { Detect = RecordLogSegmenter.CanBegin });

    private static readonly byte[] Log = RecordLogs.Even(250);

    [Theory]
    [InlineData("")]
    [InlineData("&segment=auto")]
    [InlineData("&segment=reclog")]
    public async Task Export_OwnFormat_IsTakenByNameAndByDetection(string query)
    {
        await using var host = await StartAsync();
        using var response = await host.Client.PostAsync($"/video/export?id=log{query}", new ByteArrayContent(Log));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStreamAsync());
        Assert.Equal(("reclog", 4), (json.RootElement.GetProperty("segment").GetString(), json.RootElement.GetProperty("blocks").GetInt32()));
        Assert.Equal(Log, await host.Client.GetByteArrayAsync("/video/range?id=log"));
        using var seek = JsonDocument.Parse(await host.Client.GetStringAsync("/video/seek?id=log&pts=150000"));
        Assert.Equal(100_000, seek.RootElement.GetProperty("pts").GetInt64());
        using var info = JsonDocument.Parse(await host.Client.GetStringAsync("/video/info?id=log"));
        Assert.Equal("reclog", info.RootElement.GetProperty("tracks")[0].GetProperty("segment").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("?segment=reclog")]
    public async Task Stream_OwnFormat_IsTakenByNameAndByDetection(string query)
    {
        await using var host = await StartAsync();
        using var response = await host.Client.PostAsync($"/video/stream{query}", new ByteArrayContent(Log));
        var text = await response.Content.ReadAsStringAsync();
        Assert.Contains("""{"pts":100000,"index":2,"key":true}""", text, StringComparison.Ordinal);
        Assert.Contains("""{"tokens":4,"keyframes":3,"bytes":5008}""", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownName_IsAnsweredWithThoseOfTheHost()
    {
        await using (var host = await StartAsync())
        {
            using var response = await host.Client.PostAsync("/video/export?segment=reclogs", new ByteArrayContent(Log));
            using var problem = await Problems.CheckAsync(response, 400);
            Assert.Equal($"segment: expected auto or one of {string.Join(", ", Formats.Names)}", problem.RootElement.GetProperty("detail").GetString());
            Assert.EndsWith(", reclog", problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        await using var plain = await TestHost.StartAsync();
        using var refused = await plain.Client.PostAsync("/video/stream?segment=reclog", new ByteArrayContent(Log));
        await Problems.CheckAsync(refused, 400);
    }

    [Fact]
    public async Task Format_ThatIsNamedAndNotThere_IsAnsweredWith400()
    {
        await using var host = await StartAsync();
        using var response = await host.Client.PostAsync("/video/export?segment=reclog", new ByteArrayContent([1, 2, 3]));
        using var problem = await Problems.CheckAsync(response, 400);
        Assert.Equal("media", problem.RootElement.GetProperty("code").GetString());
    }

    [Fact]
    public async Task OpenApi_Segment_NamesTheBuiltInFormatsAndTakesOthers()
    {
        await using var host = await StartAsync();
        using var document = JsonDocument.Parse(await host.Client.GetStringAsync("/openapi/harmony4.json"));
        foreach (var path in new[] { "/video/stream", "/video/export" })
        {
            var schema = document.RootElement.GetProperty("paths").GetProperty(path).GetProperty("post").GetProperty("parameters").EnumerateArray()
                .Single(p => p.GetProperty("name").GetString() == "segment").GetProperty("schema").GetProperty("anyOf");
            Assert.Equal(["auto", .. MediaFormats.BuiltIn.Names], schema[0].GetProperty("enum").EnumerateArray().Select(n => n.GetString()!));
            Assert.Matches(schema[1].GetProperty("pattern").GetString()!, RecordLogSegmenter.FormatName);
        }
    }

    private static Task<TestHost> StartAsync() => TestHost.StartAsync(services => services.AddHarmony4(o => o.Formats = Formats));
}
