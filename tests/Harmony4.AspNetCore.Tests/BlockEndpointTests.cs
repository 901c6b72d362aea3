using System.Net;
using System.Security.Cryptography;
using Harmony4.Format;
using Harmony4.TestKit;

namespace Harmony4.AspNetCore.Tests;

/// <summary>Single blocks: proofs, digests, tags, parts and damage.</summary>
public sealed class BlockEndpointTests
{
    private const string Path = "/containers/one/blocks/0/7";

    [Fact]
    public async Task Get_Block_CarriesProofAndDigests()
    {
        await using var host = await StartAsync();
        using var response = await host.GetAsync(Path);
        var payload = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Convert.ToBase64String(Vectors11.Read("block-7.proof")), Header(response, "Harmony4-Proof"));
        Assert.Equal(Field(payload), Header(response, "Content-Digest"));
        Assert.Equal(Field(payload), Header(response, "Repr-Digest"));
        Assert.Equal($"\"{Convert.ToHexStringLower(SHA256.HashData(payload))}\"", response.Headers.ETag!.ToString());
        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType!.ToString());

        // A client needs the identity alone to know that these bytes are block 7.
        Assert.True(Sha256Digest.TryParse(Vectors11.Case("one-track.h4mk").GetProperty("identity").GetString(), out var identity));
        var fact = H4mkProof.Verify(Convert.FromBase64String(Header(response, "Harmony4-Proof")), identity);
        Assert.Equal(7, fact.Ordinal);
        Assert.True(fact.MatchesPayload(payload));
    }

    [Fact]
    public async Task Head_Block_HasTheHeadersAndNoContent()
    {
        await using var host = await StartAsync();
        using var get = await host.GetAsync(Path);
        using var head = await host.SendAsync(HttpMethod.Head, Path);
        Assert.Equal(get.Headers.ETag, head.Headers.ETag);
        Assert.Equal(get.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
        Assert.Equal(Header(get, "Harmony4-Proof"), Header(head, "Harmony4-Proof"));
        Assert.Equal(Header(get, "Repr-Digest"), Header(head, "Repr-Digest"));

        // RFC 9530: Content-Digest is of the content, and there is none.
        Assert.False(head.Headers.Contains("Content-Digest"));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Get_PartOfABlock_HasTheDigestOfThePart()
    {
        await using var host = await StartAsync();
        var payload = await host.Client.GetByteArrayAsync(Path);
        using var part = await host.GetAsync(Path, ("Range", "bytes=1-4"));
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(payload[1..5], await part.Content.ReadAsByteArrayAsync());
        Assert.Equal(Field(payload[1..5]), Header(part, "Content-Digest"));
        Assert.Equal(Field(payload), Header(part, "Repr-Digest"));
        using var same = await host.GetAsync(Path, ("If-None-Match", part.Headers.ETag!.ToString()));
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        Assert.Equal(Header(part, "Harmony4-Proof"), Header(same, "Harmony4-Proof"));
    }

    [Fact]
    public async Task Get_EveryBlockOfABundle_IsProven()
    {
        await using var host = await StartAsync();
        host.Put("bundle", Vectors11.Read("bundle.h4mk"));
        await using var container = await H4mkContainer.OpenAsync(Vectors11.Read("bundle.h4mk"));
        foreach (var track in container.Tracks)
        {
            for (var i = 0L; i < track.BlockCount; i++)
            {
                using var response = await host.GetAsync($"/containers/bundle/blocks/{track.Id}/{i}");
                var fact = H4mkProof.Verify(Convert.FromBase64String(Header(response, "Harmony4-Proof")), container.Identity!.Value);
                Assert.Equal((track.Id, i), (fact.Track, fact.Ordinal));
                Assert.True(fact.MatchesPayload(await response.Content.ReadAsByteArrayAsync()));
            }
        }
    }

    [Theory]
    [InlineData("", 422)]
    [InlineData("bytes=0-0", 422)]
    [InlineData("bytes=2000-", 416)]
    public async Task Get_DamagedBlock_IsAProblemWithoutItsHeaders(string range, int status)
    {
        await using var host = await TestHost.StartAsync();
        host.Put("bad", await Vectors11.DamageAsync(await Vectors11.RecordAsync(10, 1000), 3));
        using var response = await host.GetAsync("/containers/bad/blocks/0/3", range.Length == 0 ? [] : [("Range", range)]);
        await Problems.CheckAsync(response, status);
        Assert.Null(response.Headers.ETag);
        Assert.All(["Harmony4-Proof", "Content-Digest", "Repr-Digest"], name => Assert.False(response.Headers.Contains(name), name));
        using var next = await host.GetAsync("/containers/bad/blocks/0/4");
        Assert.Equal(Vectors.SeededBytes("block 4", 1000), await next.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Get_BlockOfVersion10_HasADigestAndNoProof()
    {
        await using var host = await TestHost.StartAsync();
        host.PutVector("small", "exports/small.h4mk");
        using var response = await host.GetAsync("/containers/small/blocks/0/2");
        var payload = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(Vectors.SeededBytes("pub/export/small", 5000)[2000..3000], payload);
        Assert.Equal(Field(payload), Header(response, "Content-Digest"));
        Assert.False(response.Headers.Contains("Harmony4-Proof"));
        Assert.Equal($"\"{Vectors.Case("exports", "small").GetProperty("veri_hex").GetString()}-0-2\"", response.Headers.ETag!.ToString());
    }

    private static string Header(HttpResponseMessage response, string name) => response.Headers.GetValues(name).Single();

    private static string Field(byte[] bytes) => $"sha-256=:{Convert.ToBase64String(SHA256.HashData(bytes))}:";

    private static async Task<TestHost> StartAsync()
    {
        var host = await TestHost.StartAsync();
        host.Put("one", Vectors11.Read("one-track.h4mk"));
        return host;
    }
}
