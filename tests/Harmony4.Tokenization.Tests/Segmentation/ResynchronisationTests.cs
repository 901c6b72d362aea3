using Harmony4.TestKit;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>Damage in the middle of a real file: it is named, and blocks after it are as they were.</summary>
public sealed class ResynchronisationTests
{
    public static TheoryData<string, string> Samples => new()
    {
        { MediaFormats.Webm, "media/clip.webm" },
        { MediaFormats.Ogg, "media/clip.ogv" },
        { MediaFormats.Ts, "media/clip.ts" },
        { MediaFormats.Adts, "media/clip.aac" },
        { MediaFormats.Mp3, "media/clip.mp3" },
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public void TryRead_NoiseBetweenBlocks_IsOneOpaqueBlock(string format, string file)
    {
        var input = Vectors.Read(file);
        var good = SegmentationRun.Of(input, format);
        var at = (int)SegmentationRun.OffsetOf(good.Blocks, 3);
        byte[] noise = [.. Enumerable.Repeat((byte)0xFF, 40), .. Vectors.SeededBytes("noise", 3000)];
        var run = SegmentationRun.Of([.. input[..at], .. noise, .. input[at..]], format);

        Assert.Equal(at, run.Notice!.Offset);
        Assert.Equal((noise.Length, false, 0UL), ((int)run.Blocks[3].Length, run.Blocks[3].IsKey, run.Blocks[3].Duration));
        Assert.Equal(good.Blocks.Select(b => b.Length), run.Blocks.Where((_, i) => i != 3).Select(b => b.Length));
        Assert.Equal(good.Blocks.Select(b => b.IsKey), run.Blocks.Where((_, i) => i != 3).Select(b => b.IsKey));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void TryRead_BytesMissing_GoesOnAtTheNextUnit(string format, string file)
    {
        var input = Vectors.Read(file);
        var good = SegmentationRun.Of(input, format);
        var at = (int)SegmentationRun.OffsetOf(good.Blocks, 2) + 101;
        var run = SegmentationRun.Of([.. input[..at], .. input[(at + 57)..]], format);
        Assert.NotNull(run.Notice);
        Assert.InRange(run.Notice.Offset, SegmentationRun.OffsetOf(good.Blocks, 2), at + 70_000);
        Assert.Equal(good.Blocks[^1].IsKey, run.Blocks[^1].IsKey);
        if (format is not (MediaFormats.Adts or MediaFormats.Mp3))
        {
            // Where frames are grouped by time, groups move with the frames that are lost.
            Assert.Equal(good.Blocks[^1].Length, run.Blocks[^1].Length);
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void TryRead_FileTwice_ContinuesInTime(string format, string file)
    {
        var input = Vectors.Read(file);
        var once = SegmentationRun.Of(input, format).Blocks.Where(b => b.IsKey).Select(b => b.Pts).ToList();
        var twice = SegmentationRun.Of([.. input, .. input], format);
        var keys = twice.Blocks.Where(b => b.IsKey).Select(b => b.Pts).ToList();
        Assert.Null(twice.Notice);
        Assert.InRange(keys.Count, 2 * once.Count - 1, 2 * once.Count);
        Assert.Equal(once, keys.Take(once.Count));
        Assert.True(keys[^1] - keys[0] > once[^1] - once[0] + 1_000_000);
    }
}
