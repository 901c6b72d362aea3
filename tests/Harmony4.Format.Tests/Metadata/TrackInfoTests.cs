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
