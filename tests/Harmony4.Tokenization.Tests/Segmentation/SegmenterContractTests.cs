using Harmony4.TestKit;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>What every segmenter keeps to, on a real file of its format.</summary>
public sealed class SegmenterContractTests
{
    private static readonly SegmenterOptions SmallBlocks = new() { MaxBlockLength = SegmenterOptions.SmallestMaxBlockLength, BlockSize = 4096 };

    public static TheoryData<string, string> Samples => new()
    {
        { MediaFormats.FragmentedMp4, "media/clip.mp4" },
        { MediaFormats.Mp4, "media/clip-tables.mp4" },
        { MediaFormats.Mp4, "media/clip.mp4" },
        { MediaFormats.Webm, "media/clip.webm" },
        { MediaFormats.Ivf, "media/clip.ivf" },
        { MediaFormats.Ogg, "media/clip.opus" },
        { MediaFormats.Ogg, "media/clip.ogv" },
        { MediaFormats.Ts, "media/clip.ts" },
        { MediaFormats.Adts, "media/clip.aac" },
        { MediaFormats.Mp3, "media/clip.mp3" },
        { MediaFormats.Flac, "media/clip.flac" },
        { MediaFormats.Flv, "media/clip.flv" },
        { MediaFormats.Wav, "media/speech.wav" },
        { MediaFormats.Pcm, "media/speech.wav" },
        { MediaFormats.Fixed, "media/clip.webm" },
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public void TryRead_InputCutInAnyWay_GivesTheSameBlocks(string format, string file)
    {
        var input = Vectors.Read(file);
        foreach (var options in new[] { null, SmallBlocks })
        {
            var whole = SegmentationRun.Of(input, format, options);
            Assert.Null(whole.Notice);
            foreach (var (step, segment) in new[] { (997, 0), (4096, 61), (65_537, 4096), (300_000, 1024), (int.MaxValue, 333) })
            {
                Assert.Equal(whole.ToString(), SegmentationRun.Of(input, format, options, step, segment).ToString());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void TryRead_OneByteAtATime_GivesTheSameBlocks(string format, string file)
    {
        var input = Vectors.Read(file);
        input = input[..Math.Min(input.Length, 20_000)];
        Assert.Equal(
            SegmentationRun.Of(input, format, SmallBlocks).ToString(),
            SegmentationRun.Of(input, format, SmallBlocks, step: 1, segment: 7).ToString());
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void TryRead_BlockAboveTheCap_IsSplit(string format, string file)
    {
        var run = SegmentationRun.Of(Vectors.Read(file), format, SmallBlocks);
        Assert.All(run.Blocks, b => Assert.InRange(b.Length, 1, SegmenterOptions.SmallestMaxBlockLength));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void TryRead_SmallestAndLargestCap_GiveTheSameTimeLine(string format, string file)
    {
        var input = Vectors.Read(file);
        var small = SegmentationRun.Of(input, format, SmallBlocks with { BlockSize = new SegmenterOptions().BlockSize });
        var large = SegmentationRun.Of(input, format);
        Assert.Equal(TotalDuration(large), TotalDuration(small));
        if (format is not (MediaFormats.Wav or MediaFormats.Pcm or MediaFormats.Fixed))
        {
            Assert.Equal(Keys(large), Keys(small));
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void TryRead_SteadyState_AllocatesNothing(string format, string file)
    {
        var input = Vectors.Read(file);
        long Drive(BlockSegmenter segmenter)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var rest = new System.Buffers.ReadOnlySequence<byte>(input);
            while (segmenter.TryRead(rest, true, out var block))
            {
                // Sample tables are kept, and stand in front here.
                before = format == MediaFormats.Mp4 && rest.Length == input.Length ? GC.GetAllocatedBytesForCurrentThread() : before;
                rest = rest.Slice(block.Length);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        // The runtime itself allocates now and then, while it compiles: the least is the segmenter's own.
        Assert.Equal(0, Enumerable.Range(0, 5).Min(_ => Drive(MediaFormats.BuiltIn.Create(format))));
    }

    [Fact]
    public void TryRead_WorstCase_HoldsNotOneByteMoreThanSaid()
    {
        // The longest block that waits for a time, the longest stretch in which none is found, and the longest look ahead at its end.
        var input = new byte[200_000];
        "ID3\u0004\0\0\0\u0003\u007F\u0076"u8.CopyTo(input);
        byte[] frame = [0xFF, 0xF1, 0x50, 0x83, 0xFF, 0xE0, 0x00];
        const int tag = SegmenterOptions.SmallestMaxBlockLength, lookahead = 64 * 1024;
        frame.CopyTo(input, tag + lookahead - 1);
        var run = SegmentationRun.Of(input, MediaFormats.Adts, SmallBlocks, step: 1);
        Assert.Equal(tag, run.Blocks[0].Length);
        Assert.Equal(MediaFormats.BuiltIn.Create(MediaFormats.Adts, SmallBlocks).MaxBufferLength - 2, run.LongestHeld);
    }

    [Fact]
    public void TryRead_EmptyInput_HasNoBlocks()
    {
        foreach (var format in MediaFormats.BuiltIn.Names)
        {
            var run = SegmentationRun.Of([], format);
            Assert.Empty(run.Blocks);
            Assert.Null(run.Notice);
        }
    }

    private static ulong TotalDuration(SegmentationRun run) => run.Blocks.Aggregate(0UL, (sum, b) => sum + b.Duration);

    private static List<(long Offset, ulong Pts)> Keys(SegmentationRun run) =>
        [.. run.Blocks.Select((b, i) => (Block: b, Offset: SegmentationRun.OffsetOf(run.Blocks, i))).Where(b => b.Block.IsKey).Select(b => (b.Offset, b.Block.Pts))];
}
