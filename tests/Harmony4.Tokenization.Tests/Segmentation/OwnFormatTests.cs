using FsCheck.Xunit;
using Harmony4.TestKit;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>Formats of a caller's own in a set, by the example that the documentation shows.</summary>
public sealed class OwnFormatTests
{
    private static readonly SegmenterFormat RecordLog = new(RecordLogSegmenter.FormatName, o => new RecordLogSegmenter(o)) { Detect = RecordLogSegmenter.CanBegin };
    private static readonly byte[] Log = RecordLogs.Even(250);

    [Fact]
    public void With_Format_IsInTheNewSetOnly()
    {
        var set = MediaFormats.BuiltIn.With(RecordLog);
        var longer = set.With(Named("b"));
        Assert.Equal([.. MediaFormats.BuiltIn.Names, "reclog"], set.Names);
        Assert.Equal([.. set.Names, "b"], longer.Names);
        Assert.DoesNotContain("reclog", MediaFormats.BuiltIn.Names);
        Assert.IsType<RecordLogSegmenter>(longer.Create("reclog"));
        Assert.Equal(MediaFormats.Webm, longer.Create(MediaFormats.Webm).Name);
        Assert.Contains("reclog, b", Assert.Throws<ArgumentException>(() => longer.Create("c")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => MediaFormats.BuiltIn.Create("reclog"));
    }

    [Fact]
    public void With_NameThatIsTaken_IsRefused()
    {
        var set = MediaFormats.BuiltIn.With(RecordLog);
        foreach (var name in set.Names)
        {
            Assert.Contains($"'{name}'", Assert.Throws<ArgumentException>(() => set.With(Named(name))).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("0", true)]
    [InlineData("x-log.v2_b", true)]
    [InlineData("autos", true)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("auto", false)]
    [InlineData("Log", false)]
    [InlineData("loG", false)]
    [InlineData("-log", false)]
    [InlineData(".log", false)]
    [InlineData("_log", false)]
    [InlineData("a b", false)]
    [InlineData("a\n", false)]
    [InlineData("a/b", false)]
    [InlineData("é", false)]
    [InlineData("aé", false)]
    [InlineData("٣", false)]
    public void IsValidName_Text_TellsWhetherItHasTheForm(string? name, bool expected)
    {
        Assert.Equal(expected, SegmenterFormat.IsValidName(name));
        var exception = Record.Exception(() => Named(name!));
        Assert.Equal(expected, exception is null);
        Assert.True(exception is null or ArgumentException);
    }

    [Fact]
    public void IsValidName_Length_HasALimit()
    {
        Assert.True(SegmenterFormat.IsValidName(new string('a', SegmenterFormat.MaxNameLength)));
        Assert.False(SegmenterFormat.IsValidName(new string('a', SegmenterFormat.MaxNameLength + 1)));
        Assert.All(MediaFormats.BuiltIn.Names, name => Assert.True(SegmenterFormat.IsValidName(name), name));
    }

    [Fact]
    public void Create_FunctionThatMakesNoneOrAnother_IsAFaultOfTheFormat()
    {
        var set = MediaFormats.BuiltIn.With(new SegmenterFormat("none", _ => null!)).With(new SegmenterFormat("other", o => new FixedSizeSegmenter(o)));
        Assert.Contains("'none'", Assert.Throws<InvalidOperationException>(() => set.Create("none")).Message, StringComparison.Ordinal);
        Assert.Contains("'fixed'", Assert.Throws<InvalidOperationException>(() => set.Create("other")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_OwnFormat_GetsTheOptionsOrTheDefaults()
    {
        var seen = new List<SegmenterOptions>();
        var set = MediaFormats.BuiltIn.With(new SegmenterFormat("reclog", o =>
        {
            seen.Add(o);
            return new RecordLogSegmenter(o);
        }));
        var options = new SegmenterOptions { MaxBlockLength = 70_000 };
        Assert.NotSame(set.Create("reclog", options), set.Create("reclog"));
        Assert.Equal([options, new SegmenterOptions()], seen);
    }

    [Fact]
    public void Detect_OwnFormats_AreAskedFirstInTheirOrder()
    {
        var asked = new List<string>();
        var set = MediaFormats.BuiltIn.With(Asked("a", false)).With(Named("by-name-alone")).With(Asked("b", true)).With(Asked("c", true));
        Assert.Equal(new MediaFormat("b"), set.Detect(Vectors.Read("media/clip.webm")));
        Assert.Equal(["a", "b"], asked);
        Assert.Equal(new MediaFormat(MediaFormats.Webm), MediaFormats.BuiltIn.With(RecordLog).Detect(Vectors.Read("media/clip.webm")));
        Assert.Equal(new MediaFormat("reclog"), MediaFormats.BuiltIn.With(RecordLog).Detect(Log));
        Assert.Equal(MediaFormats.Fixed, MediaFormats.BuiltIn.Detect(Log).Name);

        SegmenterFormat Asked(string name, bool answer) => new(name, o => new RecordLogSegmenter(o))
        {
            Detect = _ =>
            {
                asked.Add(name);
                return answer;
            },
        };
    }

    [Fact]
    public void Detect_OwnFormat_GetsTheFirstBytesWithTheirTags()
    {
        byte[] head = [.. "ID3\u0004\0\0\0\0\0\u0004"u8, .. new byte[4], .. new byte[100_000]];
        var lengths = new List<int>();
        var set = MediaFormats.BuiltIn.With(new SegmenterFormat("a", o => new RecordLogSegmenter(o))
        {
            Detect = bytes =>
            {
                lengths.Add(bytes.Length);
                return bytes.StartsWith("ID3"u8);
            },
        });
        Assert.Equal("a", set.Detect(head).Name);
        Assert.Equal(MediaFormats.Fixed, set.Detect([]).Name);
        Assert.Equal([MediaFormats.DetectionLength, 0], lengths);
    }

    [Fact]
    public void Detect_OwnFormatThatIsReadTwice_SaysSo()
    {
        var format = MediaFormats.BuiltIn.With(new SegmenterFormat("twice", o => new RecordLogSegmenter(o)) { Detect = _ => true, IsReadTwice = true }).Detect(Log);
        Assert.Equal(("twice", true), (format.Name, format.IsReadTwice));
        Assert.Contains("twice", format.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void AreTimesCounted_OfFixedSizeBlocks_AndOfNoOthers() =>
        Assert.All(MediaFormats.BuiltIn.Names, name => Assert.Equal(name == MediaFormats.Fixed, MediaFormats.BuiltIn.Create(name).AreTimesCounted));

    [Fact]
    public void FixedSizeSegmenter_Options_CanBeReadBack()
    {
        var segmenter = new FixedSizeSegmenter(new SegmenterOptions { BlockSize = 7, FrameRate = new FrameRate(25), Gop = 3 });
        Assert.Equal((7L, new FrameRate(25), 3), (segmenter.BlockSize, segmenter.FrameRate, segmenter.Gop));
        Assert.Equal(FixedSizeSegmenter.DefaultGop, new FixedSizeSegmenter().Gop);
    }

    [Fact]
    public void RecordLog_Records_AreBlocksOfAHundred()
    {
        var run = SegmentationRun.Of(Log, new RecordLogSegmenter(new SegmenterOptions()));
        Assert.Equal(
            [new MediaBlock(8, 0, 0, false), new MediaBlock(2000, 0, 100_000, true), new MediaBlock(2000, 100_000, 100_000, true), new MediaBlock(1000, 200_000, 49_000, true)],
            run.Blocks);
        Assert.Null(run.Notice);
    }

    [Fact]
    public void RecordLog_Damage_IsANoticeAndOpaque()
    {
        byte[] foreign = [.. "RECLOG02"u8, .. new byte[50]];
        Assert.Equal(0, SegmentationRun.Of(foreign, new RecordLogSegmenter(new SegmenterOptions())).Notice!.Offset);
        var run = SegmentationRun.Of([.. RecordLogs.Even(3), 1, 2], new RecordLogSegmenter(new SegmenterOptions()));
        Assert.Equal(new SegmentationNotice(68, "expected 12 bytes of a record's head, found 2") { IsRestOpaque = true }, run.Notice);
        Assert.Equal([8, 60, 2], run.Blocks.Select(b => b.Length));
    }

    [Property(Replay = "20270303,9", MaxTest = 300)]
    public void RecordLog_AnyBytesCutInAnyWay_GivesTheSameBlocks(int seed, byte count, int step, byte segment, byte flips)
    {
        var random = new Random(seed);
        var log = RecordLogs.Of([.. Enumerable.Range(0, count).Select(_ => ((ulong)random.Next(100_000), random.Next(random.Next(20) == 0 ? 70_000 : 40)))]);
        for (var i = 0; i < flips % 4; i++)
        {
            log[random.Next(log.Length)] ^= (byte)(1 << random.Next(8));
        }

        log = log[..random.Next(random.Next(2) * log.Length, log.Length + 1)];
        var options = new SegmenterOptions { MaxBlockLength = SegmenterOptions.SmallestMaxBlockLength };
        var whole = SegmentationRun.Of(log, new RecordLogSegmenter(options, 5)).ToString();
        var steps = 1 + (int)(Math.Abs((long)step) % 20_000);
        Assert.Equal(whole, SegmentationRun.Of(log, new RecordLogSegmenter(options, 5), steps, log.Length / steps > 2000 ? 0 : segment).ToString());
    }

    private static SegmenterFormat Named(string name) => new(name, o => new RecordLogSegmenter(o));
}
