using static Harmony4.Tokenization.Tests.Segmentation.OggPages;

namespace Harmony4.Tokenization.Tests.Frames;

/// <summary>Frames of Ogg by hand: packets over pages, holes, chains, granules that say nothing.</summary>
public sealed class OggFrameTests
{
    // 20 ms of CELT in one frame: 960 samples at 48 kHz. The long one goes on on the next page.
    private static readonly byte[] Packet = [31 << 3, 1, 2];
    private static readonly byte[] Half = [31 << 3, .. new byte[254]];

    private static readonly byte[] Head = [.. Page(First, 0, 0, OpusHead), .. Page(None, 0, 1, "OpusTags"u8.ToArray())];

    [Fact]
    public void TryRead_PageOfSeveralPackets_TellsEach()
    {
        byte[] input = [.. Head, .. Page(None, 2880, 2, Packet, [31 << 3], Packet), .. Page(Last, 3400, 3, Packet)];
        var run = FrameRun.Of(input, MediaFormats.Ogg);
        var (one, two) = (Head.Length, Head.Length + 37);

        // 312 samples before time 0; the granule of the last page leaves 520 of its 960.
        Assert.Equal([(1, -312, 960, one, 3), (1, 648, 960, one, 1), (1, 1608, 960, one, 3), (1, 2568, 520, two, 3)], Rows(run));
        Assert.All(run.Frames, f => Assert.Equal((MediaKind.Audio, new TimeBase(1, 48_000), true, null), (f.Kind, f.TimeBase, f.IsKey, f.DataPosition)));
        Assert.Null(run.Notice);
        Assert.Equal(new TimeTrack { Kind = MediaKind.Audio, Id = 1 }, run.TimeTrack);
    }

    [Fact]
    public void TryRead_PacketOverThreePages_IsToldWhereItEnds()
    {
        byte[] input = [.. Head, .. PageOf(1, None, 960, 2, ends: false, Packet, Half), .. PageOf(1, Continued, -1, 3, ends: false, new byte[510]), .. Page(Continued, 2880, 4, [7], Packet)];
        var run = FrameRun.Of(input, MediaFormats.Ogg);
        Assert.Equal([(1, -312, 960, Head.Length, 3), (1, 648, 960, Head.Length, 255 + 510 + 1), (1, 1608, 960, input.Length - 33, 3)], Rows(run));
        Assert.Null(run.Notice);
    }

    [Fact]
    public void TryRead_Hole_LosesWhatItCutsAndIsSaid()
    {
        // The packet that began in front of the hole, and the one that ends behind it.
        byte[] input = [.. Head, .. PageOf(1, None, 960, 2, ends: false, Packet, Half), .. Page(Continued, 5760, 4, [7], Packet), .. Page(None, 6720, 5, Packet)];
        var run = FrameRun.Of(input, MediaFormats.Ogg);
        var hole = Head.Length + 28 + 1 + 3 + 255;
        Assert.Equal([(1, -312, 960, Head.Length, 3), (1, 4488, 960, hole, 3), (1, 5448, 960, hole + 33, 3)], Rows(run));
        Assert.Equal(hole, run.Notice!.Offset);
        Assert.Contains("packet", run.Notice.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_HoleBetweenPackets_IsGoneOverByGranules() => Assert.Equal(
        [-312, 4488],
        FrameRun.Of([.. Head, .. Page(None, 960, 2, Packet), .. Page(None, 5760, 9, Packet)], MediaFormats.Ogg).Frames.Select(f => f.Ticks!.Value));

    [Fact]
    public void TryRead_GranuleThatSaysNothing_GoesOnFromThePageBefore()
    {
        Assert.Equal(
            [-312, 648, 1608],
            FrameRun.Of([.. Head, .. Page(None, 960, 2, Packet), .. Page(None, -1, 3, Packet), .. Page(None, 2880, 4, Packet)], MediaFormats.Ogg).Frames.Select(f => f.Ticks!.Value));

        // Where there is none nothing is known until a granule comes.
        Assert.Equal(
            [(null, 960L), (9288, 960L)],
            FrameRun.Of([.. Head, .. Page(None, -1, 2, Packet), .. Page(None, 10_560, 3, Packet)], MediaFormats.Ogg).Frames.Select(f => (f.Ticks, f.DurationTicks!.Value)));
    }

    [Fact]
    public void TryRead_StreamOfOnePage_BeginsAtZero() => Assert.Equal(
        [(1, -312, 960, Head.Length, 3), (1, 648, 352, Head.Length, 3)],
        Rows(FrameRun.Of([.. Head, .. Page(Last, 1312, 2, Packet, Packet)], MediaFormats.Ogg)));

    [Fact]
    public void TryRead_ChainedStreams_CountOnTheirOwn()
    {
        byte[] second = [.. PageOf(2, First, 0, 0, ends: true, VorbisHead), .. PageOf(2, None, 0, 1, ends: true, [3], [5])];
        byte[] input = [.. Head, .. Page(Last, 960, 2, Packet), .. second, .. PageOf(2, None, 8000, 2, ends: true, [0], [0]), .. PageOf(2, None, 12_000, 3, ends: true, [0], [0, 1])];
        var run = FrameRun.Of(input, MediaFormats.Ogg);

        // Of Vorbis without its modes nothing is known but where pages end.
        Assert.Equal([(1UL, -312L, 960L), (2, null, null), (2, null, null), (2, 8000, null), (2, null, null)], run.Frames.Select(f => (f.Track, f.Ticks, f.DurationTicks)));
        Assert.Equal(new TimeBase(1, 8000), run.Frames[1].TimeBase);
        Assert.Null(run.Notice);
    }

    [Fact]
    public void TryRead_VorbisWithItsSetup_HasTheDurationsOfItsBlocks()
    {
        byte[] head = [.. Page(First, 0, 0, SizedVorbisHead), .. Page(None, 0, 1, [3], VorbisSetup(false, true))];
        var run = FrameRun.Of([.. head, .. Page(None, 2304, 2, [0], [2], [2], [0]), .. Page(Last, 2400, 3, [0])], MediaFormats.Ogg);
        Assert.Equal([(0, 128), (128, 576), (704, 1024), (1728, 576), (2304, 96)], run.Frames.Select(f => ((int)f.Ticks!, (int)f.DurationTicks!)));
    }

    [Fact]
    public void TryRead_Theora_HasKeysByTheGranule()
    {
        // Of 8 frames the third is a key frame, 5 frames before the last; an empty packet shows the frame before again. Sound goes between.
        byte[] input =
        [
            .. PageOf(9, First, 0, 0, ends: true, TheoraHead), .. Page(First, 0, 0, OpusHead), .. PageOf(9, None, 0, 1, ends: true, [0x81], [0x82]), .. Page(None, 0, 1, "OpusTags"u8.ToArray()),
            .. PageOf(9, None, 2 << 6, 2, ends: true, [0], [1]), .. Page(None, 960, 2, Packet), .. PageOf(9, None, (3 << 6) | 5, 3, ends: true, [0], [1, 2], [], [1], [1], [1]),
        ];
        var run = FrameRun.Of(input, MediaFormats.Ogg);
        Assert.Equal([(0, false), (1, true), (2, true), (3, false), (5, false), (6, false), (7, false)], run.Frames.Where(f => f.Track == 9).Select(f => ((int)f.Ticks!, f.IsKey)));
        Assert.All(run.Frames.Where(f => f.Track == 9), f => Assert.Equal((MediaKind.Video, new TimeBase(1, 25), 1), (f.Kind, f.TimeBase, f.DurationTicks)));
        Assert.Equal(-312, Assert.Single(run.Frames, f => f.Track == 1).Ticks);
    }

    [Fact]
    public void TryRead_Vp8_DoesNotCountWhatIsNotShown()
    {
        // Granules of 3 shown frames; the second of 4 packets is not shown (its bit 4 is not set).
        byte[] input = [.. Page(First, 0, 0, Vp8Head), .. Page(None, 0, 1, [.. "OVP80\u0002"u8, 1]), .. Page(None, (3L << 32) | (3 << 3), 2, [0x10], [0x01], [0x11], [0x11])];
        var run = FrameRun.Of(input, MediaFormats.Ogg);
        Assert.Equal([(0, 1L, true), (1, null, false), (1, 1L, false), (2, 1L, false)], run.Frames.Select(f => ((int)f.Ticks!, f.DurationTicks, f.IsKey)));
    }

    [Fact]
    public void TryRead_CutPage_TellsWhatIsWhole()
    {
        byte[] input = [.. Head, .. Page(None, 960, 2, Packet), .. Page(None, 3840, 3, Packet, [.. Packet, .. new byte[200]], Packet)];
        var run = FrameRun.Of(input[..^4], MediaFormats.Ogg);
        Assert.Equal([-312, 648], run.Frames.Select(f => f.Ticks!.Value));
        Assert.Contains("4 more bytes", run.Notice!.Message, StringComparison.Ordinal);

        // A packet whose last page does not come.
        run = FrameRun.Of([.. Head, .. PageOf(1, None, 960, 2, ends: false, Packet, Half)], MediaFormats.Ogg);
        Assert.Single(run.Frames);
        Assert.Equal(Head.Length + 28 + 1 + 3 + 255, run.Notice!.Offset);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData(long.MinValue + 400)]
    public void TryRead_GranuleAtTheEndOfTime_IsTakenAsItIs(long granule)
    {
        var frames = FrameRun.Of([.. Head, .. Page(None, granule, 2, Packet, Packet)], MediaFormats.Ogg).Frames;
        Assert.Equal(granule > 0 ? [granule - 2232, granule - 1272] : [null, null], frames.Select(f => f.Ticks));
    }

    private static (int, int, int, int, int)[] Rows(FrameRun run) => [.. run.Frames.Select(f => ((int)f.Track, (int)f.Ticks!, (int)f.DurationTicks!, (int)f.Position, (int)f.Size))];
}
