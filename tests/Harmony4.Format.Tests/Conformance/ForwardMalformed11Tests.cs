using System.Text.Json;

namespace Harmony4.Format.Tests.Conformance;

/// <summary>
/// The files that are wrong in one way each, read forward. Most faults show where a verification finds them; what TOKN, the blocks and the chunks
/// claim shows later, at the page or the ROOT that says otherwise.
/// </summary>
public sealed class ForwardMalformed11Tests
{
    private static readonly JsonElement Cases = JsonDocument.Parse(Vectors11.Read("malformed.json")).RootElement.GetProperty("cases");

    private static readonly Dictionary<string, string> Elsewhere = new()
    {
        ["cut-in-header"] = "484 incomplete",
        ["cut-in-core"] = "484 incomplete",
        ["cut-in-tail"] = "1457 incomplete",
        ["cut-in-trak-tag"] = "8 incomplete",
        ["trailing-bytes"] = "1521 order",
        ["second-trailer"] = "1521 order",
        ["token-pts"] = "244 page",
        ["token-duration"] = "244 page",
        ["token-flags"] = "244 page",
        ["token-hides-key"] = "529 page",
        ["token-length"] = "225 token",
        ["token-missing"] = "189 order",
        ["token-doubled"] = "225 token",
        ["block-replaced"] = "529 page",
        ["block-length-field"] = "484 token",
        ["block-unlisted"] = "797 page",
        ["block-without-token-unlisted"] = "685 order",
        ["retimed-in-index-and-root"] = "244 page",
        ["digest-in-index-and-root"] = "244 page",
        ["block-and-index-replaced"] = "885 root",
        ["index-unlisted"] = "400 order",
        ["last-pages-swapped"] = "762 page",
        ["root-stream-offset"] = "885 root",
        ["root-spliced"] = "885 root",
        ["chunk-unlisted"] = "903 root",
        ["meta-swapped"] = "885 root",
        ["note-swapped"] = "885 root",
        ["trak-other-ids"] = "909 root",
        ["trak-other-page-log2"] = "400 order",
        ["sign-seventeen-index-first"] = "1821 order",
        ["sign-seventeen-broken"] = "1713 limit",
        ["upgraded-block-replaced"] = "474 page",
        ["upgraded-core-unlisted"] = "490 page",
        ["upgraded-last-core-unlisted"] = "646 page",
        ["upgraded-chunk-unlisted"] = "740 root",
        ["upgraded-token-inside"] = "758 root",
        ["upgraded-index-inside"] = "814 root",
        ["upgraded-cut-in-trak"] = "256 incomplete",

        // A lost block is no fault of the file, and a 1.0 container without VERI may be whole.
        ["block-lost"] = "none",
        ["upgraded-cut-before-veri"] = "none",

        // Flags and SEEK of a 1.0 part are held against each other by a verification alone.
        ["upgraded-seek-lies"] = "none",
        ["upgraded-hides-key"] = "none",
        ["upgraded-flags"] = "none",
        ["upgraded-no-seek"] = "none",
    };

    public static TheoryData<string> Names => [.. Cases.EnumerateArray().Select(c => c.GetProperty("file").GetString()!)];

    [Theory, MemberData(nameof(Names))]
    public async Task Read_MalformedFile_EndsAtItsFault(string file)
    {
        var first = Cases.EnumerateArray().Single(c => c.GetProperty("file").GetString() == file).GetProperty("first");
        var expected = Elsewhere.TryGetValue(Path.GetFileNameWithoutExtension(file), out var other) ? other
            : first.ValueKind == JsonValueKind.Null ? "none"
            : $"{first.GetProperty("offset").GetInt64()} {first.GetProperty("code").GetString()}";
        await using var reader = H4mkForwardReader.Create(new MemoryStream(Vectors11.Read("malformed/" + file)));
        var found = "none";
        try
        {
            while (await reader.ReadAsync())
            {
            }

            Assert.Equal(ForwardPart.End, reader.Part);
        }
        catch (H4mkFormatException fault)
        {
            found = $"{fault.Offset} {fault.Code.ToName()}";
            Assert.NotEmpty(fault.Detail);
        }

        Assert.Equal(expected, found);
    }
}
