using Harmony4.Format.Internal;
using Harmony4.Format.Tests.Sources;

namespace Harmony4.Format.Tests.Recovery;

public sealed class ChunkSkimTests
{
    private const int Mebibyte = 1024 * 1024;

    [Fact]
    public async Task Run_OverBlocks_TellsOfEveryEightMebibytesAndTheEnd()
    {
        const int size = 4 * Mebibyte;
        const long length = 8 + (5L * size);
        await using var source = new DelegateSource(
            (offset, destination) =>
            {
                destination.Span.Clear();
                new ChunkHeader(ChunkTag.Core, size - ChunkHeader.Size, 0).Write(destination.Span);
                Assert.Equal(8, offset % size);
                return new SourceRead(destination.Length, length);
            },
            yields: false);
        using var skim = new ChunkSkim(source, length);
        var told = new Told();
        await skim.RunAsync(8, _ => new ValueTask<bool>(true), _ => throw new InvalidOperationException("all chunks are passed over"), told, CancellationToken.None);
        Assert.Equal([8 + (8L * Mebibyte), 8 + (16L * Mebibyte), length], told.Reports.Select(r => r.BytesRead));
        Assert.All(told.Reports, r => Assert.Equal(length, r.Length));
    }

    [Theory]
    [InlineData(8 * Mebibyte, true)]
    [InlineData((8 * Mebibyte) + 1, false)]
    public async Task Run_LongChunk_HoldsItsPayloadUpToEightMebibytes(int length, bool isHeld)
    {
        var bytes = Chunk(length);
        var taken = await TakeAsync(bytes);
        Assert.Equal((0L, true, isHeld ? length : 0), (taken[0].Offset, taken[0].IsSound, taken[0].PayloadLength));
        bytes[^1] ^= 1;
        Assert.False((await TakeAsync(bytes))[0].IsSound);
    }

    [Fact]
    public async Task Run_ChunksAtTheEndOfTheFile_AreCutOnlyWhereBytesAreMissing()
    {
        foreach (var length in (int[])[0, 1, 4096, 4097])
        {
            byte[] bytes = [.. Chunk(3), .. Chunk(length)];
            Assert.Equal([(0, true), (15, true)], (await TakeAsync(bytes)).Select(t => ((int)t.Offset, t.IsSound)));
            Assert.Equal([(0, true), (15, false)], (await TakeAsync(bytes[..^1])).Select(t => ((int)t.Offset, t.IsSound)));
            Assert.Equal([(0, true), (15, true), (bytes.Length, false)], (await TakeAsync([.. bytes, 0])).Select(t => ((int)t.Offset, t.IsSound)));
        }
    }

    [Fact]
    public async Task Run_ToldToEnd_TakesNoChunkMore()
    {
        byte[] bytes = [.. Chunk(3), .. Chunk(4), .. Chunk(5)];
        using var skim = new ChunkSkim(H4mkSource.FromMemory(bytes), bytes.Length);
        var taken = 0;
        await skim.RunAsync(0, _ => new ValueTask<bool>(false), chunk => new ValueTask<long>(++taken == 2 ? -1 : chunk.Info.EndOffset), progress: null, CancellationToken.None);
        Assert.Equal(2, taken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => skim.RunAsync(0, _ => new ValueTask<bool>(true), _ => default, progress: null, new CancellationToken(canceled: true)));
    }

    private static async Task<List<(long Offset, bool IsSound, int PayloadLength)>> TakeAsync(byte[] bytes)
    {
        using var skim = new ChunkSkim(H4mkSource.FromMemory(bytes), bytes.Length);
        var taken = new List<(long, bool, int)>();
        await skim.RunAsync(
            0,
            _ => new ValueTask<bool>(false),
            chunk =>
            {
                taken.Add((chunk.Info.Offset, !chunk.IsCut && chunk.IsCrcValid, chunk.Payload.Length));
                return new ValueTask<long>(chunk.IsCut ? -1 : chunk.Info.EndOffset);
            },
            progress: null,
            CancellationToken.None);
        return taken;
    }

    private static byte[] Chunk(int length)
    {
        var bytes = new byte[ChunkHeader.Size + length];
        bytes.AsSpan(ChunkHeader.Size).Fill(7);
        new ChunkHeader(new ChunkTag("more"), (uint)length, Hashing.Crc32.Compute(bytes.AsSpan(ChunkHeader.Size))).Write(bytes);
        return bytes;
    }

    private sealed class Told : IProgress<VerificationProgress>
    {
        public List<VerificationProgress> Reports { get; } = [];

        public void Report(VerificationProgress value) => Reports.Add(value);
    }
}
