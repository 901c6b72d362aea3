using static Harmony4.Tokenization.Tests.Segmentation.Mp4Builder;

namespace Harmony4.Tokenization.Tests.Segmentation;

public sealed class FragmentedMp4SegmenterTests
{
    private static readonly byte[] OneVideo = Init((1, "vide", 1000));

    [Fact]
    public void TryRead_Fragments_HaveDecodeTimePlusCompositionOffset()
    {
        var run = Run(OneVideo, Fragment(1, 0, offset: 20), Data(), Fragment(1, 30, flags: NonSync), Data(), Fragment(1, 60), Data());
        Assert.Equal(
            [new(OneVideo.Length, 20_000, 0, false), Of(1, 20_000, true), Of(1, 30_000, false), Of(1, 60_000, true)],
            run.Blocks);
        Assert.Null(run.Notice);
    }

    [Fact]
    public void TryRead_DataInSeveralBoxes_IsOneBlock()
    {
        var init = Init((1, "vide", 1000), (2, "soun", 1000));
        var header = Box("moof", TrackAt(1, 0, 0, 30, 20), TrackAt(2, 0, 0, 40)).Length;

        // Two tracks, each with a box of its own.
        byte[] At(ulong time) => [.. Box("moof", TrackAt(1, time, header + 8, 30, 20), TrackAt(2, time, header + 8 + 50 + 8, 40)), .. Data(50), .. Data(40)];
        var run = Run(init, At(0), Box("styp", new byte[4]), At(20), At(40), Box("mfra", new byte[8]));
        var length = At(0).Length;
        Assert.Equal([init.Length, length, length + 12, length, 16], run.Blocks.Select(b => (int)b.Length));
        Assert.Equal([false, true, true, true, false], run.Blocks.Select(b => b.IsKey));
        Assert.Null(run.Notice);

        // Where nothing says where the data lies it is the first box behind the moof.
        Assert.Equal([init.Length, Size, 28 + Size], Run(init, Fragment(1, 0), Data(), Data(), Fragment(1, 30), Data()).Blocks.Select(b => (int)b.Length));
    }

    [Fact]
    public void TryRead_DataBeforeItsFragment_IsInItsBlock()
    {
        byte[] At(ulong time) => [.. Data(50), .. Box("moof", TrackAt(1, time, -50, 30, 20))];
        var run = Run(OneVideo, At(0), At(20), At(40), Box("mfra", new byte[8]));
        var length = At(0).Length;
        Assert.Equal([OneVideo.Length, length, length, length, 16], run.Blocks.Select(b => (int)b.Length));
        Assert.Equal([false, true, true, true, false], run.Blocks.Select(b => b.IsKey));
        Assert.Equal([0UL, 0, 20_000, 40_000, 40_000], run.Blocks.Select(b => b.Pts));
        Assert.Null(run.Notice);
    }

    [Theory]
    [InlineData(uint.MaxValue, 100)]
    [InlineData(1_000_000, 8)]
    [InlineData(30, int.MinValue)]
    [InlineData(30, int.MaxValue)]
    public void TryRead_DataThatIsNotThere_EndsWithTheNextFragment(uint size, int offset)
    {
        byte[] fragment = [.. Box("moof", TrackAt(1, 0, offset, size, size)), .. Data(50)];
        var run = Run(OneVideo, fragment, fragment, Fragment(1, 60), Data());
        Assert.Equal([OneVideo.Length, fragment.Length, fragment.Length, Size], run.Blocks.Select(b => (int)b.Length));
    }

    [Fact]
    public void TryRead_BoxesBeforeMoof_BelongToItsBlock()
    {
        byte[] prefix = [.. Box("styp", new byte[4]), .. Box("prft", new byte[9]), .. Box("emsg", new byte[30]), .. Box("sidx", new byte[40])];
        var run = Run(OneVideo, prefix, Fragment(1, 5), Data(), prefix, Fragment(1, 35), Data(), Box("mfra", new byte[8]));
        Assert.Equal([OneVideo.Length, prefix.Length + Size, prefix.Length + Size, 16], run.Blocks.Select(b => (int)b.Length));
        Assert.Equal(new MediaBlock(16, 35_000, 0, false), run.Blocks[^1]);
    }

    [Fact]
    public void TryRead_LongSizes_AreFollowed()
    {
        var data = LongBox("mdat", new byte[100]);
        var run = Run(OneVideo, Fragment(1, 0), data, LongBox("free", new byte[3]), Fragment(1, 30), data);
        Assert.Equal(3, run.Blocks.Count);
        Assert.Equal(30_000UL, run.Blocks[2].Pts);
        Assert.Null(run.Notice);
    }

    [Fact]
    public void TryRead_DataToTheEndOfTheFile_IsOneBlock()
    {
        byte[] open = [0, 0, 0, 0, .. "mdat"u8, .. new byte[500]];
        var run = Run(OneVideo, Fragment(1, 0), open);
        Assert.Equal(2, run.Blocks.Count);
        Assert.Null(run.Notice);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    public void TryRead_BoxHeaderCrossesTheEndOfItsParent_DoesNotThrow(int left)
    {
        // What is left of the moof and what follows it look like the header of a box that goes on to the end.
        byte[] input = [.. OneVideo, .. Box("moof", new byte[left]), .. "    free"u8, .. new byte[100]];
        var run = SegmentationRun.Of(input, MediaFormats.FragmentedMp4);
        Assert.Equal(OneVideo.Length + 8, run.Notice!.Offset);
        Assert.Equal(run.ToString(), SegmentationRun.Of(input, MediaFormats.FragmentedMp4, step: 1).ToString());
    }

    [Fact]
    public void TryRead_MediaDataWithoutFragments_IsSaidWhateverItsSize()
    {
        Assert.Equal(OneVideo.Length, Run(OneVideo, [0, 0, 0, 0, .. "mdat"u8, .. new byte[500]]).Notice!.Offset);
        Assert.Equal(OneVideo.Length, Run(OneVideo, Data()).Notice!.Offset);
    }

    [Fact]
    public void TryRead_TextInsteadOfBoxes_IsSaidAtOnce()
    {
        // Its first bytes would make a box of 1.7 GB.
        var segmenter = MediaFormats.BuiltIn.Create(MediaFormats.FragmentedMp4);
        segmenter.TryRead(new("hello wo rld, a long text"u8.ToArray()), isFinalBlock: false, out _);
        Assert.Equal(0, segmenter.Notice!.Offset);
    }

    [Fact]
    public void TryRead_SeveralTracks_FollowTheFirstVideoTrack()
    {
        var init = Init((1, "soun", 48_000), (2, "vide", 1000), (3, "vide", 90_000));
        var run = Run(init, Box("moof", Track(1, 960_000, 1, 10, Sync, 0), Track(3, 900_000, 2, 10, Sync, 0), Track(2, 500, 2, 25, NonSync, 0)), Data());
        Assert.Equal((500_000UL, 50_000UL, false), (run.Blocks[1].Pts, run.Blocks[1].Duration, run.Blocks[1].IsKey));
    }

    [Fact]
    public void TryRead_NoVideo_FollowsTheFirstTrack()
    {
        var run = Run(Init((7, "soun", 48_000), (8, "soun", 1)), Fragment(7, 48_000), Data(), Fragment(8, 99), Data());
        Assert.Equal((1_000_000UL, true), (run.Blocks[1].Pts, run.Blocks[1].IsKey));
        Assert.Equal((1_000_000UL, 0UL, false), (run.Blocks[2].Pts, run.Blocks[2].Duration, run.Blocks[2].IsKey));
    }

    [Fact]
    public void TryRead_FragmentWithoutItsTime_GoesOnWhereTheLastEnded()
    {
        var run = Run(OneVideo, Fragment(1, 100), Data(), Fragment(1, null), Data());
        Assert.Equal(130_000UL, run.Blocks[2].Pts);
    }

    [Fact]
    public void TryRead_TimesJumpBack_GoOnByAnOffset()
    {
        byte[] file = [.. OneVideo, .. Fragment(1, 0), .. Data(), .. Fragment(1, 30), .. Data()];
        var run = Run(file, file, Fragment(1, 90), Data());
        Assert.Equal([0, 30_000, 60_000, 90_000, 150_000], run.Blocks.Where(b => b.IsKey).Select(b => (long)b.Pts));

        // The second file's header is in the block of its first fragment.
        Assert.Equal(OneVideo.Length + Size, run.Blocks[3].Length);
    }

    [Fact]
    public void TryRead_SameKeyTimeTwice_IsMovedOn()
    {
        var run = Run(OneVideo, Fragment(1, 10), Data(), Fragment(1, 10), Data());
        Assert.Equal([10_000, 40_000], run.Blocks.Where(b => b.IsKey).Select(b => (long)b.Pts));
    }

    [Fact]
    public void TryRead_NegativeTime_IsZeroAndLastsLess()
    {
        var run = Run(OneVideo, Fragment(1, 0, offset: -10), Data(), Fragment(1, 30, offset: -10), Data());
        Assert.Equal([Of(1, 0, true) with { Duration = 20_000 }, Of(1, 20_000, true)], run.Blocks.Skip(1));
    }

    [Fact]
    public void TryRead_TimesPastTheEndOfTime_AreClamped()
    {
        var init = Init((1, "vide", 1));
        var run = Run(init, Fragment(1, ulong.MaxValue - 5), Data(), Fragment(1, ulong.MaxValue), Data());
        Assert.Equal([true, false], run.Blocks.Skip(1).Select(b => b.IsKey));
        Assert.All(run.Blocks.Skip(1), b => Assert.Equal((ulong.MaxValue, 0UL), (b.Pts, b.Duration)));
    }

    [Fact]
    public void TryRead_BlockAboveTheCap_KeepsItsTimeInEveryPart()
    {
        const int cap = SegmenterOptions.SmallestMaxBlockLength;
        var run = Run(new SegmenterOptions { MaxBlockLength = cap }, OneVideo, Fragment(1, 40), Data(3 * cap), Fragment(1, 70), Data());
        Assert.Equal([cap, cap, cap], run.Blocks.Skip(1).Take(3).Select(b => (int)b.Length));
        Assert.Equal([true, false, false, false, true], run.Blocks.Skip(1).Select(b => b.IsKey));
        Assert.Equal([30_000, 0, 0, 0, 30_000], run.Blocks.Skip(1).Select(b => (long)b.Duration));
        Assert.Equal([40_000, 40_000, 40_000, 40_000, 70_000], run.Blocks.Skip(1).Select(b => (long)b.Pts));
    }

    [Fact]
    public void TryRead_FragmentHeaderAboveTheCap_StillCountsItsSamples()
    {
        var run = Run(new SegmenterOptions { MaxBlockLength = SegmenterOptions.SmallestMaxBlockLength }, OneVideo, Fragment(1, 0, samples: 20_000), Data());
        Assert.True(run.Blocks[1].IsKey);
        Assert.Equal(200_000_000L, run.Blocks.Sum(b => (long)b.Duration));
    }

    [Fact]
    public void TryRead_LostFraming_IsSaidAndComesAsItIs()
    {
        byte[] good = [.. OneVideo, .. Fragment(1, 0), .. Data()], noise = [.. Enumerable.Repeat((byte)0xEE, 5000)];
        var run = Run(good, noise);
        Assert.Equal(good.Length, run.Notice!.Offset);
        Assert.Equal(new MediaBlock(noise.Length, 0, 0, false), run.Blocks[^1]);
    }

    [Fact]
    public void TryRead_DamageInsideAFragment_LeavesTheNextOneWhole()
    {
        var damaged = Fragment(1, 30);
        damaged[8 + 3] = 0xFF;
        var run = Run(OneVideo, Fragment(1, 0), Data(), damaged, Data(), Fragment(1, 60), Data());
        Assert.Equal([0, 60_000], run.Blocks.Where(b => b.IsKey).Select(b => (long)b.Pts));
        Assert.NotNull(run.Notice);
    }

    [Fact]
    public void TryRead_InputEndsEarly_IsSaid()
    {
        byte[] file = [.. OneVideo, .. Fragment(1, 0), .. Data()];
        var run = SegmentationRun.Of(file[..^7], MediaFormats.FragmentedMp4);
        Assert.Equal((2, file.Length - 7L), (run.Blocks.Count, run.Notice!.Offset));
    }

    [Fact]
    public void TryRead_PlainMp4_IsSaid() =>
        Assert.Contains("moof", Run(OneVideo, Data()).Notice!.Message, StringComparison.Ordinal);

    private static int Size => Fragment(1, 0).Length + Data().Length;

    private static MediaBlock Of(int fragments, ulong pts, bool isKey) => new(fragments * Size, pts, 30_000, isKey);

    private static SegmentationRun Run(params byte[][] parts) => Run(new SegmenterOptions(), parts);

    private static SegmentationRun Run(SegmenterOptions options, params byte[][] parts) =>
        SegmentationRun.Of([.. parts.SelectMany(p => p)], MediaFormats.FragmentedMp4, options);
}
