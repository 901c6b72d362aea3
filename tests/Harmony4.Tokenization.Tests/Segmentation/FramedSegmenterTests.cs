using System.Buffers.Binary;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>What all framed formats share: how much is held, where blocks are split, and how long one waits for the next one's time.</summary>
public sealed class FramedSegmenterTests
{
    private const int Cap = SegmenterOptions.SmallestMaxBlockLength;
    private const int Lookahead = 64 * 1024;

    private static readonly SegmenterOptions Small = new() { MaxBlockLength = Cap };

    // 25 frames a second; so many bytes of frames, each with its header.
    private static byte[] Ivf(params int[] lengths)
    {
        var bytes = new List<byte>([.. "DKIF"u8, 0, 0, 32, 0, .. "VP80"u8, 0, 0, 0, 0, 25, 0, 0, 0, 1, 0, 0, 0, .. new byte[8]]);
        for (var i = 0; i < lengths.Length; i++)
        {
            var frame = new byte[lengths[i]];
            BinaryPrimitives.WriteInt32LittleEndian(frame, lengths[i] - 12);
            BinaryPrimitives.WriteInt64LittleEndian(frame.AsSpan(4), i);
            bytes.AddRange(frame);
        }

        return [.. bytes];
    }

    [Fact]
    public void MaxBufferLength_EveryFormat_IsABlockAndWhatIsLookedAt()
    {
        foreach (var format in MediaFormats.BuiltIn.Names.Where(n => n != MediaFormats.Fixed))
        {
            // The longest ADTS frame and the header of the next; the longest page of Ogg.
            Assert.Equal(Cap + Lookahead + (format == MediaFormats.Ogg ? 27 + 255 + (255 * 255) : 8191 + 7), MediaFormats.BuiltIn.Create(format, Small).MaxBufferLength);
            Assert.Throws<ArgumentOutOfRangeException>(() => MediaFormats.BuiltIn.Create(format, new SegmenterOptions { MaxBlockLength = Cap - 1 }));
        }
    }

    [Theory]
    [InlineData(Cap, new[] { Cap })]
    [InlineData(Cap + 1, new[] { Cap, 1 })]
    [InlineData(2 * Cap, new[] { Cap, Cap })]
    [InlineData((2 * Cap) + 1, new[] { Cap, Cap, 1 })]
    public void TryRead_BlockThatWaitsForTheNext_LastsInItsLastPart(int length, int[] parts)
    {
        var input = Ivf(20, length, 30);
        var run = SegmentationRun.Of(input, MediaFormats.Ivf, Small with { Gop = 1 });
        Assert.Equal([32, 20, .. parts, 30], run.Blocks.Select(b => (int)b.Length));
        var split = run.Blocks.Skip(2).Take(parts.Length).ToList();
        Assert.All(split, b => Assert.Equal(40_000UL, b.Pts));
        Assert.Equal([.. Enumerable.Repeat(0UL, parts.Length - 1), 40_000], split.Select(b => b.Duration));
        Assert.Equal([true, .. Enumerable.Repeat(false, parts.Length - 1)], split.Select(b => b.IsKey));
        Assert.Equal((80_000UL, 40_000UL, true), (run.Blocks[^1].Pts, run.Blocks[^1].Duration, run.Blocks[^1].IsKey));
        Assert.Equal(run.ToString(), SegmentationRun.Of(input, MediaFormats.Ivf, Small with { Gop = 1 }, step: 997).ToString());
    }

    [Fact]
    public void TryRead_HeaderAboveTheCap_IsSplitWithoutTimes()
    {
        const int Junk = Cap + 1000;
        byte[] head = [.. "RIFF0000WAVEJUNK"u8, Junk & 0xFF, (Junk >> 8) & 0xFF, Junk >> 16, 0, .. new byte[Junk], .. "fmt "u8, 16, 0, 0, 0, 1, 0, 1, 0, 8, 0, 0, 0, 16, 0, 0, 0, 2, 0, 16, 0, .. "data"u8, 8, 0, 0, 0];
        var run = SegmentationRun.Of([.. head, .. new byte[8]], MediaFormats.Wav, Small);
        Assert.Equal([new(Cap, 0, 0, false), new(head.Length - Cap, 0, 0, false), new MediaBlock(8, 0, 500_000, true)], run.Blocks);
    }

    [Fact]
    public void TryRead_BlockThatWaits_IsHeldUntilTheNextHeaderIsThere()
    {
        // The head is a block without a time, which takes that of the first frame.
        Assert.Equal(300 + 11, SegmentationRun.Of(Ivf(100, 300, 20, 20), MediaFormats.Ivf, step: 1).LongestHeld);
        Assert.Equal(32 + 11, SegmentationRun.Of(Ivf(12, 12, 12), MediaFormats.Ivf, step: 1).LongestHeld);
    }

    [Theory]
    [InlineData(Lookahead, false)]
    [InlineData(Lookahead - 1, true)]
    public void TryRead_NextBlockWithoutATime_IsWaitedForUpToTheLookahead(int length, bool waits)
    {
        byte[] head = [0x1A, 0x45, 0xDF, 0xA3, 0x80, 0x18, 0x53, 0x80, 0x67, 0xFF, 0x16, 0x54, 0xAE, 0x6B, 0x88, 0xAE, 0x86, 0xD7, 0x81, 1, 0x83, 0x81, 1];
        byte[] Cluster(byte time, params byte[] blocks) => [0x1F, 0x43, 0xB6, 0x75, 0xFF, 0xE7, 0x81, time, .. blocks];
        byte[] Frame(byte track, int size) => [0xA3, 0x10, (byte)((size + 4) >> 16), (byte)((size + 4) >> 8), (byte)(size + 4), (byte)(0x80 | track), 0, 0, 0x80, .. new byte[size]];

        // Of the second cluster nothing but a block of another track, so many bytes in all, is in front of its first frame.
        byte[] input = [.. head, .. Cluster(10, Frame(1, 9)), .. Cluster(20, [.. Frame(2, length - 8 - 9), .. Frame(1, 9)]), .. Cluster(30, Frame(1, 9))];
        var run = SegmentationRun.Of(input, MediaFormats.Webm, step: 1);
        Assert.Equal(waits ? [0, 10_000, 10_000, 10_000] : [0, 0, 10_000, 10_000], run.Blocks.Select(b => (long)b.Duration));
        Assert.Equal([10_000, 10_000, 20_000, 30_000], run.Blocks.Select(b => (long)b.Pts));
    }

    [Fact]
    public void TryRead_CutUnits_SayWhatIsMissing()
    {
        var input = Ivf(20, 30);
        Assert.Equal("expected ivf framing, found the end of the input", SegmentationRun.Of(input[..31], MediaFormats.Ivf).Notice!.Message);
        Assert.Equal(31, SegmentationRun.Of(input[..31], MediaFormats.Ivf).Notice!.Offset);
        Assert.Equal((32 + 20 + 11, "expected ivf framing, found the end of the input"), Notice(input[..(32 + 20 + 11)]));
        Assert.Equal((32 + 20 + 29, "expected 1 more bytes of ivf framing, found the end of the input"), Notice(input[..^1]));
        Assert.Equal((32 + 20 + 12, "expected 18 more bytes of ivf framing, found the end of the input"), Notice(input[..(32 + 20 + 12)]));
        Assert.Null(SegmentationRun.Of(input, MediaFormats.Ivf).Notice);

        static (int, string) Notice(byte[] input)
        {
            var notice = SegmentationRun.Of(input, MediaFormats.Ivf).Notice!;
            Assert.Equal(notice, Frames.FrameRun.Of(input, MediaFormats.Ivf, isLengthKnown: false).Notice);
            return ((int)notice.Offset, notice.Message);
        }
    }

    [Theory]
    [InlineData(25u, 1u, 5UL, 200_000UL)]
    [InlineData(30_000u, 1001u, 1UL, 33_366UL)]
    [InlineData(1u, 1u, 1UL << 44, 17_592_186_044_416_000_000UL)]
    [InlineData(uint.MaxValue, uint.MaxValue, 7UL, 7_000_000UL)]
    public void TryRead_IvfTimeBase_CountsFrames(uint rate, uint scale, ulong time, ulong pts)
    {
        var input = Ivf(20);
        BinaryPrimitives.WriteUInt32LittleEndian(input.AsSpan(16), rate);
        BinaryPrimitives.WriteUInt32LittleEndian(input.AsSpan(20), scale);
        BinaryPrimitives.WriteUInt64LittleEndian(input.AsSpan(36), time);
        Assert.Equal(pts, SegmentationRun.Of(input, MediaFormats.Ivf).Blocks[1].Pts);
        Assert.Equal((long)time, Frames.FrameRun.Of(input, MediaFormats.Ivf).Frames[0].Ticks);
    }
}
