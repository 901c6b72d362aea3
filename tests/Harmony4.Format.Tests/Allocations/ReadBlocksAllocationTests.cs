using Harmony4.Format.Tests.Properties;

namespace Harmony4.Format.Tests.Allocations;

/// <summary>Reading many blocks allocates for each window of them, not for each block.</summary>
[Collection(nameof(AllocationTests))]
public sealed class ReadBlocksAllocationTests
{
    private const int Count = 60_000;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadBlocks_PerBlock_AllocatesNothing(bool isVersion10)
    {
        var recorded = new Recorded(1, 14, [.. Enumerable.Range(0, Count).Select(i => new TrackBlock(0, new BlockInfo { Pts = (ulong)i, IsKey = true }, new byte[100]))]);
        var bytes = isVersion10 ? new Media([.. recorded.Blocks.Select(b => new Block(b.Info.Pts, true, b.Payload))]).Encode() : await recorded.WriteAsync();
        await using var container = await H4mkContainer.OpenAsync(bytes, new H4mkContainerOptions { PageCacheLength = 16 * 1024 * 1024 });
        var least = long.MaxValue;
        for (var attempt = 0; attempt < 12; attempt++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var sum = 0L;
            await foreach (var block in container.ReadBlocksAsync(0))
            {
                sum += block.Payload.Length;
            }

            Assert.Equal(100 * Count, sum);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        // Four windows with arrays of their own, and a few tasks for each time that one is filled.
        Assert.InRange(least, 0, 24 * Count);
    }
}
