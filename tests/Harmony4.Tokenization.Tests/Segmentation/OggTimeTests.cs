using System.Buffers.Binary;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>Times of Ogg blocks where granule positions alone do not tell when a page begins, worked out by hand.</summary>
public sealed class OggTimeTests
{
    private const int None = 0;
    private const int Continued = 1;
    private const int First = 2;
    private const int Last = 4;

    // 20 ms of CELT in one frame: 960 samples at 48 kHz.
    private static readonly byte[] Packet = [31 << 3, 1, 2];

    private static readonly byte[] OpusHead = [.. "OpusHead\u0001\u0002"u8, 0x38, 0x01, .. new byte[7]];
    private static readonly byte[] VorbisHead = [1, .. "vorbis"u8, .. new byte[5], 0x40, 0x1F, 0, 0, .. new byte[14]];
    private static readonly byte[] TheoraHead = [0x80, .. "theora"u8, 3, 2, 1, .. new byte[12], 0, 0, 0, 25, 0, 0, 0, 1, .. new byte[14], 0xC0];

    private static byte[] Page(int flags, long granule, uint sequence, params byte[][] packets) => PageOf(1, flags, granule, sequence, ends: true, packets);

    private static byte[] PageOf(uint serial, int flags, long granule, uint sequence, bool ends, params byte[][] packets)
    {
        var lacing = packets.SelectMany((p, i) => Enumerable.Repeat((byte)255, p.Length / 255).Concat(ends || i < packets.Length - 1 ? [(byte)(p.Length % 255)] : [])).ToArray();
        var header = new byte[27];
        "OggS"u8.CopyTo(header);
        header[5] = (byte)flags;
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(6), granule);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(14), serial);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(18), sequence);
        header[26] = (byte)lacing.Length;
        return [.. header, .. lacing, .. packets.SelectMany(p => p)];
    }

    private static byte[] Opus(params byte[][] pages) => [.. Page(First, 0, 0, OpusHead), .. Page(None, 0, 1, "OpusTags"u8.ToArray()), .. pages.SelectMany(p => p)];

    private static byte[] Vorbis(params byte[][] pages) => [.. Page(First, 0, 0, VorbisHead), .. Page(None, 0, 1, [3], [5]), .. pages.SelectMany(p => p)];

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
        byte[] input = [.. heads, .. PageOf(9, Last, 1, 2, ends: true, [0]), .. isAlone ? [] : (byte[])[.. Page(None, 8000, 2, [0]), .. Page(None, 16_000, 3, [0])]];
        var run = SegmentationRun.Of(input, MediaFormats.Ogg);
        Assert.Equal(isAlone ? (MediaKind.Video, 9UL) : (MediaKind.Audio, 1UL), (run.TimeTrack.Kind, run.TimeTrack.Id!.Value));
        Assert.Equal(isAlone ? [0] : [0, 1_000_000], run.Blocks.Where(b => b.IsKey).Select(b => b.Pts));
    }
}
