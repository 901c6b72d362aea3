using Harmony4.Tokenization.Internal;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>ADTS headers, field by field (ISO/IEC 14496-3, 1.A.3.2).</summary>
public sealed class AdtsSegmenterTests
{
    private static readonly uint[] Rates = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350];

    private static byte[] Header(int length, int rate = 3, int blocks = 1, int id = 0, int layer = 0, bool hasChecksum = false, int profile = 1, int rest = 0) =>
    [
        0xFF, (byte)(0xF0 | (id << 3) | (layer << 1) | (hasChecksum ? 0 : 1)), (byte)((profile << 6) | (rate << 2) | (rest & 3)),
        (byte)(((rest & 0x3F) << 2) | (length >> 11)), (byte)(length >> 3), (byte)((length << 5) | (rest & 0x1F)), (byte)((rest << 2) | (blocks - 1)),
    ];

    [Fact]
    public void TryRead_EveryRateAndNumberOfBlocks_HasItsSamples()
    {
        for (var rate = 0; rate < 16; rate++)
        {
            for (var blocks = 1; blocks <= 4; blocks++)
            {
                foreach (var rest in new[] { 0, 0x3F })
                {
                    Assert.Equal(rate < 13, AdtsSegmenter.TryRead(Header(1000, rate, blocks, rest: rest), out var frame));
                    Assert.Equal(rate < 13 ? (1000, blocks * 1024, Rates[rate]) : default, (frame.Length, frame.Samples, frame.SampleRate));
                }
            }
        }
    }

    [Fact]
    public void TryRead_EveryLength_IsReadIfTheHeaderFits()
    {
        for (var length = 0; length < 8192; length++)
        {
            Assert.Equal(length >= 7, AdtsSegmenter.TryRead(Header(length), out var frame));
            Assert.Equal(length >= 7 ? length : 0, frame.Length);
            Assert.Equal(length >= 9, AdtsSegmenter.TryRead(Header(length, hasChecksum: true), out _));
        }
    }

    [Fact]
    public void TryRead_EveryBitOfTheSyncword_IsNeeded()
    {
        var header = Header(1000);
        Assert.False(AdtsSegmenter.TryRead(header.AsSpan(0, 6), out _));
        for (var bit = 0; bit < 12; bit++)
        {
            byte[] other = [.. header];
            other[bit / 8] ^= (byte)(0x80 >> (bit % 8));
            Assert.False(AdtsSegmenter.TryRead(other, out _));
        }

        Assert.All([1, 2, 3], layer => Assert.False(AdtsSegmenter.TryRead(Header(1000, layer: layer), out _)));
    }

    [Fact]
    public void TryRead_FieldsThatDoNotChangeInAStream_MakeTheKind()
    {
        static int Kind(byte[] header) => AdtsSegmenter.TryRead(header, out var frame) ? frame.Kind : -1;
        var kind = Kind(Header(1000));
        Assert.Equal(kind, Kind(Header(2000, blocks: 3, rest: 0x3F)));
        Assert.Distinct([kind, Kind(Header(1000, rate: 4)), Kind(Header(1000, id: 1)), Kind(Header(1000, hasChecksum: true)), Kind(Header(1000, profile: 0)), Kind(Header(1000, profile: 3))]);
    }

    [Fact]
    public void TryRead_FramesOfSeveralRates_AreTimedByTheirOwn()
    {
        // 10 frames of 1,024 samples at 16 kHz are 640 ms: 7 fit half a second. Then the rate doubles.
        byte[] Frames(int count, int rate) => [.. Enumerable.Repeat<byte[]>([.. Header(20, rate), .. new byte[13]], count).SelectMany(f => f)];
        byte[] input = [.. Frames(10, 8), .. Frames(3, 5), .. Frames(2, 8)];
        var run = SegmentationRun.Of(input, MediaFormats.Adts);
        Assert.Null(run.Notice);
        Assert.Equal(
            [new(140, 0, 448_000, true), new(60, 448_000, 192_000, true), new(60, 640_000, 96_000, true), new MediaBlock(40, 736_000, 128_000, true)], run.Blocks);
        var frames = FramesOf(input);
        Assert.Equal([0, 1024, 2048], frames.Take(3).Select(f => f.Ticks!.Value));
        Assert.Equal([640_000, 672_000, 704_000, 736_000, 800_000], frames.Skip(10).Select(f => f.Pts!.Value));
        Assert.Equal(Enumerable.Range(0, 15).Select(i => i * 20L), frames.Select(f => f.Position));
        Assert.All(frames, f => Assert.Equal((20, f.Position, 1024, true, MediaKind.Audio), (f.Size, f.DataPosition, f.DurationTicks, f.IsKey, f.Kind)));
        Assert.Equal(new TimeTrack { Kind = MediaKind.Audio }, run.TimeTrack);
    }

    private static IReadOnlyList<MediaFrame> FramesOf(byte[] input) => Tests.Frames.FrameRun.Of(input, MediaFormats.Adts).Frames;

    [Fact]
    public void TryRead_TagsAndDamageBetweenFrames_MakeBlocksOfTheirOwn()
    {
        byte[] frame = [.. Header(20, 8), .. new byte[13]], two = [.. frame, .. frame, .. frame];
        byte[] tag = [.. "TAG"u8, .. new byte[125]];

        // A tag in front is a block; one between goes with what follows.
        var run = SegmentationRun.Of([.. tag, .. two, .. tag, .. two], MediaFormats.Adts);
        Assert.Equal([new(128, 0, 0, false), new(60, 0, 192_000, true), new MediaBlock(188, 192_000, 192_000, true)], run.Blocks);
        Assert.Null(run.Notice);

        // Behind damage the stream goes on in time.
        run = SegmentationRun.Of([.. two, 1, 2, 3, .. two], MediaFormats.Adts);
        Assert.Equal([new(60, 0, 192_000, true), new(3, 0, 0, false), new MediaBlock(60, 192_000, 192_000, true)], run.Blocks);
        Assert.Equal((60, "expected a frame header of adts, found bytes that are none", false), (run.Notice!.Offset, run.Notice.Message, run.Notice.IsRestOpaque));

        // One header in noise is none: the next has to follow, of the same kind, or the input end there.
        byte[] other = [.. Header(20, 7), .. new byte[13]];
        run = SegmentationRun.Of([.. two, 1, .. frame, 2, .. frame, .. other, 3, .. frame], MediaFormats.Adts);
        Assert.Equal([60, 63, 20], run.Blocks.Select(b => (int)b.Length));
        Assert.Equal([true, false, true], run.Blocks.Select(b => b.IsKey));
        run = SegmentationRun.Of([.. two, 1, .. frame[..19]], MediaFormats.Adts);
        Assert.Equal([60, 20], run.Blocks.Select(b => (int)b.Length));
        run = SegmentationRun.Of([.. two, 1, .. frame, 2], MediaFormats.Adts);
        Assert.Equal([60, 22], run.Blocks.Select(b => (int)b.Length));
    }
}
