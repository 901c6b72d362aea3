using static Harmony4.Tokenization.Tests.Segmentation.Mp4Builder;
using static Harmony4.Tokenization.Tests.Segmentation.Mp4TableFiles;

namespace Harmony4.Tokenization.Tests.Frames;

/// <summary>Frames of MP4 by hand: tables, fragments, edit lists, and what cannot be.</summary>
public sealed class Mp4FrameTests
{
    [Fact]
    public void TryRead_Tables_TellsAllTracksByPosition()
    {
        var input = Front(Movie, 100);
        var at = input.Length - 100;
        (ulong, long?, long?, bool, long, long)[] expected =
        [
            (2, 0, 50, true, at, 5),
            (1, 2, 1, true, at + 5, 10), (1, 3, 1, false, at + 15, 1), (1, 4, 1, false, at + 16, 2),
            (2, 50, 50, true, at + 18, 5),
            (1, 6, 1, true, at + 25, 20),
            (2, 100, 50, true, at + 45, 5),
            (1, 7, 1, false, at + 50, 3), (1, 8, 1, true, at + 53, 30), (1, 9, 2, false, at + 83, 4),
            (2, 150, 50, true, at + 87, 5),
        ];
        var run = FrameRun.Of(input, MediaFormats.Mp4);
        Assert.Equal(expected, Rows(run));
        Assert.Null(run.Notice);
        Assert.Equal(new TimeTrack { Kind = MediaKind.Video, Id = 1, IsOneOfSeveral = true }, run.TimeTrack);
        Assert.All(run.Frames, f => Assert.Equal(f.Position, f.DataPosition));
        Assert.Equal(run.Frames[1] with { Position = 0, DataPosition = 0 }, new MediaFrame { Track = 1, Kind = MediaKind.Video, TimeBase = new TimeBase(1, 25), Ticks = 2, DurationTicks = 1, IsKey = true, Size = 10, DataPosition = 0 });
        Assert.Equal(80_000, run.Frames[1].Pts);
        Assert.Equal(40_000, run.Frames[1].Duration);
    }

    [Fact]
    public void TryRead_TablesBehind_TellsThemOfAnInputThatIsPrepared()
    {
        var run = FrameRun.Of(Behind(Movie, 100), MediaFormats.Mp4);
        Assert.Equal(11, run.Frames.Count);
        Assert.Null(run.Notice);

        // Of a pipe nothing is known before the data.
        Assert.NotNull(FrameRun.Of(Behind(Movie, 100), MediaFormats.Mp4, isLengthKnown: false).Notice);
    }

    [Fact]
    public void TryRead_UncompressedSound_GroupsSamplesOfAChunk()
    {
        byte[][] Tracks(long at) =>
        [
            TrackOf(1, "soun", 8000, Counted("stts", 2, 3000, 1), Counted("stsc", 3, 1, 2500, 1, 2, 500, 1), Table("stsz", 2, 3000), Counted("stco", 1, at, at + 5000)),
        ];

        var input = Front(Tracks, 6000);
        var at = input.Length - 6000;
        Assert.Equal(
            [(1, 0, 1024, true, at, 2048), (1, 1024, 1024, true, at + 2048, 2048), (1, 2048, 452, true, at + 4096, 904), (1, 2500, 500, true, at + 5000, 1000)],
            Rows(FrameRun.Of(input, MediaFormats.Mp4)));
    }

    [Fact]
    public void TryRead_SoundInPackets_GroupsThemUpTo1024Ticks()
    {
        // 64 ticks in 68 bytes, in chunks of 20 packets and of 11 and a part.
        Assert.Equal(
            [(1, 0, 1024, true, 0, 1088), (1, 1024, 256, true, 1088, 272), (1, 1280, 768, true, 1360, 816)],
            RowsOfSound(Description(1, "ima4", [64, 34, 68, 2]), 2000, 1280, 1360, 2176));
    }

    [Theory]
    [InlineData(1, 160, 33)]
    [InlineData(1, 1017, 1024)]
    [InlineData(2, 1024, 700)]
    public void TryRead_SoundInLongPackets_TellsEachByItself(int version, int ticks, int length)
    {
        long[] fields = version == 1 ? [ticks, length, length, 2] : [72, 0x40E5_8880, 0, 2, 0x7F00_0000, 16, 12, length, ticks];
        Assert.Equal(
            [(1, 0, ticks, true, 0, length), (1, ticks, ticks, true, length, length), (1, 2 * ticks, ticks, true, 2 * length, length)],
            RowsOfSound(Description(version, "ms\0\u0011", fields), 3 * ticks, 2 * ticks, 2 * length, 3 * length));
    }

    [Theory]
    [InlineData("raw ", 8, 2)]
    [InlineData("twos", 16, 4)]
    [InlineData("sowt", 16, 4)]
    [InlineData("NONE", 8, 2)]
    [InlineData("ulaw", 16, 2)]
    [InlineData("alaw", 16, 2)]
    [InlineData("in24", 16, 6)]
    [InlineData("in32", 16, 8)]
    [InlineData("fl32", 16, 8)]
    [InlineData("fl64", 16, 16)]
    [InlineData("sac3", 16, 1)]
    public void TryRead_SoundWithoutPackets_HasTheLengthOfItsFormat(string format, int bits, int length) =>
        Assert.Equal(
            [(1, 0, 1024, true, 0, 1024 * length), (1, 1024, 76, true, 1024 * length, 76 * length)],
            RowsOfSound(Description(0, format, [], bits), 1100, 1100, 0, 1100 * length));

    [Fact]
    public void TryRead_SoundWhosePacketsSayNothing_GoesByItsTables()
    {
        (ulong, long?, long?, bool, long, long)[] expected = [(1, 0, 100, true, 0, 100)];
        foreach (var description in new[] { Description(1, "ima4", [0, 34, 68, 2]), Description(1, "ima4", [64, 34, 0, 2]), Description(1, "ima4", [64, 34]), Description(3, "ima4", [64, 34, 68, 2]), Table("stsd", 0) })
        {
            Assert.Equal(expected, RowsOfSound(description, 100, 100, 0, 100));
        }

        // The boxes of the standard have other fields there.
        var standard = Description(1, "ima4", [64, 34, 68, 2]);
        standard[8] = 1;
        Assert.Equal(expected, RowsOfSound(standard, 100, 100, 0, 100));
    }

    [Fact]
    public void TryRead_SamplesWithoutBytes_AreNoFrames()
    {
        byte[][] Tracks(long at) =>
        [
            TrackOf(1, "vide", 25, Counted("stts", 2, 4, 1), Counted("stsc", 3, 1, 4, 1), Sizes(0, 7, 0, 9), Counted("stco", 1, at)),
        ];

        var run = FrameRun.Of(Front(Tracks, 16), MediaFormats.Mp4);
        Assert.Equal([1L, 3L], run.Frames.Select(f => f.Ticks!.Value));
        Assert.Equal([7L, 9L], run.Frames.Select(f => f.Size));
    }

    [Fact]
    public void TryRead_TablesOfMoreThanTheInput_TellsWhatThereIs()
    {
        // 4 billion samples of a byte in 100 bytes, and a chunk that is named over and over.
        byte[][] Tracks(long at) =>
        [
            TrackOf(1, "vide", 25, Counted("stts", 2, uint.MaxValue, 1), Counted("stsc", 3, 1, uint.MaxValue, 1), Table("stsz", 1, uint.MaxValue), Counted("stco", 1, at)),
            TrackOf(2, "vide", 25, Counted("stts", 2, 1000, 1), Counted("stsc", 3, 1, 1, 1), Table("stsz", 10, 1000), Counted("stco", 1, [.. Enumerable.Repeat(at, 1000)])),
        ];

        var input = Front(Tracks, 100);
        var run = FrameRun.Of(input, MediaFormats.Mp4);
        Assert.Equal(100, run.Frames.Count(f => f.Track == 1));
        Assert.Equal(input.Length / 10, run.Frames.Count(f => f.Track == 2));
        Assert.Equal(input.Length - 100, run.Notice!.Offset);
        Assert.Contains("that lie apart", run.Notice.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_CutMedia_TellsWhatIsThereAndWhereItEnds()
    {
        var input = Front(Movie, 100)[..^60];
        var run = FrameRun.Of(input, MediaFormats.Mp4);
        Assert.Equal(5, run.Frames.Count);
        Assert.Contains("60 more bytes", run.Notice!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_Fragments_TellsEveryTrackByItsOwnDefaults()
    {
        var init = Init((1, "vide", 1000), (2, "soun", 100));
        var moof = Box(
            "moof",
            Box("traf", Box("tfhd", U32(0x02_0038), U32(1), U32(40), U32(6), U32(NonSync)), Box("tfdt", U32(0x0100_0000), U64(400)),
                Box("trun", U32(0x0000_0805), U32(2), U32(200), U32(Sync), U32(80), U32(unchecked((uint)-40)))),

            // Without a time it goes on where it was: at 0. One entry stands for all samples, which are key whatever their flags: it is sound.
            Box("traf", Box("tfhd", U32(0x02_0010), U32(2), U32(5)), Box("trun", U32(0x0000_0001), U32(3), U32(212))));
        byte[] input = [.. init, .. moof, .. Data(300), .. moof, .. Data(300)];
        var run = FrameRun.Of(input, MediaFormats.FragmentedMp4);
        var (one, two) = (init.Length, init.Length + moof.Length + 308);
        Assert.Equal(
            [
                (1, 480, 40, true, one + 200, 6), (1, 400, 40, false, one + 206, 6), (2, 0, 10, true, one + 212, 5), (2, 10, 10, true, one + 217, 5), (2, 20, 10, true, one + 222, 5),
                (1, 480, 40, true, two + 200, 6), (1, 400, 40, false, two + 206, 6), (2, 30, 10, true, two + 212, 5), (2, 40, 10, true, two + 217, 5), (2, 50, 10, true, two + 222, 5),
            ],
            Rows(run));
        Assert.Null(run.Notice);
    }

    [Fact]
    public void TryRead_FragmentBehindTables_GoesOnWhereTheyEnd()
    {
        byte[][] Tracks(long at) =>
        [
            TrackOf(1, "vide", 25, Counted("stts", 2, 3, 2), Counted("stsc", 3, 1, 3, 1), Table("stsz", 5, 3), Counted("stco", 1, at)),
            Box("mvex", Box("trex", U32(0), U32(1), U32(1), U32(2), U32(4), U32(Sync))),
        ];

        var moof = Box("moof", Box("traf", Box("tfhd", U32(0x02_0000), U32(1)), Box("trun", U32(0x0000_0001), U32(2), U32(80))));
        var run = FrameRun.Of(Front(Tracks, 15, moof, Data(40)), MediaFormats.Mp4);
        Assert.Equal([0L, 2, 4, 6, 8], run.Frames.Select(f => f.Ticks!.Value));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task GetEdits_EditList_IsInTicksOfTheTrack(int version)
    {
        byte[] Entry(long duration, long time) => version == 0 ? [.. U32((uint)duration), .. U32((uint)time), .. U32(0x1_0000)] : [.. U64((ulong)duration), .. U64((ulong)time), .. U32(0x1_0000)];
        byte[][] entries = [Entry(500, -1), Entry(1001, 7), Entry(0, 30)];
        var list = Box("edts", Box("elst", U32((uint)version << 24), U32(3), [.. entries.SelectMany(e => e)]));
        byte[][] Tracks(long at)
        {
            var track = Movie(at)[0];
            return [Box("mvhd", new byte[12], U32(600), new byte[80]), Box("trak", track[8..], list)];
        }

        foreach (var input in new[] { Front(Tracks, 100), Behind(Tracks, 100) })
        {
            var reader = new FrameReader(MediaFormats.Mp4);
            await reader.PrepareAsync(new MemoryStream(input));
            reader.Read(new(input), isFinalBlock: true);

            // 500 / 600 s are 20.83 ticks of 1 / 25 s, 1001 / 600 s are 41.7: to the nearest.
            Assert.Equal([new MediaEdit(null, 21), new MediaEdit(7, 42), new MediaEdit(30, null)], reader.GetEdits(1));
            Assert.Empty(reader.GetEdits(2));
            Assert.Empty(reader.GetEdits(ulong.MaxValue));
        }
    }

    [Fact]
    public void Constructor_FormatWithoutFrames_IsRefused()
    {
        foreach (var format in new[] { MediaFormats.Wav, MediaFormats.Pcm, MediaFormats.Fixed, "avi", "" })
        {
            var exception = Assert.Throws<ArgumentException>(() => new FrameReader(format));
            Assert.Contains("fmp4, mp4, webm", exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Skip_MoreThanCanBe_IsRefused()
    {
        var reader = new FrameReader(MediaFormats.Mp4);
        reader.Read(new(Front(Movie, 100)[..^95]), isFinalBlock: false);
        while (reader.TryRead(out _))
        {
        }

        reader.Read(new(Front(Movie, 100)[(int)reader.Position..^95]), isFinalBlock: false);
        Assert.Equal(95, reader.SkippableLength);
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Skip(96));
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Skip(-1));
        reader.Skip(95);
        Assert.Equal(Front(Movie, 100).Length, reader.Position);
    }

    private static (ulong Track, long? Ticks, long? Duration, bool IsKey, long Position, long Size)[] Rows(FrameRun run) =>
        [.. run.Frames.Select(f => (f.Track, f.Ticks, f.DurationTicks, f.IsKey, f.Position, f.Size))];

    /// <summary>A sound track of a tick and a byte a sample in two chunks, by its tables; positions count from the media on.</summary>
    private static IEnumerable<(ulong Track, long? Ticks, long? Duration, bool IsKey, long Position, long Size)> RowsOfSound(byte[] description, long samples, long first, long firstLength, int length)
    {
        byte[][] Tracks(long at) =>
        [
            TrackOf(1, "soun", 8000, description, Counted("stts", 2, samples, 1), Counted("stsc", 3, 1, first, 1, 2, samples - first, 1), Table("stsz", 1, samples), Counted("stco", 1, at, at + firstLength)),
        ];

        var input = Front(Tracks, length);
        var run = FrameRun.Of(input, MediaFormats.Mp4);
        Assert.Null(run.Notice);
        return Rows(run).Select(r => r with { Item5 = r.Item5 - (input.Length - length) });
    }

    /// <summary>A sound sample description of two channels.</summary>
    private static byte[] Description(int version, string format, long[] fields, int bits = 16) => Box(
        "stsd",
        [.. U32(0), .. U32(1), .. Box(format, U32(0), U32(1), U32((uint)version << 16), U32(0), U32((2u << 16) | (uint)bits), U32(0), U32(8000u << 16), [.. fields.SelectMany(f => U32((uint)f))])]);
}
