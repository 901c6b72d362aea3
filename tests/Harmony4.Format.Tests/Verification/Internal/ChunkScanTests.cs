using Harmony4.Format.Internal;
using Harmony4.Format.Tests.Properties;

namespace Harmony4.Format.Tests.Verification.Internal;

public sealed class ChunkScanTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Run_Cancelled_EndsWithTheTokenOfTheCaller(int degree)
    {
        var bytes = Media.Small.Encode();
        foreach (var isEarly in (bool[])[true, false])
        {
            using var stop = new CancellationTokenSource();
            if (isEarly)
            {
                await stop.CancelAsync();
            }

            using var scan = new ChunkScan(H4mkSource.FromMemory(bytes), bytes.Length, degree);
            var taken = 0;
            var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scan.RunAsync(
                8,
                async chunk =>
                {
                    taken++;
                    await stop.CancelAsync();
                    return chunk.Info.EndOffset;
                },
                progress: null,
                stop.Token));
            Assert.Equal(stop.Token, exception.CancellationToken);
            Assert.Equal(isEarly ? 0 : 1, taken);
        }
    }

    [Fact]
    public async Task Run_UntilItIsTold_TakesNoChunkMore()
    {
        var bytes = Media.Small.Encode();
        var chunks = Forward.H4mkForwardReaderTests.Chunks(bytes);
        for (var last = 0; last < chunks.Count; last++)
        {
            using var scan = new ChunkScan(H4mkSource.FromMemory(bytes), bytes.Length, 2);
            var taken = new List<long>();
            await scan.RunAsync(
                8,
                chunk =>
                {
                    taken.Add(chunk.Info.Offset);
                    return new ValueTask<long>(taken.Count > last ? -1 : chunk.Info.EndOffset);
                },
                progress: null,
                CancellationToken.None);
            Assert.Equal(chunks.Take(last + 1).Select(c => (long)c.Offset), taken);
        }
    }

    [Fact]
    public async Task Run_SentElsewhere_GoesOnThereAlone()
    {
        // From the first chunk to the fourth; from the last one back to the third, once.
        var bytes = Media.Small.Encode();
        var chunks = Forward.H4mkForwardReaderTests.Chunks(bytes);
        using var scan = new ChunkScan(H4mkSource.FromMemory(bytes), bytes.Length, 3);
        var taken = new List<int>();
        await scan.RunAsync(
            8,
            chunk =>
            {
                taken.Add(chunks.FindIndex(c => c.Offset == chunk.Info.Offset));
                return new ValueTask<long>(taken.Count == 1 ? chunks[3].Offset : taken[^1] == chunks.Count - 1 && taken.Count < 7 ? chunks[2].Offset : chunk.Info.EndOffset);
            },
            progress: null,
            CancellationToken.None);
        Assert.Equal([0, .. Enumerable.Range(3, chunks.Count - 3), .. Enumerable.Range(2, chunks.Count - 2)], taken);
    }
}
