using System.Text.Json;
using Harmony4.TestKit;

namespace Harmony4.Browser.Tests;

/// <summary>The page's modules for H4MK 1.1, over the vectors of that version: states, identities, seeks, blocks, proofs.</summary>
public sealed class ReaderTests : PageTestBase
{
    private static readonly JsonElement Manifest = JsonDocument.Parse(Vectors.Read("h4mk-1.1/manifest.json")).RootElement;

    public static TheoryData<string> Files => new(Manifest.GetProperty("files").EnumerateObject().Select(f => f.Name));

    [Fact]
    public async Task Verify_EveryVectorInAnyPieces_HasItsStateAndIdentity()
    {
        foreach (var file in Manifest.GetProperty("files").EnumerateObject())
        {
            var identity = file.Value.TryGetProperty("identity", out var hex) ? hex.GetString() : null;
            var expected = $"{file.Value.GetProperty("state").GetString()} {identity ?? "null"}";
            var found = await Page.EvaluateAsync<string[]>(
                """
                async text => {
                  const { MemorySource } = await import(new URL('h4mk/source.js', location));
                  const { verify } = await import(new URL('h4mk/verifier.js', location));
                  const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0));
                  const results = [];
                  for (const step of bytes.length > 20000 ? [1000, 1 << 20] : [1, 7, 1000, 1 << 20]) {
                    const { state, root } = await verify(new MemorySource(bytes, step));
                    results.push(`${state} ${root}`);
                  }

                  return results;
                }
                """,
                Convert.ToBase64String(Vectors.Read("h4mk-1.1/" + file.Name)));
            Assert.All(found, f => Assert.Equal(file.Name + " " + expected, file.Name + " " + f));
        }
    }

    [Fact]
    public async Task Open_EveryVector_GivesItsTracksSeeksAndProvenBlocks()
    {
        foreach (var file in Manifest.GetProperty("files").EnumerateObject().Where(f => f.Value.TryGetProperty("tracks", out _)))
        {
            var wrong = await Page.EvaluateAsync<string[]>(
                """
                async ([text, json]) => {
                  const { MemorySource } = await import(new URL('h4mk/source.js', location));
                  const { openContainer } = await import(new URL('h4mk/container.js', location));
                  const { hex } = await import(new URL('h4mk/wire.js', location));
                  const expected = JSON.parse(json);
                  const container = await openContainer(new MemorySource(Uint8Array.from(atob(text), c => c.charCodeAt(0))));
                  const wrong = [];
                  const check = (name, found, wanted) => String(found) === String(wanted) || wrong.push(`${name}: ${found}, not ${wanted}`);
                  check('ids', (await container.trak()).tracks.map(t => t.id), expected.tracks.map(t => t.id));
                  for (const t of expected.tracks) {
                    const track = container.track(t.id);
                    check(`track ${t.id}`, [track.count, track.keys, track.bytes, track.first, track.end, hex(track.root)], [t.blocks, t.keys, t.bytes, t.first, t.end, t.root]);
                    let count = 0;
                    let length = 0n;
                    while (count < track.count) {
                      for await (const { entry, bytes } of container.blocks(track, count, 4096)) {
                        check('ordinal', entry.ordinal, count++);
                        length += BigInt(bytes.length);
                      }
                    }

                    check(`bytes of ${t.id}`, length, t.bytes);
                  }

                  for (const seek of expected.seeks) {
                    const track = container.track(seek.track);
                    const found = await container.seek(track, BigInt(seek.pts));
                    check(`seek ${seek.track} ${seek.pts}`, [found?.ordinal, found?.streamOffset], [seek.ordinal, seek.stream_offset]);
                    const next = await container.next(track, BigInt(seek.pts));
                    const last = next ? next.ordinal : track.count;
                    for (let i = found ? found.ordinal + 1 : 0; i < last; i++) {
                      check(`block ${i} between`, (await container.entry(track, i)).flags & 1, 0);
                    }

                    check(`link from ${next?.ordinal}`, next?.link, next ? (found ? next.ordinal - found.ordinal : 0) : undefined);
                  }

                  return wrong;
                }
                """,
                new[] { Convert.ToBase64String(Vectors.Read("h4mk-1.1/" + file.Name)), file.Value.GetRawText() });
            Assert.True(wrong.Length == 0, $"{file.Name}: {string.Join("; ", wrong)}");
        }
    }

    [Fact]
    public async Task Malformed_EveryVector_IsNamedAsTheSdkNamesIt()
    {
        foreach (var malformed in JsonDocument.Parse(Vectors.Read("h4mk-1.1/malformed.json")).RootElement.GetProperty("cases").EnumerateArray())
        {
            var file = malformed.GetProperty("file").GetString()!;
            var first = malformed.GetProperty("first") is { ValueKind: JsonValueKind.Object } f
                ? $"{f.GetProperty("chunk").GetString()} {f.GetProperty("offset")} {f.GetProperty("code").GetString()}"
                : "none";

            // Where a 1.0 part ends, only walking over it tells.
            var opens = malformed.GetProperty("opens").GetBoolean() || file == "upgraded-cut-in-trak.h4mk" ? "opens" : malformed.GetProperty("open_code").GetString();
            var found = await Page.EvaluateAsync<string>(
                """
                async text => {
                  const { MemorySource } = await import(new URL('h4mk/source.js', location));
                  const { openContainer } = await import(new URL('h4mk/container.js', location));
                  const { verify } = await import(new URL('h4mk/verifier.js', location));
                  const source = new MemorySource(Uint8Array.from(atob(text), c => c.charCodeAt(0)));
                  const { state, findings: [first] } = await verify(source);
                  const opens = await openContainer(source).then(() => 'opens', error => error.code);
                  return `${state}, ${first ? `${first.chunk} ${first.offset} ${first.code}` : 'none'}, ${opens}`;
                }
                """,
                Convert.ToBase64String(Vectors.Read("h4mk-1.1/malformed/" + file)));
            Assert.Equal($"{file}: {malformed.GetProperty("state").GetString()}, {first}, {opens}", $"{file}: {found}");
        }
    }

    [Fact]
    public async Task Open_ThenSeekAndBlock_TakesThreeReads()
    {
        var reads = await Page.EvaluateAsync<string>(
            """
            async text => {
              const { MemorySource } = await import(new URL('h4mk/source.js', location));
              const { openContainer } = await import(new URL('h4mk/container.js', location));
              const memory = new MemorySource(Uint8Array.from(atob(text), c => c.charCodeAt(0)));
              const reads = [];
              const container = await openContainer({
                size: memory.size,
                tail: length => (reads.push(length), memory.tail(length)),
                read: (offset, length) => (reads.push(length), memory.read(offset, length)),
              });
              const track = container.tracks[0];
              const keyframe = await container.seek(track, 60000000n);
              await container.block(track, keyframe.ordinal);
              return reads.join();
            }
            """,
            Convert.ToBase64String(Vectors.Read("h4mk-1.1/h10.h4mk")));
        var lengths = reads.Split(',').Select(int.Parse).ToArray();
        Assert.Equal(3, lengths.Length);
        Assert.Equal(256 * 1024, lengths[0]);
        Assert.Equal(12 + 16 + (1024 * 64), lengths[1]);
    }

    [Fact]
    public async Task Proofs_OfTheVectors_HoldForTheirIdentityAndNoOther()
    {
        var files = Manifest.GetProperty("files");
        var appended = files.GetProperty("appended.h4mk").GetProperty("identity").GetString()!;
        var found = new List<string>();
        foreach (var proof in Manifest.GetProperty("proofs").EnumerateObject())
        {
            var identity = files.GetProperty(proof.Value.GetProperty("of").GetString()!).GetProperty("identity").GetString()!;
            found.Add(proof.Name + " " + await Page.EvaluateAsync<string>(
                """
                async ([text, identity, extended]) => {
                  const { checkProof, ProofError } = await import(new URL('h4mk/proof.js', location));
                  const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0));
                  const [trusted, grown] = [identity, extended].map(hex => Uint8Array.from(hex.match(/../g), b => parseInt(b, 16)));
                  const holds = (proof, to = trusted) => {
                    try {
                      return checkProof(proof, to, grown);
                    } catch (error) {
                      if (!(error instanceof ProofError)) {
                        throw error;
                      }

                      return null;
                    }
                  };
                  const result = holds(bytes);
                  let other = holds(bytes, trusted.map((b, i) => b ^ (i === 31))) ? 1 : 0;
                  for (let i = 0; i < bytes.length; i++) {
                    other += holds(bytes.subarray(0, i)) ? 1 : 0;
                    for (let bit = 0; bit < 8; bit++) {
                      const changed = bytes.slice();
                      changed[i] ^= 1 << bit;
                      const proven = holds(changed);

                      // Another time for which the same keyframe is the answer is no forgery.
                      other += proven && !(proven.kind === 2 && proven.pts !== result.pts && proven.ordinal === result.ordinal) ? 1 : 0;
                    }
                  }

                  return `${result.kind} ${result.ordinal ?? result.auxSame} ${other}`;
                }
                """,
                new[] { Convert.ToBase64String(Vectors.Read("h4mk-1.1/" + proof.Name)), identity, appended }));
        }

        Assert.Equal(
            ["append.proof 3 true 0", "block-7.proof 1 7 0", "key-at-0.proof 2 undefined 0", "key-at-100000.proof 2 2 0", "key-at-end.proof 2 22 0"],
            found.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("empty.h4mk")]
    [InlineData("upgraded.h4mk")]
    [InlineData("signed-hmac.h4mk")]
    public async Task Verify_BitsFlipped_NamesTheChunkThatHoldsThem(string file)
    {
        var wrong = await Page.EvaluateAsync<string[]>(
            """
            async text => {
              const { MemorySource } = await import(new URL('h4mk/source.js', location));
              const { verify } = await import(new URL('h4mk/verifier.js', location));
              const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0));
              const view = new DataView(bytes.buffer);
              const wrong = [];
              for (let start = 0, end = 8; start < bytes.length; start = end, end += 12 + (end < bytes.length ? view.getUint32(end + 4) : 0)) {
                for (let i = start; i < end; i++) {
                  // Every bit of headers, one of each byte behind them.
                  const isHeader = i < start + 12;
                  for (let bit = isHeader ? 0 : i % 8; bit < 8; bit += isHeader ? 1 : 8) {
                    bytes[i] ^= 1 << bit;
                    const { state, findings } = await verify(new MemorySource(bytes));
                    bytes[i] ^= 1 << bit;
                    if (!['invalid', 'incomplete'].includes(state) || !findings.some(f => f.offset === start || (start === 0 && f.chunk === 'H4MK'))) {
                      wrong.push(`byte ${i} bit ${bit}: ${state} ${findings.map(f => `${f.code} ${f.offset}`)}`);
                    }
                  }
                }
              }

              return wrong;
            }
            """,
            Convert.ToBase64String(Vectors.Read("h4mk-1.1/" + file)));
        Assert.Empty(wrong);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Verify_CutAnywhere_IsIncomplete(string file)
    {
        var bytes = Vectors.Read("h4mk-1.1/" + file);
        if (bytes.Length > 20000)
        {
            bytes = [.. bytes.AsSpan(0, 3000)];
        }

        var found = await Page.EvaluateAsync<string[]>(
            """
            async text => {
              const { MemorySource } = await import(new URL('h4mk/source.js', location));
              const { verify } = await import(new URL('h4mk/verifier.js', location));
              const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0));
              const states = [];
              for (let length = 0; length < bytes.length; length++) {
                states.push((await verify(new MemorySource(bytes.subarray(0, length)))).state);
              }

              return states;
            }
            """,
            Convert.ToBase64String(bytes));

        // An upgraded file cut behind its 1.0 part is that 1.0 file; cut before its VERI, nothing is there to verify it with.
        var part = file == "upgraded.h4mk" ? Vectors.Read("h4mk-1.1/v10.h4mk").Length : file == "v10.h4mk" ? bytes.Length : -1;
        for (var i = 0; i < found.Length; i++)
        {
            var expected = i < 8 ? "none" : i == part ? "unsigned" : i == part - 44 ? "unverified" : "incomplete";
            Assert.Equal($"{i} {expected}", $"{i} {found[i]}");
        }
    }
}
