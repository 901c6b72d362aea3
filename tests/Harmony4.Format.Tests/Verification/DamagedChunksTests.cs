using System.Buffers.Binary;
using Harmony4.Format.Internal;
using Harmony4.Format.Tests.Conformance;
using Harmony4.Format.Tests.Forward;
using Harmony4.Format.Tests.Properties;
using Harmony4.Format.Tests.Sources;

namespace Harmony4.Format.Tests.Verification;

/// <summary>Where ROOT is sound, damage to some chunks is named at those chunks, and nothing that follows from it is named.</summary>
public sealed class DamagedChunksTests
{
    private const int Tag = 0;
    private const int Length = 7;
    private const int Crc = 8;
    private const int Payload = 12;

    // The tag of a chunk inside a 1.0 part may be any, and no length there is known otherwise.
    public static TheoryData<string, int> Damage => new()
    {
        { "recorded", Tag }, { "recorded", Length }, { "recorded", Crc }, { "recorded", Payload },
        { "bundle", Tag }, { "bundle", Length }, { "bundle", Payload },
        { "signed-hmac", Tag }, { "signed-hmac", Payload },
        { "upgraded", Crc }, { "upgraded", Payload },
        { "upgraded, pages of two", Crc }, { "upgraded, pages of two", Payload },
    };

    [Theory, MemberData(nameof(Damage))]
    public async Task Verify_OneChunkDamaged_NamesItAlone(string name, int at)
    {
        var (bytes, chunks) = await ReadAsync(name, at);
        foreach (var chunk in chunks)
        {
            await AssertNamedAsync(bytes, at, chunk);
        }
    }

    [Theory, MemberData(nameof(Damage))]
    public async Task Verify_TwoChunksDamaged_NamesBothAlone(string name, int at)
    {
        // With a wrong length, which chunk the next one is depends on the index of both.
        if (at == Length)
        {
            return;
        }

        // Of a block of a 1.0 part that cannot be read, its page alone knows the time: nothing replaces both.
        var (bytes, chunks) = await ReadAsync(name, at);
        chunks = name.StartsWith("upgraded", StringComparison.Ordinal) ? [.. chunks.Where(c => bytes[c] != (byte)'I')] : chunks;
        var step = Math.Max(1, chunks.Length * chunks.Length / 2 / 600);
        var pairs = chunks.SelectMany(a => chunks.Where(b => b > a).Select(b => (a, b))).Where((_, i) => i % step == 0);
        foreach (var (first, second) in pairs)
        {
            await AssertNamedAsync(bytes, at, first, second);
        }
    }

    [Fact]
    public async Task Verify_RootThatListsTrakElsewhere_EndsAfterAFewReads()
    {
        // Nothing covers the offsets in ROOT but the digest in TAIL, which whoever makes the file computes.
        var sound = UpgradedFile.Make(blockCount: 3, pageLog2: 1, notes: []);
        var chunks = H4mkForwardReaderTests.Chunks(sound);
        var (trak, root) = (chunks.Single(c => c.Tag == "TRAK").Offset, chunks.Single(c => c.Tag == "ROOT"));
        var listed = root.Offset + sound.AsSpan(root.Offset, root.Length).IndexOf((byte[])[0, 0, 0, 0, 0, 0, 0, (byte)trak]);
        for (var place = 0; place < sound.Length; place++)
        {
            var bytes = sound.ToArray();
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(listed), place);
            H4mkForwardReaderTests.Recheck(bytes, root.Offset, root.Length);
            var tail = RecordedIndex.BuildTail(root.Offset, bytes.AsSpan(root.Offset + 12, root.Length));
            tail.CopyTo(bytes, bytes.Length - tail.Length);
            H4mkForwardReaderTests.Recheck(bytes, bytes.Length - tail.Length - 12, tail.Length);
            var reads = 0;
            var result = await H4mkContainer.VerifyAsync(new DelegateSource((offset, memory) =>
            {
                Assert.InRange(++reads, 1, 60);
                return DelegateSource.Copy(bytes, offset, memory, int.MaxValue);
            }));
            Assert.Equal(place == trak ? VerificationState.Unsigned : VerificationState.Invalid, result.State);
        }
    }

    private static async Task<(byte[] Bytes, int[] Chunks)> ReadAsync(string name, int at)
    {
        var bytes = name switch
        {
            "recorded" => await Recorded.Make(7, 3, 30, 1, 60).WriteAsync(),
            "upgraded, pages of two" => UpgradedFile.Make(blockCount: 7, pageLog2: 1, notes: ["one", "two"]),
            _ => Vectors11.Read(name + ".h4mk"),
        };
        return (bytes, [.. H4mkForwardReaderTests.Chunks(bytes).Where(c => c.Tag is not ("ROOT" or "TAIL" or "SIGN") && (at != Payload || c.Length > 0)).Select(c => c.Offset)]);
    }

    private static async Task AssertNamedAsync(byte[] bytes, int at, params int[] chunks)
    {
        Array.ForEach(chunks, chunk => bytes[chunk + at] ^= 1);
        var result = await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(bytes), new H4mkContainerOptions { MaxDegreeOfParallelism = 1 });
        Assert.True(
            result.State == VerificationState.Invalid && result.Findings.Select(f => (int)f.Offset).SequenceEqual(chunks),
            $"damage at {string.Join(" and ", chunks)}: found {string.Join("; ", result.Findings.Select(f => $"{f.Chunk} {f.Offset} {f.Code.ToName()} {f.Message}"))}");
        Array.ForEach(chunks, chunk => bytes[chunk + at] ^= 1);
    }
}
