using System.Text.Json;
using Harmony4.Format;
using Harmony4.TestKit;

namespace Harmony4.Tests;

/// <summary>What inspect says of 1.1 containers.</summary>
public sealed class ReportTests
{
    private static readonly MediaTransport Transport = new();

    [Fact]
    public async Task Inspect_Version11_ListsNoBlocksUnlessAsked()
    {
        await using var container = await H4mkContainer.OpenAsync(Vectors.Read("h4mk-1.1/bundle.h4mk"));
        var report = await Transport.InspectAsync(container);
        var json = await JsonAsync(report);
        Assert.Equal(
            ["version", "size", "blocks", "tracks", "chunks", "meta", "safe", "seek_entries", "integrity", "root", "veri", "signatures"],
            json.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("1.1", "unverified"), (json.GetProperty("version").GetString(), json.GetProperty("integrity").GetString()));
        Assert.Equal(container.Identity.ToString(), json.GetProperty("root").GetString());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("veri").ValueKind);
        var tags = json.GetProperty("chunks").EnumerateObject().Select(p => p.Name).ToList();
        Assert.Equal("TRAK", tags[0]);
        Assert.Equal(["ROOT", "TAIL"], tags[^2..]);
        Assert.DoesNotContain(tags, t => t is "CORE" or "TOKN" or "INDX");

        var all = (await JsonAsync(report, listBlocks: true)).GetProperty("chunks");
        Assert.Equal(container.BlockCount, all.GetProperty("CORE").GetArrayLength());
        Assert.Equal(container.BlockCount, all.GetProperty("TOKN").GetArrayLength());
        var listed = all.EnumerateObject().SelectMany(t => t.Value.EnumerateArray()).Sum(c => c.GetProperty("size").GetInt64() + 12);
        Assert.Equal(container.Length, listed + 8);
    }

    [Fact]
    public async Task Inspect_Version11_KnowsTheCrcsOfWhatWasRead()
    {
        var bytes = Vectors.Read("h4mk-1.1/bundle.h4mk");
        await using var container = await H4mkContainer.OpenAsync(bytes);
        var chunks = (await JsonAsync(await Transport.InspectAsync(container), listBlocks: true)).GetProperty("chunks");
        foreach (var tag in chunks.EnumerateObject())
        {
            foreach (var chunk in tag.Value.EnumerateArray())
            {
                var stored = Convert.ToHexStringLower(bytes.AsSpan(chunk.GetProperty("offset").GetInt32() - 4, 4));
                var expected = tag.Name is "TRAK" or "META" or "SAFE" or "ROOT" or "TAIL" ? stored : null;
                Assert.Equal((tag.Name, expected), (tag.Name, chunk.GetProperty("crc").GetString()));
            }
        }
    }

    [Fact]
    public async Task Inspect_Signed_ListsTheSignatures()
    {
        await using var container = await H4mkContainer.OpenAsync(Vectors.Read("h4mk-1.1/signed-hmac.h4mk"));
        var json = await JsonAsync(await Transport.InspectAsync(container));
        Assert.Equal("""[{"kind":2,"state":"unchecked"}]""", json.GetProperty("signatures").GetRawText());
        Assert.NotEqual(JsonValueKind.Null, json.GetProperty("chunks").GetProperty("SIGN")[0].GetProperty("crc").ValueKind);
    }

    [Fact]
    public async Task Inspect_Upgraded_HasVeriAndNoCountOfSeek()
    {
        await using var container = await H4mkContainer.OpenAsync(Vectors.Read("h4mk-1.1/upgraded.h4mk"));
        await using var old = await H4mkContainer.OpenAsync(Vectors.Read("h4mk-1.1/v10.h4mk"));
        var json = await JsonAsync(await Transport.InspectAsync(container));
        Assert.Equal((await old.ReadVeriAsync()).ToString(), json.GetProperty("veri").GetString());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("seek_entries").ValueKind);
    }

    [Fact]
    public async Task Inspect_TrackMembers_AreAllThere()
    {
        var output = new MemoryStream();
        var input = new ExportInput { Media = new MemoryStream([1, 2, 3]), Segment = "fixed", Kind = TrackKind.Audio, Label = "l", Language = "de" };
        await Transport.ExportAsync([input], output);
        await using var container = await H4mkContainer.OpenAsync(output.ToArray());
        Assert.Equal(
            """[{"id":0,"kind":"audio","blocks":1,"bytes":3,"duration_us":33333,"label":"l","language":"de","block_size":524288,"fps":"30","gop":30,"segment":"fixed","times":"counted"}]""",
            (await JsonAsync(await Transport.InspectAsync(container))).GetProperty("tracks").GetRawText());
    }

    [Fact]
    public async Task Inspect_ProducerMembersWithOurNames_DoNotHideOurs()
    {
        var output = new MemoryStream();
        var trak = """{"page_log2":10,"tracks":[{"id":0,"kind":"data","blocks":"many","bytes":-1,"x":[1]}]}"""u8.ToArray();
        await using (var writer = H4mkContainerWriter.Create(output, new H4mkWriterOptions { Trak = trak }, leaveOpen: true))
        {
            await writer.CompleteAsync();
        }

        await using var container = await H4mkContainer.OpenAsync(output.ToArray());
        Assert.Equal(
            """[{"id":0,"kind":"data","blocks":0,"bytes":0,"duration_us":null,"x":[1]}]""",
            (await JsonAsync(await Transport.InspectAsync(container))).GetProperty("tracks").GetRawText());
    }

    [Fact]
    public async Task Inspect_DamagedTrak_IsInvalidAndNotThrown()
    {
        var bytes = Vectors.Read("h4mk-1.1/one-track.h4mk");
        bytes[25] ^= 1;
        await using var container = await H4mkContainer.OpenAsync(bytes);
        var report = await Transport.InspectAsync(container);
        Assert.Equal((VerificationState.Invalid, 0), (report.State, report.TrackInfo.Count));
        Assert.Equal(JsonValueKind.Null, (await JsonAsync(report)).GetProperty("tracks")[0].GetProperty("kind").ValueKind);
    }

    [Fact]
    public async Task Inspect_HeaderAlone_HasNoVeri()
    {
        await using var container = await H4mkContainer.OpenAsync("H4MK\0\u0001\0\0"u8.ToArray());
        var json = await JsonAsync(await Transport.InspectAsync(container), listBlocks: true);
        Assert.Equal((JsonValueKind.Null, "incomplete"), (json.GetProperty("veri").ValueKind, json.GetProperty("integrity").GetString()));
        Assert.Equal("{}", json.GetProperty("chunks").GetRawText());
    }

    [Fact]
    public async Task Verify_SignatureRequired_FailsWithoutAKey()
    {
        foreach (var path in (string[])["containers/one-block.h4mk", "h4mk-1.1/one-track.h4mk", "h4mk-1.1/signed-hmac.h4mk"])
        {
            await using var container = await H4mkContainer.OpenAsync(Vectors.Read(path));
            Assert.Equal(VerificationState.Invalid, (await Transport.VerifyAsync(container, new VerifyOptions { RequireSignature = true })).State);
        }
    }

    private static async Task<JsonElement> JsonAsync(ContainerReport report, bool listBlocks = false)
    {
        var bytes = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(bytes))
        {
            await report.WriteToAsync(writer, listBlocks);
        }

        return JsonDocument.Parse(bytes.ToArray()).RootElement;
    }
}
