using System.Text;
using System.Text.Json;

namespace Harmony4.Format.Tests.Metadata;

/// <summary>What TRAK says of a track, and what is left to its producer.</summary>
public sealed class TrackInfoTests
{
    [Fact]
    public async Task ReadTrackInfo_MembersOfTheProducersOwn_AreKeptBesideThoseOfTheFormat()
    {
        var tracks = await ReadAsync("""
            {"page_log2":1,"more":1,"tracks":[
              {"id":3,"kind":"audio","label":"sound","language":"pt-BR","gain":-1.5,"nested":{"a":[1]}},
              {"label":7,"id":65535,"language":null,"kind":"data"},
              {"kind":"video","id":0}]}
            """, ascending: false);
        Assert.Null(tracks);

        tracks = await ReadAsync("""
            {"page_log2":1,"more":1,"tracks":[
              {"kind":"video","id":0},
              {"id":3,"kind":"audio","label":"sound","language":"pt-BR","gain":-1.5,"nested":{"a":[1]}},
              {"label":7,"id":65535,"language":null,"kind":"data"}]}
            """);
        Assert.Equal([(0, TrackKind.Video, null, null), (3, TrackKind.Audio, "sound", "pt-BR"), (65_535, TrackKind.Data, null, null)], tracks!.Select(t => (t.Id, t.Kind, t.Label, t.Language)));
        Assert.Empty(tracks![0].Members);
        Assert.Equal(["gain -1.5", "nested {\"a\":[1]}"], tracks[1].Members.Select(m => $"{m.Key} {m.Value.GetRawText()}").Order(StringComparer.Ordinal));
        Assert.Equal(["label 7", "language null"], tracks[2].Members.Select(m => $"{m.Key} {m.Value.GetRawText()}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task WriteTrackInfo_MembersOfTheProducersOwn_ComeBack()
    {
        using var members = JsonDocument.Parse("{\"zone\":\"a\",\"gain\":[1,2]}");
        var track = new H4mkTrackInfo { Id = 9, Kind = TrackKind.Data, Label = "l\"", Language = "de", Members = members.RootElement.EnumerateObject().ToDictionary(m => m.Name, m => m.Value) };
        using var output = new MemoryStream();
        await using (var writer = H4mkContainerWriter.Create(output, new H4mkWriterOptions { Tracks = [track] }, leaveOpen: true))
        {
            await writer.CompleteAsync();
        }

        await using var container = await H4mkContainer.OpenAsync(output.ToArray());
        var trak = container.FindChunk(ChunkTag.Trak)!.Value;
        Assert.Equal(
            "{\"page_log2\":10,\"tracks\":[{\"gain\":[1,2],\"id\":9,\"kind\":\"data\",\"label\":\"l\\\"\",\"language\":\"de\",\"zone\":\"a\"}]}",
            Encoding.UTF8.GetString(output.ToArray().AsSpan((int)trak.PayloadOffset, (int)trak.Length)));
        var found = Assert.Single(await container.ReadTrackInfoAsync());
        Assert.Equal((9, TrackKind.Data, "l\"", "de", 2), (found.Id, found.Kind, found.Label, found.Language, found.Members.Count));
        foreach (var name in (string[])["id", "kind", "label", "language"])
        {
            var taken = track with { Members = new Dictionary<string, JsonElement> { [name] = members.RootElement } };
            Assert.Throws<ArgumentException>(() => H4mkContainerWriter.Create(Stream.Null, new H4mkWriterOptions { Tracks = [taken] }));
        }
    }

    [Theory]
    [InlineData("{\"page_log2\":1,\"tracks\":[{\"id\":0,\"kind\":\"video\"}]}", "")]
    [InlineData("{\"page_log2\":14,\"tracks\":[{\"id\":65535,\"kind\":\"data\"}]}", "")]
    [InlineData("{\"page_log2\":0,\"tracks\":[{\"id\":0,\"kind\":\"video\"}]}", "expected a page_log2 of 1 to 14")]
    [InlineData("{\"page_log2\":15,\"tracks\":[{\"id\":0,\"kind\":\"video\"}]}", "expected a page_log2 of 1 to 14")]
    [InlineData("{\"page_log2\":1.0,\"tracks\":[{\"id\":0,\"kind\":\"video\"}]}", "expected a page_log2 of 1 to 14")]
    [InlineData("{\"page_log2\":\"1\",\"tracks\":[{\"id\":0,\"kind\":\"video\"}]}", "expected a page_log2 of 1 to 14")]
    [InlineData("{\"tracks\":[{\"id\":0,\"kind\":\"video\"}]}", "expected a page_log2 of 1 to 14")]
    [InlineData("{\"page_log2\":1}", "expected an array \"tracks\"")]
    [InlineData("{\"page_log2\":1,\"tracks\":{}}", "expected an array \"tracks\"")]
    [InlineData("{\"page_log2\":1,\"tracks\":[]}", "expected 1 to 1024 tracks")]
    [InlineData("{\"page_log2\":1,\"tracks\":[7]}", "expected ascending ids of 0 to 65535 and kinds video, audio or data, found otherwise in track 0")]
    [InlineData("{\"page_log2\":1,\"tracks\":[{\"kind\":\"video\"}]}", "found otherwise in track 0")]
    [InlineData("{\"page_log2\":1,\"tracks\":[{\"id\":0}]}", "found otherwise in track 0")]
    [InlineData("{\"page_log2\":1,\"tracks\":[{\"id\":0,\"kind\":1}]}", "found otherwise in track 0")]
    [InlineData("{\"page_log2\":1,\"tracks\":[{\"id\":0,\"kind\":\"Video\"}]}", "found otherwise in track 0")]
    [InlineData("{\"page_log2\":1,\"tracks\":[{\"id\":65536,\"kind\":\"data\"}]}", "found otherwise in track 0")]
    [InlineData("{\"page_log2\":1,\"tracks\":[{\"id\":-1,\"kind\":\"data\"}]}", "found otherwise in track 0")]
    [InlineData("{\"page_log2\":1,\"tracks\":[{\"id\":4,\"kind\":\"data\"},{\"id\":4,\"kind\":\"data\"}]}", "found otherwise in track 1")]
    [InlineData("[]", "expected a JSON object without duplicate members")]
    public void Create_AnyTrak_IsTakenOrRefusedForItsFault(string trak, string expected)
    {
        var options = new H4mkWriterOptions { Trak = Encoding.UTF8.GetBytes(trak) };
        if (expected.Length == 0)
        {
            Assert.Equal(0, H4mkContainerWriter.Create(Stream.Null, options).BlockCount);
            return;
        }

        Assert.Contains(expected, Assert.Throws<ArgumentException>("options", () => H4mkContainerWriter.Create(Stream.Null, options)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10, 1024, true)]
    [InlineData(10, 1025, false)]
    [InlineData(11, 1024, false)]
    [InlineData(11, 512, true)]
    [InlineData(14, 64, true)]
    [InlineData(14, 65, false)]
    public void Create_ManyTracks_AreTakenUpToTheirLimits(int pageLog2, int count, bool isTaken)
    {
        var options = new H4mkWriterOptions { PageLog2 = pageLog2, Tracks = [.. Enumerable.Range(0, count).Select(i => new H4mkTrackInfo { Id = i, Kind = TrackKind.Audio })] };
        if (isTaken)
        {
            Assert.Equal(0, H4mkContainerWriter.Create(Stream.Null, options).BlockCount);
        }
        else
        {
            Assert.Contains("expected 1 to 1024 tracks", Assert.Throws<ArgumentException>("options", () => H4mkContainerWriter.Create(Stream.Null, options)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Create_TrakAtTheLimitsOfDepthAndLength_IsTaken()
    {
        var trak = "{\"page_log2\":1,\"tracks\":[{\"id\":0,\"kind\":\"video\",\"more\":[[1]]}]}"u8.ToArray();
        Assert.Equal(0, H4mkContainerWriter.Create(Stream.Null, new H4mkWriterOptions { Trak = trak, MaxJsonDepth = 5, MaxJsonLength = trak.Length }).BlockCount);
        Assert.Contains("at most 4 levels", Assert.Throws<ArgumentException>(() => H4mkContainerWriter.Create(Stream.Null, new H4mkWriterOptions { Trak = trak, MaxJsonDepth = 4 })).Message, StringComparison.Ordinal);
        Assert.Contains("TRAK", Assert.Throws<ArgumentException>(() => H4mkContainerWriter.Create(Stream.Null, new H4mkWriterOptions { Trak = trak, MaxJsonLength = trak.Length - 1 })).Message, StringComparison.Ordinal);
        var json = "{\"a\":\"as long as TRAK, so that the limit is for META and SAFE too, and then some more\"}"u8.ToArray();
        foreach (var (name, options) in ((string, H4mkWriterOptions)[])[("META", new() { Meta = json }), ("SAFE", new() { Safe = json })])
        {
            Assert.Equal(0, H4mkContainerWriter.Create(Stream.Null, options with { MaxJsonLength = json.Length }).BlockCount);
            Assert.Contains(name, Assert.Throws<ArgumentException>(() => H4mkContainerWriter.Create(Stream.Null, options with { MaxJsonLength = json.Length - 1 })).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Create_LabelWithSurrogates_IsTakenInPairs()
    {
        const char High = '\ud83d', Low = '\ude00';
        foreach (var label in (char[][])[[High, Low], [High, Low, High, Low], ['a', High, Low, 'b']])
        {
            Assert.Equal(0, H4mkContainerWriter.Create(Stream.Null, OptionsOf(label)).BlockCount);
        }

        foreach (var label in (char[][])[[High], [Low], ['a', Low], [High, 'a'], [Low, High], [High, High, Low], [High, Low, Low]])
        {
            Assert.Throws<ArgumentException>(() => H4mkContainerWriter.Create(Stream.Null, OptionsOf(label)));
        }

        static H4mkWriterOptions OptionsOf(char[] label) => new() { Tracks = [new H4mkTrackInfo { Id = 0, Kind = TrackKind.Data, Label = new string(label) }] };
    }

    private static async Task<IReadOnlyList<H4mkTrackInfo>?> ReadAsync(string trak, bool ascending = true)
    {
        using var output = new MemoryStream();
        try
        {
            await using var writer = H4mkContainerWriter.Create(output, new H4mkWriterOptions { Trak = Encoding.UTF8.GetBytes(trak) }, leaveOpen: true);
            await writer.CompleteAsync();
        }
        catch (ArgumentException) when (!ascending)
        {
            return null;
        }

        await using var container = await H4mkContainer.OpenAsync(output.ToArray());
        return await container.ReadTrackInfoAsync();
    }
}
