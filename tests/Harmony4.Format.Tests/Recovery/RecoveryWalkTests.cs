using System.Globalization;
using Harmony4.Format.Internal;
using Harmony4.TestKit;

namespace Harmony4.Format.Tests.Recovery;

/// <summary>The walk that passes over the payloads of blocks goes the same way as the one that reads them.</summary>
public sealed class RecoveryWalkTests
{
    private static readonly int Mutations = int.Parse(Environment.GetEnvironmentVariable("HARMONY4_MUTATIONS") ?? "4000", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Skim_MutatedFiles_FindsAllButTheBlocks()
    {
        byte[][] files = [.. Directory.EnumerateFiles(Vectors.PathOf("h4mk-1.1"), "*.h4mk").Order(StringComparer.Ordinal).Select(File.ReadAllBytes).Where(f => f.Length < 12_000)];
        var random = new Random(22);
        for (var i = 0; i < Mutations; i++)
        {
            var mutated = Mutation.Apply(files[random.Next(files.Length)], files, random);
            await CompareAsync(mutated, i);
        }
    }

    [Fact]
    public async Task Skim_LongChunksAndBlocks_FindsAllButTheBlocks()
    {
        // Beyond the window of few bytes, the one of many, and what is read of a chunk at once.
        using var output = new MemoryStream();
        await using (var writer = H4mkContainerWriter.Create(output, new H4mkWriterOptions { PageLog2 = 8 }, leaveOpen: true))
        {
            var lengths = (int[])[0, 1, 100, 4_000, 4_096, 4_097, 65_000, 65_536, 65_537, 200_000];
            for (var i = 0; i < 600; i++)
            {
                await writer.WriteBlockAsync(0, new BlockInfo { Pts = (ulong)i, IsKey = true }, new byte[lengths[i % 50 % lengths.Length]]);
            }

            await writer.CompleteAsync();
        }

        var whole = output.ToArray();
        await CompareAsync(whole, -1);
        var other = new byte[(8 * 1024 * 1024) + 5_000];
        foreach (var length in (int[])[3_000, 4_097, 100_000, other.Length])
        {
            var chunk = new byte[12 + length];
            new ChunkHeader(new ChunkTag("abcd"), (uint)length, Hashing.Crc32.Compute(other.AsSpan(0, length))).Write(chunk);
            await CompareAsync([.. whole[..1_000_000], .. chunk, .. whole[1_000_000..]], length);
            var start = TestChunkStart(whole);
            await CompareAsync([.. whole[..start], .. chunk, .. whole[start..]], -length);
        }
    }

    [Fact]
    public async Task Walk_OfAFileThatHasBecomeShorter_SaysWhereItEnds()
    {
        var whole = Vectors.Read("h4mk-1.1/one-track.h4mk");
        for (var length = 8; length < whole.Length; length += 7)
        {
            var source = H4mkSource.FromStream(new MemoryStream(whole, 0, length));
            var full = new RecoveryWalk(source, whole.Length, new Log());
            var fault = await Assert.ThrowsAsync<H4mkFormatException>(() => full.RunAsync(8, new H4mkContainerOptions { MaxDegreeOfParallelism = 1 }, progress: null, CancellationToken.None));
            Assert.Equal((H4mkErrorCode.Overrun, length), (fault.Code, fault.Offset));

            // Payloads that are passed over are not missed.
            var skim = new RecoveryWalk(source, whole.Length, new Log());
            fault = await Assert.ThrowsAsync<H4mkFormatException>(() => skim.SkimAsync(8, progress: null, CancellationToken.None));
            Assert.Equal(H4mkErrorCode.Overrun, fault.Code);
            Assert.InRange(fault.Offset, length, whole.Length);
        }
    }

    // The header of some TOKN in the middle.
    private static int TestChunkStart(byte[] bytes) => 500_000 + bytes.AsSpan(500_000).IndexOf("TOKN"u8);

    private static async Task CompareAsync(byte[] bytes, int number)
    {
        foreach (var source in (H4mkSource[])[H4mkSource.FromMemory(bytes), H4mkSource.FromStream(new MemoryStream(bytes))])
        {
            var (full, skim) = (new Log(), new Log());
            var walk = new RecoveryWalk(source, bytes.Length, full);
            await walk.RunAsync(8, new H4mkContainerOptions { MaxDegreeOfParallelism = 1 }, progress: null, CancellationToken.None);
            var fast = new RecoveryWalk(source, bytes.Length, skim);
            await fast.SkimAsync(8, progress: null, CancellationToken.None);
            Assert.True(full.Events.SequenceEqual(skim.Events), $"{number}: expected {string.Join(", ", full.Events)}, found {string.Join(", ", skim.Events)}");
            Assert.Equal(walk.CutOffset, fast.CutOffset);
        }
    }

    private sealed class Log : IRecoveryTarget
    {
        public List<string> Events { get; } = [];

        public ValueTask TakeBlockAsync(TokenRecord token, long tokenOffset, ScannedChunk core, CancellationToken cancellationToken) => default;

        public ValueTask TakeLostAsync(TokenRecord token, long tokenOffset, CancellationToken cancellationToken) => default;

        public void TakePage(in ScannedChunk page) => Events.Add($"page {page.Info.Offset} {Convert.ToHexString(page.Payload.Span[..Math.Min(16, page.Payload.Length)])}");

        public ValueTask TakeOtherAsync(ScannedChunk chunk, CancellationToken cancellationToken)
        {
            Events.Add($"{chunk.Info.Tag} {chunk.Info.Offset} {chunk.Info.Length}");
            return default;
        }

        public ValueTask TakeDamagedSealAsync(CancellationToken cancellationToken)
        {
            Events.Add("seal");
            return default;
        }

        public void Skip(long from, long to) => Events.Add($"skip {from} {to}");
    }
}
