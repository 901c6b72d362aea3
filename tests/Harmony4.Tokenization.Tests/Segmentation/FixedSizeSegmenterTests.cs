using System.Buffers;

namespace Harmony4.Tokenization.Tests.Segmentation;

public sealed class FixedSizeSegmenterTests
{
    [Fact]
    public void TryRead_OneBlockInAYear_IsTimedExactly()
    {
        // 1 / 31,536,000 blocks a second.
        var segmenter = new FixedSizeSegmenter(new SegmenterOptions { BlockSize = 1, FrameRate = new FrameRate(1, 31_536_000) });
        var bytes = new ReadOnlySequence<byte>([1, 2]);
        Assert.True(segmenter.TryRead(bytes, isFinalBlock: true, out var first));
        Assert.True(segmenter.TryRead(bytes.Slice(1), isFinalBlock: true, out var second));
        Assert.Equal((0UL, 31_536_000_000_000UL), (first.Pts, first.Duration));
        Assert.Equal(31_536_000_000_000UL, second.Pts);
    }

    [Fact]
    public void TryRead_TimesPastTheLastPts_StayThereAndThrowNothing()
    {
        // Half of 2^64 µs a block: the third would begin where no pts can.
        var segmenter = new FixedSizeSegmenter(new SegmenterOptions { BlockSize = 1, FrameRate = new FrameRate(1_000_000, 1UL << 63), Gop = 1 });
        var bytes = new ReadOnlySequence<byte>(new byte[4]);
        var blocks = new List<MediaBlock>();
        while (segmenter.TryRead(bytes, isFinalBlock: true, out var block))
        {
            blocks.Add(block);
            bytes = bytes.Slice(block.Length);
        }

        Assert.Equal([0, 1UL << 63, ulong.MaxValue, ulong.MaxValue], blocks.Select(b => b.Pts));
        Assert.Equal([true, true, false, false], blocks.Select(b => b.IsKey));
        Assert.Equal([1UL << 63, ulong.MaxValue - (1UL << 63), 0, 0], blocks.Select(b => b.Duration));
    }
}
