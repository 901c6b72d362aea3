using static Harmony4.Tokenization.Tests.Segmentation.OggPages;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>Times of Ogg blocks where granule positions alone do not tell when a page begins, worked out by hand.</summary>
public sealed class OggTimeTests
{
    // 20 ms of CELT in one frame: 960 samples at 48 kHz.
    private static readonly byte[] Packet = [31 << 3, 1, 2];

    private static byte[] Opus(params byte[][] pages) => [.. Page(First, 0, 0, OpusHead), .. Page(None, 0, 1, "OpusTags"u8.ToArray()), .. pages.SelectMany(p => p)];

    private static byte[] Vorbis(params byte[][] pages) => [.. Page(First, 0, 0, VorbisHead), .. Page(None, 0, 1, [3], [5]), .. pages.SelectMany(p => p)];

    private static byte[] SizedVorbis(byte[] setup, params byte[][] pages) => [.. Page(First, 0, 0, SizedVorbisHead), .. Page(None, 0, 1, [3], setup), .. pages.SelectMany(p => p)];

    private static (ulong Pts, ulong Duration, bool IsKey)[] Blocks(byte[] input)
    {
        var run = SegmentationRun.Of(input, MediaFormats.Ogg);
        Assert.Null(run.Notice);
        Assert.Equal(run.ToString(), SegmentationRun.Of(input, MediaFormats.Ogg, step: 1, segment: 3).ToString());
        return [.. run.Blocks.Skip(1).Select(b => (b.Pts, b.Duration, b.IsKey))];
    }

    [Fact]
    public void TryRead_OpusOfAStreamThatRuns_BeginsWhereItsPacketsDo()
    {
        // Pages of 3, 2 and 1 packets an hour in: 312 samples are the pre-skip.
        const long Hour = 48_000L * 3600;
        Assert.Equal(
            [(3_599_993_500, 60_000, true), (3_600_053_500, 40_000, true), (3_600_093_500, 20_000, true)],
            Blocks(Opus(Page(None, Hour + 2880, 2, Packet, Packet, Packet), Page(None, Hour + 4800, 3, Packet, Packet), Page(Last, Hour + 5760, 4, Packet))));
    }

    [Fact]
    public void TryRead_OpusWithoutAPage_GoesOnBehindTheHole() => Assert.Equal(
        [(0, 13_500, true), (33_500, 20_000, true), (53_500, 20_000, true)],
        Blocks(Opus(Page(None, 960, 2, Packet), Page(None, 2880, 4, Packet), Page(None, 3840, 5, Packet))));

    [Theory]
    [InlineData(0u, 0u, 0u)]
    [InlineData(9u, 8u, 7u)]
    public void TryRead_NumbersThatDoNotCount_AreNotGoneBy(uint first, uint second, uint third)
    {
        Assert.Equal(
            [(0, 13_500, true), (13_500, 20_000, true), (33_500, 10_000, true)],
            Blocks(Opus(Page(None, 960, first, Packet), Page(None, 1920, second, Packet), Page(Last, 2400, third, Packet))));
        Assert.Equal(
            [(0, 1_000_000, true), (1_000_000, 500_000, true), (1_500_000, 125_000, true)],
            Blocks(Vorbis(Page(None, 8000, first, [0], [0]), Page(None, 12_000, second, [0], [0]), Page(None, 13_000, third, [0]))));
    }

    [Fact]
    public void TryRead_OpusPacketOverTwoPages_CountsWhereItEnds()
    {
        byte[] half = [31 << 3, .. new byte[254]];
        Assert.Equal(
            [(993_500, 40_000, true), (1_033_500, 20_000, true)],
            Blocks(Opus(PageOf(1, None, 48_960, 2, ends: false, Packet, half), Page(Continued, 49_920, 3, [7]), Page(None, 50_880, 4, Packet))));
    }

    [Fact]
    public void TryRead_OpusPacketBegunBeforeTheCapture_IsTimedByThePageBefore()
    {
        // What began in front of the first page does not say how long it is; the end is all that is known of that page.
        var run = SegmentationRun.Of([.. Page(First, 0, 0, OpusHead), .. Page(None, 0, 1, "OpusTags"u8.ToArray()), .. Page(Continued, 480_960, 7, [7], Packet), .. Page(None, 481_920, 8, Packet)], MediaFormats.Ogg);
        Assert.Equal([(10_013_500, 0, false), (10_013_500, 20_000, true)], run.Blocks.Skip(1).Select(b => (b.Pts, b.Duration, b.IsKey)));
    }

    public static TheoryData<int, int, int, int> TableOfContents
    {
        get
        {
            // RFC 6716, table 2: frame sizes in samples at 48 kHz.
            int[][] sizes = [[480, 960, 1920, 2880], [480, 960, 1920, 2880], [480, 960, 1920, 2880], [480, 960, 480, 960], [120, 240, 480, 960], [120, 240, 480, 960], [120, 240, 480, 960], [120, 240, 480, 960]];
            var data = new TheoryData<int, int, int, int>();
            for (var configuration = 0; configuration < 32; configuration++)
            {
                var size = sizes[configuration / 4][configuration % 4];
                data.Add(configuration, 0, 0, size);
                data.Add(configuration, 1, 0, 2 * size);
                data.Add(configuration, 2, 0, 2 * size);
                data.Add(configuration, 3, 0xC3, 3 * size);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(TableOfContents))]
    public void TryRead_OpusPacket_LastsAsItsFirstBytesSay(int configuration, int code, int count, int samples)
    {
        byte[] packet = [(byte)((configuration << 3) | 4 | code), (byte)count, 0];
        var block = Blocks(Opus(Page(None, 480_312, 2, packet), Page(None, 480_312 + 960, 3, Packet)))[0];
        Assert.Equal((ulong)(480_000 - samples) * 1000 / 48, block.Pts);
    }

    [Fact]
    public void TryRead_VorbisOfAStreamThatRuns_MakesNoTimeUp()
    {
        // Of the first page the end alone is known: it is no place to begin, and the next one begins there, to the microsecond.
        Assert.Equal(
            [(3_600_000_000, 0, false), (3_600_000_000, 500_000, true), (3_600_500_000, 500_000, true)],
            Blocks(Vorbis(Page(None, 28_800_000, 2, [0], [0]), Page(None, 28_804_000, 3, [0], [0]), Page(None, 28_808_000, 4, [0], [0]))));
    }

    [Fact]
    public void TryRead_VorbisWithItsSetup_BeginsWhereItsBlocksDo()
    {
        // Modes: short, long. The block before the first, and the one before the page behind the hole, counts as the short one of 256 samples.
        const long Hour = 8000L * 3600;
        byte[] shortBlock = [0], longBlock = [2];
        var pages = new[] { Page(None, Hour, 2, longBlock, longBlock), Page(None, Hour + 704, 3, shortBlock, shortBlock), Page(None, Hour + 8000, 5, longBlock), Page(Last, Hour + 8500, 6, longBlock) };
        (ulong, ulong, bool)[] expected = [(3_599_800_000, 200_000, true), (3_600_000_000, 88_000, true), (3_600_928_000, 72_000, true), (3_601_000_000, 62_500, true)];
        Assert.Equal(expected, Blocks(SizedVorbis(VorbisSetup(false, true), pages)));

        // The setup over two pages.
        var setup = VorbisSetup(false, true);
        Assert.Equal(expected, Blocks([.. Page(First, 0, 0, SizedVorbisHead), .. PageOf(1, None, 0, 1, ends: false, [3], setup[..255]), .. Page(Continued, 0, 2, setup[255..]), .. pages.SelectMany(p => p)]));
    }

    [Theory]
    [InlineData(1, 0x00)]
    [InlineData(2, 0x02)]
    [InlineData(3, 0x04)]
    [InlineData(5, 0x08)]
    [InlineData(64, 0x7E)]
    public void TryRead_VorbisModes_AreAsManyAsTheSetupSays(int count, int last)
    {
        // The last mode alone has long blocks: (256 + 2,048) / 4 samples, of which the packet's own flags behind the mode say nothing.
        var setup = VorbisSetup([.. Enumerable.Range(1, count).Select(i => i == count)]);
        Assert.Equal((ulong)(8000 - 576) * 125, Blocks(SizedVorbis(setup, Page(None, 8000, 2, [(byte)last]), Page(None, 9024, 3, [(byte)last])))[0].Pts);
        if (count > 1)
        {
            Assert.Equal((8000 - 128) * 125UL, Blocks(SizedVorbis(setup, Page(None, 8000, 2, [0x80]), Page(None, 8128, 3, [0])))[0].Pts);
        }
    }

    [Fact]
    public void TryRead_VorbisModeThatThereIsNot_MakesNoTimeUp()
    {
        // Mode 3 of 3, a setup without modes, and blocks that are larger than can be.
        var setup = VorbisSetup(false, true, true);
        Assert.Equal((3_600_000_000UL, false), Start(SizedVorbis(setup, Page(None, 28_800_000, 2, [6]), Page(None, 28_800_128, 3, [0]))));
        Assert.Equal((3_600_000_000UL, false), Start(SizedVorbis([5, .. new byte[400]], Page(None, 28_800_000, 2, [0]), Page(None, 28_800_128, 3, [0]))));
        Assert.Equal((3_600_000_000UL, false), Start([.. Page(First, 0, 0, [.. VorbisHead[..28], 0xF1, 1]), .. Page(None, 0, 1, [3], setup), .. Page(None, 28_800_000, 2, [0]), .. Page(None, 28_800_128, 3, [0])]));

        (ulong Pts, bool IsKey) Start(byte[] input) => (Blocks(input)[0].Pts, Blocks(input)[0].IsKey);
    }

    [Fact]
    public void TryRead_SpeexAndFlacOfAStreamThatRuns_BeginWhereTheirPacketsDo()
    {
        Assert.Equal(
            [(3_599_960_000, 40_000, true), (3_600_060_000, 80_000, true)],
            Blocks([.. Page(First, 0, 0, SpeexHead), .. Page(None, 0, 1, [7]), .. Page(None, 57_600_000, 2, [1]), .. Page(None, 57_602_240, 4, [1], [1])]));

        // 4,096 and 256 samples at 44.1 kHz; a packet that is no frame says nothing.
        byte[] head = [.. Page(First, 0, 0, FlacHead), .. Page(None, 0, 1, [4, 0, 0, 0])];
        Assert.Equal(
            [(99_901_315, 98_685, true), (199_994_195, 5805, true)],
            Blocks([.. head, .. Page(None, 4_410_000, 2, FlacFrame(12), FlacFrame(8)), .. Page(None, 8_820_000, 4, FlacFrame(8))]));
        Assert.Equal((100_000_000UL, 0UL, false), Blocks([.. head, .. Page(None, 4_410_000, 2, [0xFF, 0xF8, 0, 1]), .. Page(None, 4_410_256, 3, FlacFrame(8))])[0]);
    }

    [Fact]
    public void TryRead_Vp8FrameThatIsNotShown_TakesNoTime() => Assert.Equal(
        [(0, 33_333, true), (33_333, 66_667, false)],
        Blocks([.. Page(First, 0, 0, Vp8Head), .. Page(None, 0, 1, [.. "OVP80\u0002"u8, 1]), .. Page(None, 1L << 32, 2, [0x10]), .. Page(None, (3L << 32) | (3 << 3), 3, [0x01], [0x11], [0x11])]));

    [Fact]
    public void TryRead_PacketThatAHoleCuts_IsNotCountedForAnother()
    {
        // A packet of 20 ms begins in front of the hole; of the one that ends behind it the end alone is known.
        byte[] half = [31 << 3, .. new byte[254]];
        Assert.Equal(
            [(1_033_500, 0, false), (1_033_500, 20_000, true)],
            Blocks(Opus(PageOf(1, None, -1, 2, ends: false, half), Page(Continued, 49_920, 4, [7]), Page(None, 50_880, 5, Packet))));
    }

    [Fact]
    public void TryRead_HoleNearTheStart_DoesNotBeginAtZeroAgain() => Assert.Equal(
        [(0, 500_000, true), (1_000_000, 500_000, true), (1_500_000, 500_000, true)],
        Blocks(Vorbis(Page(None, 4000, 2, [0], [0]), Page(None, 12_000, 4, [0], [0]), Page(None, 16_000, 5, [0], [0]))));

    [Fact]
    public void TryRead_ChainedStreamThatRuns_IsNotTimedByThePacketsBefore() => Assert.Equal(
        [(0, 13_500, true), (10_000_000, 0, false), (10_000_000, 125_000, true)],
        Blocks([.. Opus(Page(Last, 960, 2, Packet)), .. PageOf(2, First, 0, 0, ends: true, VorbisHead), .. PageOf(2, None, 0, 1, ends: true, [3], [5]), .. PageOf(2, None, 80_000, 2, ends: true, [0]), .. PageOf(2, None, 81_000, 3, ends: true, [0])]));

    [Fact]
    public void TryRead_ChainedStream_CountsItsOwnPackets() => Assert.Equal(
        [(0, 53_500, true), (993_500, 20_000, true)],
        Blocks([.. Opus(Page(Last, 2880, 2, Packet, Packet, Packet)), .. PageOf(2, First, 0, 0, ends: true, OpusHead), .. PageOf(2, None, 0, 1, ends: true, "OpusTags"u8.ToArray()), .. PageOf(2, None, 48_960, 2, ends: true, Packet)]));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TryRead_TheoraOfOnePicture_GivesNoTimes(bool isAlone)
    {
        byte[] heads =
        [
            .. PageOf(9, First, 0, 0, ends: true, TheoraHead), .. isAlone ? [] : Page(First, 0, 0, VorbisHead),
            .. PageOf(9, None, 0, 1, ends: true, [0x81], [0x82]), .. isAlone ? [] : Page(None, 0, 1, [3], [5]),
        ];
        byte[] input = [.. heads, .. PageOf(9, Last, 1 << 6, 2, ends: true, [0]), .. isAlone ? [] : (byte[])[.. Page(None, 8000, 2, [0]), .. Page(None, 16_000, 3, [0])]];
        var run = SegmentationRun.Of(input, MediaFormats.Ogg);
        Assert.Equal(isAlone ? (MediaKind.Video, 9UL) : (MediaKind.Audio, 1UL), (run.TimeTrack.Kind, run.TimeTrack.Id!.Value));
        Assert.Equal(isAlone ? [0] : [0, 1_000_000], run.Blocks.Where(b => b.IsKey).Select(b => b.Pts));
    }
}
