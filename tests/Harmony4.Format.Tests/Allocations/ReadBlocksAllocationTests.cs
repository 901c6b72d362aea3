using Harmony4.Format.Tests.Properties;

namespace Harmony4.Format.Tests.Allocations;

/// <summary>Reading many blocks allocates a few windows that are used anew, and nothing for each block.</summary>
[Collection(nameof(AllocationTests))]
public sealed class ReadBlocksAllocationTests
{
    private const int Count = 240_000;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadBlocks_PerFurtherBlock_AllocatesNothing(bool isVersion10)
    {
        var recorded = new Recorded(1, 14, [.. Enumerable.Range(0, Count).Select(i => new TrackBlock(0, new BlockInfo { Pts = (ulong)i, IsKey = true }, new byte[100]))]);
        var bytes = isVersion10 ? new Media([.. recorded.Blocks.Select(b => new Block(b.Info.Pts, true, b.Payload))]).Encode() : await recorded.WriteAsync();
        await using var container = await H4mkContainer.OpenAsync(bytes, new H4mkContainerOptions { PageCacheLength = 64 * 1024 * 1024 });
        await CountAsync(container, 0);
        const long bound = 8 * (Count / 2);
        long all = long.MaxValue, half = 0;
        for (var round = 0; round < 10 && all - half > bound; round++)
        {
            // Other threads of the process allocate as well: the least of either is what reading takes.
            all = Math.Min(all, await CountAsync(container, 0));
            half = round == 0 ? await CountAsync(container, Count / 2) : Math.Min(half, await CountAsync(container, Count / 2));
        }

        // A few tasks each time that a window of 1,024 blocks is filled, and up to four windows of some 150 KB, as the threads happen to take
        // turns; an object for each block would take 24 bytes.
        Assert.InRange(all - half, long.MinValue, bound);
    }

    private static async Task<long> CountAsync(H4mkContainer container, long first)
    {
        var least = long.MaxValue;
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var sum = 0L;
            await foreach (var block in container.ReadBlocksAsync(0, first))
            {
                sum += block.Payload.Length;
            }

            Assert.Equal(100 * (Count - first), sum);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return least;
    }
}
