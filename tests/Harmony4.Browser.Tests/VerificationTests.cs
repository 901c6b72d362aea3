using System.Buffers;
using System.Text;
using Harmony4.Format;
using Microsoft.Playwright;

namespace Harmony4.Browser.Tests;

/// <summary>What the browser says of damaged containers: never more than the verifier of the SDK, and never what it said of another one.</summary>
public sealed class VerificationTests : PageTestBase
{
    [Fact]
    public async Task Judge_AnyDamageInAnyPieces_IsOfTheSdksMind()
    {
        var whole = Container(3, "{\"a\":1}", "{\"b\":[2]}");
        List<byte[]> cases = [whole, .. Enumerable.Range(0, whole.Length).Select(i => whole[..i]), .. Enumerable.Range(1, 30).Select(i => (byte[])[.. whole, .. new byte[i]])];
        for (var i = 0; i < whole.Length; i++)
        {
            foreach (var bit in (ReadOnlySpan<int>)[0, 7])
            {
                byte[] changed = [.. whole];
                changed[i] ^= (byte)(1 << bit);
                cases.Add(changed);
            }
        }

        cases.AddRange(new[] { "", "[]", "null", "{", "{}x", "\uFEFF{}", "{\"a\":01}", Nested(512) }.Select(json => Container(1, json, "{}")));
        cases.Add(Container(1, Nested(511), "{\"[[[\\\"[\":\"{\\\\\"}"));
        cases.AddRange(Reordered(whole));
        var expected = new List<string>();
        foreach (var bytes in cases)
        {
            expected.Add((await SdkVerdict.OfAsync(bytes)).State);
        }

        var found = await Page.EvaluateAsync<string[]>(
            """
            async cases => {
              const { MemorySource } = await import(new URL('h4mk/source.js', location));
              const { verify } = await import(new URL('h4mk/verifier.js', location));
              const states = [];
              for (const [i, text] of cases.entries()) {
                const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0));
                states.push((await verify(new MemorySource(bytes, [1, 5, 1 << 20][i % 3]))).state);
              }

              return states;
            }
            """,
            cases.Select(Convert.ToBase64String).ToArray());
        Assert.Equal(expected, found);
        Assert.Contains("incomplete", found);
        Assert.Contains("unverified", found);
        Assert.Equal(2, found.Count(s => s == "unsigned"));
    }

    [Fact]
    public async Task Digest_OfPieces_IsThatOfWebCrypto()
    {
        Assert.Equal(0, await Page.EvaluateAsync<int>(
            """
            async () => {
              const { PiecewiseDigest, WholeDigest } = await import(new URL('h4mk/sha256.js', location));
              let different = 0;
              for (const length of [...Array(200).keys(), 65535, 1000000]) {
                const bytes = Uint8Array.from({ length }, (_, i) => i * 31 + length);
                const [pieces, whole] = [new PiecewiseDigest(), new WholeDigest(length)];
                whole.update(bytes);
                for (let at = 0, step = 1; at < length; at += step++) {
                  pieces.update(bytes.subarray(at, at + step));
                }

                different += String(await pieces.finish()) !== String(await whole.finish());
              }

              return different;
            }
            """));
    }

    [Theory]
    [InlineData("nothing of a container", "not the head")]
    [InlineData(null, "a second META")]
    public async Task Page_AfterASoundContainer_SaysNothingOfItAboutTheNext(string? text, string expected)
    {
        var sound = Container(2, "{}", "{}");
        var chunk = new ArrayBufferWriter<byte>();
        new H4mkChunkWriter(chunk).WriteChunk(ChunkTag.Meta, "{}"u8);
        await File.WriteAllBytesAsync(Path.Combine(Folder, "a-sound"), sound);
        await File.WriteAllBytesAsync(Path.Combine(Folder, "b-broken"), text is null ? [.. sound[..^44], .. chunk.WrittenSpan, .. sound[^44..]] : Encoding.ASCII.GetBytes(text));
        await Page.ReloadAsync();
        await OpenAsync("a-sound");
        var verdict = Page.Locator("#verdict");
        await Assertions.Expect(verdict).ToHaveAttributeAsync("data-state", "unsigned");
        await Assertions.Expect(Page.Locator("#facts dd")).ToHaveCountAsync(5);
        await OpenAsync("b-broken");
        await Assertions.Expect(verdict).ToHaveAttributeAsync("data-state", text is null ? "invalid" : "none");
        await Assertions.Expect(verdict).ToContainTextAsync(expected);
        await Assertions.Expect(Page.Locator("#facts dd")).ToHaveCountAsync(0);
        await Assertions.Expect(Page.Locator("#meta")).ToBeEmptyAsync();
        await ShotAsync("broken");
    }

    [Fact]
    public async Task Page_OneDamagedAmongManyChunks_ShowsItOnTheMapAndInTheTable()
    {
        var bytes = Container(6000, "{}", "{}");
        await using (var container = await H4mkContainer.OpenAsync(bytes.ToArray()))
        {
            bytes[(await container.GetBlockAsync(0, 3000)).FileOffset] ^= 1;
        }

        await File.WriteAllBytesAsync(Path.Combine(Folder, "many"), bytes);
        await Page.ReloadAsync();
        await OpenAsync("many");
        await Assertions.Expect(Page.Locator("#verdict")).ToContainTextAsync("CORE block 3000");
        Assert.True(await Page.EvaluateAsync<int>(
            """
            (() => {
              const c = document.getElementById('map');
              const p = c.getContext('2d').getImageData(0, c.height / 2, c.width, 1).data;
              let n = 0;
              for (let i = 0; i < p.length; i += 4) {
                n += p[i] > 150 && p[i + 1] < 80 && p[i + 2] < 80;
              }

              return n;
            })()
            """) > 0);

        // The table is as long as the file has chunks, has elements for those in sight only, and opens at the damaged one.
        await Page.ClickAsync("#findings button");
        await Assertions.Expect(Page.Locator("#chunks-rows .bad")).ToHaveCountAsync(1);
        await Assertions.Expect(Page.Locator("#chunks-rows .bad")).ToBeInViewportAsync();
        await Assertions.Expect(Page.Locator("#chunks")).ToHaveAttributeAsync("aria-rowcount", "6005");
        Assert.InRange(await Page.Locator("#chunks-rows > *").CountAsync(), 10, 60);
    }

    [Fact]
    public async Task Page_MarkupInMetaAndFindings_StaysText()
    {
        var dialogs = 0;
        Page.Dialog += (_, dialog) =>
        {
            dialogs++;
            _ = dialog.DismissAsync();
        };
        await File.WriteAllBytesAsync(Path.Combine(Folder, "markup"), Container(1, """{"<img src=x onerror=alert(1)>":"</pre><script>alert(2)</script>"}""", "{\"<svg onload=alert(3)>\":0}"));
        await File.WriteAllTextAsync(Path.Combine(Folder, "nobody"), "H4MK\0\u0001\0\0<b>!\0\0\0\u0009");
        await Page.ReloadAsync();
        foreach (var (id, state) in new[] { ("markup", "unsigned"), ("nobody", "incomplete") })
        {
            await OpenAsync(id);
            await Assertions.Expect(Page.Locator("#verdict")).ToHaveAttributeAsync("data-state", state);
        }

        await OpenAsync("markup");
        await Assertions.Expect(Page.Locator("#meta")).ToContainTextAsync("<img src=x");
        Assert.Equal(0, await Page.Locator("main img, main svg, main script, main b").CountAsync());
        Assert.Equal(0, dialogs);
        Assert.Empty(Errors);
    }

    private static byte[] Container(int blocks, string meta, string safe)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new H4mkChunkWriter(output);
        writer.WriteFileHeader();
        for (var i = 0; i < blocks; i++)
        {
            writer.WriteChunk(ChunkTag.Core, Encoding.ASCII.GetBytes($"block {i}"));
        }

        writer.WriteSeek([new SeekEntry(0, 0)]);
        writer.WriteChunk(ChunkTag.Meta, Encoding.UTF8.GetBytes(meta));
        writer.WriteChunk(ChunkTag.Safe, Encoding.UTF8.GetBytes(safe));
        writer.WriteChunk(ChunkTag.Veri, System.Security.Cryptography.SHA256.HashData(output.WrittenSpan[8..]));
        return output.WrittenSpan.ToArray();
    }

    // Two blocks swapped, each with its own CRC; and each chunk left out, or there twice.
    private static IEnumerable<byte[]> Reordered(byte[] whole)
    {
        var chunks = new List<byte[]>();
        for (var at = 8; at < whole.Length;)
        {
            var length = 12 + (int)System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(whole.AsSpan(at + 4));
            chunks.Add(whole[at..(at + length)]);
            at += length;
        }

        yield return [.. whole[..8], .. chunks[1], .. chunks[0], .. chunks.Skip(2).SelectMany(c => c)];
        for (var i = 0; i < chunks.Count; i++)
        {
            yield return [.. whole[..8], .. chunks.Where((_, j) => j != i).SelectMany(c => c)];
            yield return [.. whole[..8], .. chunks.SelectMany((c, j) => j == i ? c.Concat(c) : c)];
        }
    }

    private static string Nested(int arrays) => "{\"a\":" + new string('[', arrays) + new string(']', arrays) + "}";
}
