using Harmony4.Tokenization.Internal;
using static Harmony4.Tokenization.Tests.Segmentation.Mp4Builder;
using static Harmony4.Tokenization.Tests.Segmentation.Mp4TableFiles;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>Unfragmented MP4: blocks, times and key flags from sample tables, worked out by hand.</summary>
public sealed class Mp4SampleTableTests
{
    [Fact]
    public void TryRead_TablesInFront_BeginsABlockAtEveryKeyframe()
    {
        var input = Front(Movie, 92, Box("free", new byte[4]));
        var init = input.Length - 12 - 92 + 5;
        var run = Run(input);
        Assert.Null(run.Notice);
        Assert.Equal(new TimeTrack { Kind = MediaKind.Video, Id = 1, IsOneOfSeveral = true }, run.TimeTrack);
        Assert.Equal(
            [(init, 80_000, 0, false), (20, 80_000, 120_000, true), (28, 240_000, 80_000, true), (39, 320_000, 120_000, true), (12, 320_000, 0, false)],
            Blocks(run));
    }

    [Fact]
    public void TryRead_AskedForTheSoundTrack_TakesItsTimes()
    {
        var run = Run(Front(Movie, 92), new SegmenterOptions { TimeTrack = 2 });
        Assert.Equal(new TimeTrack { Kind = MediaKind.Audio, Id = 2, IsOneOfSeveral = true }, run.TimeTrack);

        // Each of its samples lasts half a second, which is as much as a block of sound may.
        Assert.Equal([(18, 0, 500_000, true), (27, 500_000, 500_000, true), (42, 1_000_000, 500_000, true), (5, 1_500_000, 500_000, true)], Blocks(run)[1..]);
    }

    [Theory]
    [InlineData(44_100u, 1024, 21)]
    [InlineData(48_000u, 1024, 23)]
    [InlineData(2_048u, 1024, 1)]
    [InlineData(2_047u, 1024, 1)]
    [InlineData(2_049u, 512, 2)]
    public void TryRead_SoundInOneChunk_IsGroupedIntoHalfSeconds(uint rate, int duration, int perBlock)
    {
        var sizes = Enumerable.Range(0, 100).Select(i => (long)(i % 7) + 1).ToArray();
        var run = Run(Front(at => [TrackOf(7, "soun", rate, Counted("stts", 2, 100, duration), Counted("stsc", 3, 1, 100, 1), Sizes(sizes), Counted("stco", 1, at))], (int)sizes.Sum()));
        Assert.Null(run.Notice);
        var expected = Enumerable.Range(0, 100).Chunk(perBlock).Select(c => (
            (long)c.Sum(i => sizes[i]), (ulong)c[0] * (ulong)duration * 1_000_000 / rate, ((ulong)(c[^1] + 1) * (ulong)duration * 1_000_000 / rate) - ((ulong)c[0] * (ulong)duration * 1_000_000 / rate), true));
        Assert.Equal(expected, Blocks(run)[1..]);
    }

    [Fact]
    public void TryRead_SamplesOfOneLength_AreCountedNotListed()
    {
        // Ten seconds of 8 kHz in samples of 2 bytes, in two chunks with a hole between them.
        var run = Run(Front(
            at => [TrackOf(1, "soun", 8000, Counted("stts", 2, 80_000, 1), Counted("stsc", 3, 1, 50_000, 1, 2, 30_000, 1), Table("stsz", 2, 80_000), Counted("stco", 1, at, at + 100_100))],
            160_100));
        Assert.Null(run.Notice);
        Assert.Equal(21, run.Blocks.Count);
        Assert.All(run.Blocks.Skip(1).Select((b, i) => (b, i)), x => Assert.Equal((x.i == 12 ? 8100 : 8000, (ulong)x.i * 500_000, 500_000UL, true), (x.b.Length, x.b.Pts, x.b.Duration, x.b.IsKey)));
    }

    [Fact]
    public void TryRead_PicturesWithoutSyncTable_AreAllKeyframes()
    {
        var run = Run(Front(at => [TrackOf(1, "vide", 10, Counted("stts", 2, 4, 1), Counted("stsc", 3, 1, 2, 1), Table("stsz", 6, 4), Counted("stco", 1, at, at + 20))], 32));
        Assert.Equal([(6, 0, 100_000, true), (14, 100_000, 100_000, true), (6, 200_000, 100_000, true), (6, 300_000, 100_000, true)], Blocks(run)[1..]);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(16)]
    public void TryRead_CompactSizesAndLongOffsets_AreRead(int bits)
    {
        long[] sizes = [3, 15, 1, 9, 2];
        byte[] packed = bits switch
        {
            4 => [0x3F, 0x19, 0x20],
            8 => [.. sizes.Select(s => (byte)s)],
            _ => [.. sizes.SelectMany(s => (byte[])[0, (byte)s])],
        };
        var run = Run(Front(
            at => [TrackOf(1, "vide", 10, Counted("stts", 2, 5, 1), Counted("stss", 1, 1, 3, 5), Counted("stsc", 3, 1, 5, 1), Box("stz2", new byte[4], U32((uint)bits), U32(5), packed), Box("co64", new byte[4], U32(1), U64((ulong)at)))],
            30));
        Assert.Null(run.Notice);
        Assert.Equal([(18, 0, 200_000, true), (10, 200_000, 200_000, true), (2, 400_000, 100_000, true)], Blocks(run)[1..]);
    }

    [Fact]
    public void TryRead_NegativeOffsetsAndALateFirstKeyframe_AreKept()
    {
        var run = Run(Front(
            at => [TrackOf(1, "vide", 10, Counted("stts", 2, 4, 5), Counted("ctts", 2, 3, 4, 1, -2), Counted("stss", 1, 2, 4), Counted("stsc", 3, 1, 4, 1), Sizes(4, 5, 6, 7), Counted("stco", 1, at))],
            22));
        Assert.Equal([(4, 400_000, 500_000, false), (11, 900_000, 1_000_000, true), (7, 1_300_000, 500_000, true)], Blocks(run)[1..]);
    }

    [Fact]
    public void TryRead_LaterSampleInFront_BeginsNoBlockBehindIt()
    {
        // The second keyframe lies behind what comes after it: a part from there on would lack it.
        var run = Run(Front(
            at => [TrackOf(1, "vide", 10, Counted("stts", 2, 5, 1), Counted("stss", 1, 1, 2, 4), Counted("stsc", 3, 1, 1, 1), Sizes(10, 10, 10, 10, 10), Counted("stco", 1, at, at + 20, at + 10, at + 30, at + 40))],
            50));
        Assert.Null(run.Notice);
        Assert.Equal([(30, 0, 300_000, true), (20, 300_000, 200_000, true)], Blocks(run)[1..]);
    }

    [Fact]
    public void TryRead_AllInReverse_IsOneBlock()
    {
        var run = Run(Front(
            at => [TrackOf(1, "vide", 10, Counted("stts", 2, 5, 1), Counted("stsc", 3, 1, 1, 1), Sizes(10, 10, 10, 10, 10), Counted("stco", 1, at + 40, at + 30, at + 20, at + 10, at))],
            50));
        Assert.Equal([(50, 400_000, 100_000, true)], Blocks(run)[1..]);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void TryRead_StillPicture_GivesNoTimes(bool isFirst, bool withVideo)
    {
        byte[][] Tracks(long at)
        {
            var cover = TrackOf(3, "vide", 10, Counted("stts", 2, 1, 100), Counted("stsc", 3, 1, 1, 1), Sizes(8), Counted("stco", 1, at));
            var other = TrackOf(5, withVideo ? "vide" : "soun", 10, Counted("stts", 2, 3, 10), Counted("stsc", 3, 1, 3, 1), Sizes(9, 9, 9), Counted("stco", 1, at + 8));
            return isFirst ? [cover, other] : [other, cover];
        }

        var run = Run(Front(Tracks, 35));
        Assert.Equal(5UL, run.TimeTrack.Id);
        Assert.Equal([(9, 0, 1_000_000, true), (9, 1_000_000, 1_000_000, true), (9, 2_000_000, 1_000_000, true)], Blocks(run)[1..]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TryRead_StillPictureInTheFirstFragment_GivesNoTimes(bool isFirst)
    {
        var cover = Track(3, 0, 1, 4000, Sync, 0);
        var video = Track(1, 0, 3, 10, Sync, 7);
        byte[] input =
        [
            .. Init((3, "vide", 1000), (1, "vide", 1000)), .. Box("moof", Box("mfhd", new byte[8]), isFirst ? cover : video, isFirst ? video : cover), .. Data(),
            .. Fragment(1, 30), .. Data(), .. Fragment(1, 60), .. Data(),
        ];
        foreach (var format in new[] { MediaFormats.FragmentedMp4, MediaFormats.Mp4 })
        {
            var run = SegmentationRun.Of(input, format);
            Assert.Equal(run.ToString(), SegmentationRun.Of(input, format, step: 1, segment: 3).ToString());
            Assert.Equal(1UL, run.TimeTrack.Id);
            Assert.Equal([(7000UL, 30_000UL, true), (30_000, 30_000, true), (60_000, 30_000, true)], run.Blocks.Skip(1).Select(b => (b.Pts, b.Duration, b.IsKey)));
        }
    }

    [Fact]
    public void TryRead_TablesThenFragments_GoesOnWithBoth()
    {
        byte[] Make(long at) =>
        [
            .. Head,
            .. Box(
                "moov",
                TrackOf(1, "vide", 1000, Counted("stts", 2, 2, 100), Counted("stss", 1, 1), Counted("stsc", 3, 1, 2, 1), Sizes(10, 10), Counted("stco", 1, at)),
                Box("mvex", Box("trex", U32(0), U32(1), U32(1), U32(10), U32(0), U32(NonSync)))),
            .. Data(20),
        ];
        var first = Make(Make(0).Length - 20);

        // The second fragment tells no time, and so goes on where the first ended.
        byte[] input = [.. first, .. Fragment(1, null), .. Data(), .. Fragment(1, 300), .. Data()];
        Assert.Equal(MediaFormats.Mp4, MediaFormats.BuiltIn.Detect(input).Name);
        var run = Run(input);
        Assert.Null(run.Notice);
        Assert.Equal([(20, 0, 200_000, true), (run.Blocks[2].Length, 200_000, 30_000, true), (run.Blocks[3].Length, 300_000, 30_000, true)], Blocks(run)[1..]);
    }

    [Fact]
    public void TryRead_DataInSeveralBoxes_IsOneTrack()
    {
        var input = Front(
            at => [TrackOf(1, "vide", 10, Counted("stts", 2, 3, 1), Counted("stss", 1, 1, 3), Counted("stsc", 3, 1, 1, 1), Sizes(10, 10, 10), Counted("stco", 1, at, at + 30, at + 54))],
            10, Box("wide"), Data(20), Data(10), Data(5), Box("free"));
        var run = Run(input);
        Assert.Null(run.Notice);
        Assert.Equal([(54, 0, 200_000, true), (10 + 13, 200_000, 100_000, true), (8, 200_000, 0, false)], Blocks(run)[1..]);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void TryRead_KindAndNumberBehindTheTables_AreTakenIntoAccount(bool isWanted, bool isHeaderFirst)
    {
        byte[] Late(long at)
        {
            var header = Box("tkhd", new byte[12], U32(2), new byte[68]);
            var media = Box(
                "mdia",
                Box("minf", Box("stbl", Counted("stts", 2, 2, 1), Counted("stsc", 3, 1, 2, 1), Table("stsz", 10, 2), Counted("stco", 1, at))),
                Box("mdhd", new byte[12], U32(10), new byte[8]),
                Box("hdlr", new byte[8], "vide"u8.ToArray(), new byte[13]));
            return Box("trak", isHeaderFirst ? [header, media] : [media, header]);
        }

        var run = Run(
            Front(at => [TrackOf(1, "soun", 10, Counted("stts", 2, 2, 1), Counted("stsc", 3, 1, 2, 1), Table("stsz", 3, 2), Counted("stco", 1, at)), Late(at + 6)], 26),
            isWanted ? new SegmenterOptions { TimeTrack = 2 } : null);
        Assert.Null(run.Notice);
        Assert.Equal(new TimeTrack { Kind = MediaKind.Video, Id = 2, IsOneOfSeveral = true }, run.TimeTrack);
        Assert.Equal([(10, 0, 100_000, true), (10, 100_000, 100_000, true)], Blocks(run)[1..]);
    }

    [Fact]
    public void TryRead_KeyframesOfOpenGroups_BeginBlocks()
    {
        // Samples 1 and 6 are sync samples, 3 and 5 partial ones, and 6 is listed as both.
        var run = Run(Front(
            at => [TrackOf(1, "vide", 10, Counted("stts", 2, 7, 1), Counted("stss", 1, 1, 6), Counted("stps", 1, 3, 5, 6), Counted("stsc", 3, 1, 7, 1), Table("stsz", 10, 7), Counted("stco", 1, at))],
            70));
        Assert.Null(run.Notice);
        Assert.Equal([(20, 0, 200_000, true), (20, 200_000, 200_000, true), (10, 400_000, 100_000, true), (20, 500_000, 200_000, true)], Blocks(run)[1..]);
    }

    [Fact]
    public void TryRead_SyncTableWithoutEntries_HasNoKeyframe()
    {
        var run = Run(Front(
            at => [TrackOf(1, "vide", 10, Counted("stts", 2, 3, 1), Counted("stss", 1), Counted("stsc", 3, 1, 3, 1), Table("stsz", 10, 3), Counted("stco", 1, at))],
            30));
        Assert.Null(run.Notice);
        Assert.Equal([(30, 0, 300_000, false)], Blocks(run)[1..]);
    }

    [Fact]
    public void TryRead_SamplesWithoutBytes_BeginNoBlock()
    {
        // In front of the first keyframe, and behind the last.
        var run = Run(Front(
            at =>
            [
                TrackOf(1, "vide", 10, Counted("stts", 2, 5, 1), Counted("stss", 1, 2, 4, 5), Counted("stsc", 3, 1, 1, 1), Sizes(0, 10, 10, 10, 0), Counted("stco", 1, at, at, at + 10, at + 20, at + 30)),
            ],
            30, Box("free")));
        Assert.Null(run.Notice);
        Assert.Equal([(20, 100_000, 200_000, true), (10, 300_000, 200_000, true), (8, 300_000, 0, false)], Blocks(run)[1..]);

        // One that claims to lie in front of others keeps none of them from beginning a block.
        run = Run(Front(
            at => [TrackOf(1, "vide", 10, Counted("stts", 2, 3, 1), Counted("stsc", 3, 1, 1, 1), Sizes(10, 10, 0), Counted("stco", 1, at, at + 10, 0))],
            20));
        Assert.Equal([(10, 0, 100_000, true), (10, 100_000, 200_000, true)], Blocks(run)[1..]);

        run = Run(Front(at => [TrackOf(1, "vide", 10, Counted("stts", 2, 2, 1), Counted("stsc", 3, 1, 2, 1), Sizes(0, 0), Counted("stco", 1, at))], 20));
        Assert.Equal("expected samples in the tables of the track, found none", run.Notice!.Message);
    }

    [Fact]
    public void Tracks_WhileTheyAreRead_HoldTablesOfThoseThatMayBeChosen()
    {
        var tracks = new Mp4Tracks(wanted: null);
        void Add(uint id, MediaKind kind, uint count)
        {
            tracks.Add();
            tracks.Current = new Mp4Track { Id = id, Kind = kind, SampleCount = count, Tables = new Mp4SampleTables() };
        }

        bool IsHeld(int id) => tracks.Find((uint)id).Tables is not null;

        // Which of the first two it is depends on whether fragments follow.
        Add(1, MediaKind.Video, 1);
        Add(2, MediaKind.Audio, 9);
        Add(3, MediaKind.Video, 1);
        Add(4, MediaKind.Audio, 9);
        tracks.Add();
        Assert.Equal([1, 2], Enumerable.Range(1, 4).Where(IsHeld));
        Add(5, MediaKind.Video, 9);
        Add(6, MediaKind.Video, 9);
        tracks.Add();
        Assert.Equal([5], Enumerable.Range(1, 6).Where(IsHeld));
    }
}
