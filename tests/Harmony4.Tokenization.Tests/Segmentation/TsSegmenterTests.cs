using static Harmony4.Tokenization.Tests.Segmentation.TsPackets;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>Blocks and frames of transport streams, worked out by hand.</summary>
public sealed class TsSegmenterTests
{
    private const int Video = 0x101;
    private const int Audio = 0x102;

    // Pictures in the first stream, MPEG audio in the second.
    private static readonly byte[] Tables = [.. Section(0, 0, 0, 1, 0xE1, 0x00), .. Section(0x100, 2, 0xE1, 0x01, 0xF0, 0, 0x1B, 0xE1, 0x01, 0xF0, 0, 0x11, 0xE1, 0x02, 0xF0, 0)];

    private static byte[] Picture(long pts, bool isKey = false, long? dts = null) => Packet(Video, true, Pes(0xE0, pts & 0x1_FFFF_FFFF, dts & 0x1_FFFF_FFFF, 7), isKey);

    private static byte[] Sound(long pts) => Packet(Audio, true, Pes(0xC0, pts, null, 7));

    private static (long Packets, long Pts, long Duration, bool IsKey)[] Blocks(byte[][] packets, SegmenterOptions? options = null)
    {
        byte[] input = [.. Tables, .. packets.SelectMany(p => p)];
        var run = SegmentationRun.Of(input, MediaFormats.Ts, options);
        Assert.Null(run.Notice);
        Assert.Equal(run.ToString(), SegmentationRun.Of(input, MediaFormats.Ts, options, step: 1, segment: 3).ToString());
        Assert.Equal(2 * 188, run.Blocks[0].Length);
        return [.. run.Blocks.Skip(1).Select(b => (b.Length / 188, (long)b.Pts, (long)b.Duration, b.IsKey))];
    }

    [Fact]
    public void TryRead_RandomAccess_BeginsBlocks()
    {
        // The last block lasts up to its last frame, and as long as that is behind the one before in decoding.
        Assert.Equal(
            [(3, 1_000_000, 120_000, true), (2, 1_120_000, 80_000, true)],
            Blocks([Picture(90_000, true), Picture(97_200, dts: 93_600), Picture(93_600, dts: 97_200), Picture(100_800, true), Picture(104_400)]));
    }

    [Fact]
    public void TryRead_TimesThatWrap_GoOn()
    {
        const long Turn = 1L << 33;
        var blocks = Blocks([Picture(Turn - 3600, true), Picture(0, true), Picture(3600, true), Picture(-7200)]);
        Assert.Equal([(1, (Turn - 3600) * 100 / 9, 40_000, true), (1, Turn * 100 / 9, 40_000, true), (2, (Turn + 3600) * 100 / 9, 40_000, true)], blocks.Select(b => (b.Packets, b.Pts, (b.Duration + 5) / 10 * 10, b.IsKey)));
        var frames = Frames.FrameRun.Of([.. Tables, .. Picture(Turn - 3600, true), .. Picture(0, true), .. Picture(3600)], MediaFormats.Ts).Frames;
        Assert.Equal([Turn - 3600, Turn, Turn + 3600], frames.Select(f => f.Ticks!.Value));
        Assert.Equal([3600L, 3600, 3600], frames.Select(f => f.DurationTicks!.Value));
    }

    [Theory]
    [InlineData(89_999)]
    [InlineData(90_000)]
    public void TryRead_NoRandomAccess_BeginsABlockEverySecond(int apart) => Assert.Equal(
        apart == 90_000 ? [(1, 100_000, 1_000_000, false), (1, 1_100_000, 1_000_000, false)] : [(2, 100_000, 1_999_977, false)],
        Blocks([Picture(9000), Picture(9000 + apart)]));

    [Fact]
    public void TryRead_GroupLength_MakesKeysWhereNothingSaysThem()
    {
        var packets = Enumerable.Range(0, 5).Select(i => Picture(90_000 * i)).ToArray();
        Assert.Equal([true, false, true, false, true], Blocks(packets, new SegmenterOptions { Gop = 2 }).Select(b => b.IsKey));

        // As soon as the stream says it, only that counts.
        Assert.Equal([true, true, true], Blocks([.. packets[..2], Picture(180_000, true), .. packets[3..], Picture(500_000, true)], new SegmenterOptions { Gop = 1 })[1..].Select(b => b.IsKey));
        Assert.Equal(4, Blocks([.. packets[..2], Picture(180_000, true), .. packets[3..], Picture(500_000, true)]).Length);
    }

    [Fact]
    public void TryRead_FramesFarApart_DoNotTellALength()
    {
        // Ten seconds are no frame; one tick less is.
        Assert.Equal([(2, 0, 10_000_000, true)], Blocks([Picture(0, true), Picture(900_000)]));
        Assert.Equal([(2, 0, 19_999_977, true)], Blocks([Picture(0, true), Picture(899_999)]));
        Assert.Equal(
            [(40_000L, 3600L), (50_000, 3600), (53_600, 3600), (953_600, 3600)],
            Frames.FrameRun.Of([.. Tables, .. Picture(40_000), .. Picture(50_000, dts: 43_600), .. Picture(53_600, dts: 47_200), .. Picture(953_600)], MediaFormats.Ts).Frames.Select(f => (f.Ticks!.Value, f.DurationTicks!.Value)));
    }

    [Fact]
    public void TryRead_SoundInFrontOfThePictures_IsABlockWithItsTime() => Assert.Equal(
        [(2, 500_000, 0, false), (2, 1_000_000, 40_000, true), (1, 1_040_000, 40_000, true)],
        Blocks([Sound(45_000), Sound(46_000), Picture(90_000, true), Sound(47_000), Picture(93_600, true)]));

    [Fact]
    public void TryRead_RandomAccessInAPacketOfItsOwn_IsOfTheNextFrame()
    {
        Assert.Equal(
            [(2, 1_000_000, 40_000, true), (2, 1_040_000, 40_000, true)],
            Blocks([Picture(90_000, true), Packet(Video, false, [], isRandomAccess: true), Picture(93_600), Packet(Video, false, new byte[184])]));

        // Sound between does not use it up; a frame without a time does.
        Assert.Equal([true, true], Blocks([Picture(90_000, true), Packet(Video, false, [], isRandomAccess: true), Sound(91_000), Picture(93_600)]).Select(b => b.IsKey));
        Assert.Single(Blocks([Picture(90_000, true), Packet(Video, false, [], isRandomAccess: true), Packet(Video, true, [0, 0, 1, 0xE0, 0, 0, 0x80, 0, 0, 7]), Picture(93_600)]));
    }

    [Fact]
    public void TryRead_PacketWithAnError_IsNotLookedAt()
    {
        var broken = Picture(93_600, true);
        broken[1] |= 0x80;
        Assert.Equal([(3, 1_000_000, 160_000, true)], Blocks([Picture(90_000, true), broken, Picture(97_200)]));
    }

    [Fact]
    public void TryRead_SoundAlone_IsTheTimeTrack()
    {
        byte[] tables = [.. Section(0, 0, 0, 1, 0xE1, 0x00), .. Section(0x100, 2, 0xE1, 0x02, 0xF0, 0, 0x11, 0xE1, 0x02, 0xF0, 0)];
        var run = SegmentationRun.Of([.. tables, .. Sound(0), .. Sound(45_000), .. Sound(90_000)], MediaFormats.Ts);
        Assert.Equal([(2, 0, 1_000_000), (1, 1_000_000, 500_000)], run.Blocks.Skip(1).Select(b => ((int)b.Length / 188, (int)b.Pts, (int)b.Duration)));
        Assert.Equal(new TimeTrack { Kind = MediaKind.Audio, Id = Audio }, run.TimeTrack);
    }

    [Fact]
    public void TryRead_DamageBetweenPackets_IsABlockAndTheStreamGoesOn()
    {
        byte[] front = [.. Tables, .. Picture(90_000, true), .. Picture(93_600)], behind = [.. Picture(97_200), .. Picture(100_800, true), .. Picture(104_400)];
        var run = SegmentationRun.Of([.. front, 1, 2, 0x47, 3, .. behind], MediaFormats.Ts);
        Assert.Equal([2 * 188, 2 * 188, 4, 188, 2 * 188], run.Blocks.Select(b => (int)b.Length));
        Assert.Equal([false, true, false, false, true], run.Blocks.Select(b => b.IsKey));
        Assert.Equal((4 * 188, "expected the sync byte of a transport packet, found another", false), (run.Notice!.Offset, run.Notice.Message, run.Notice.IsRestOpaque));
        Assert.Equal(1_120_000UL, run.Blocks[4].Pts);

        // One packet at the end is one, a part of it is none.
        Assert.Equal([4, 188], SegmentationRun.Of([.. front, 1, 2, 0x47, 3, .. behind[..188]], MediaFormats.Ts).Blocks.Skip(2).Select(b => (int)b.Length));
        Assert.Equal([191], SegmentationRun.Of([.. front, 1, 2, 0x47, 3, .. behind[..187]], MediaFormats.Ts).Blocks.Skip(2).Select(b => (int)b.Length));

        // What was begun in front of the damage is not known to be whole.
        Assert.Equal([90_000, 97_200, 100_800, 104_400], Frames.FrameRun.Of([.. front, 1, 2, 0x47, 3, .. behind], MediaFormats.Ts).Frames.Select(f => f.Ticks!.Value));
    }
}
