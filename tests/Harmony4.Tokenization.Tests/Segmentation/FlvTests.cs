namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>FLV: blocks, times and key flags, worked out by hand.</summary>
public sealed class FlvTests
{
    private const int Audio = 8;
    private const int Video = 9;
    private const int Script = 18;

    private static byte[] Header(int flags) => [.. "FLV\u0001"u8, (byte)flags, 0, 0, 0, 9, 0, 0, 0, 0];

    private static byte[] Tag(int type, uint time, params byte[] data) =>
        [(byte)type, 0, 0, (byte)data.Length, (byte)(time >> 16), (byte)(time >> 8), (byte)time, (byte)(time >> 24), 0, 0, 0, .. data, 0, 0, 0, (byte)(11 + data.Length)];

    private static (ulong Pts, ulong Duration, bool IsKey)[] Blocks(byte[] input, SegmenterOptions? options = null)
    {
        var run = SegmentationRun.Of(input, MediaFormats.Flv, options);
        Assert.Null(run.Notice);
        Assert.Equal(run.ToString(), SegmentationRun.Of(input, MediaFormats.Flv, options, step: 1, segment: 3).ToString());
        return [.. run.Blocks.Skip(1).Select(b => (b.Pts, b.Duration, b.IsKey))];
    }

    [Fact]
    public void TryRead_Avc_BeginsABlockAtEveryKeyframeAndAddsTheOffset()
    {
        byte[] input =
        [
            .. Header(5), .. Tag(Script, 0, 2), .. Tag(Video, 0, 0x17, 0, 0, 0, 0, 1), .. Tag(Audio, 0, 0xAF, 0, 1), .. Tag(Audio, 0, 0xAF, 1, 1),
            .. Tag(Video, 0, 0x17, 1, 0, 0, 20), .. Tag(Video, 40, 0x27, 1, 0, 0, 0), .. Tag(Audio, 46, 0xAF, 1, 1),
            .. Tag(Video, 80, 0x17, 1, 0xFF, 0xFF, 0xF6), .. Tag(Video, 120, 0x27, 1, 0, 0, 0), .. Tag(Video, 120, 0x17, 2, 0, 0, 0),
        ];
        Assert.Equal(MediaFormats.Flv, MediaFormats.BuiltIn.Detect(input).Name);

        // The second keyframe is shown 10 ms before it is decoded; the last block lasts up to its last frame, and as long as the distance to that was.
        Assert.Equal([(20_000, 50_000, true), (70_000, 80_000, true)], Blocks(input));
    }

    [Fact]
    public void TryRead_EnhancedCodecs_AreRead()
    {
        byte[] input =
        [
            .. Header(1), .. Tag(Video, 0, [0x90, .. "hvc1"u8, 1, 2]), .. Tag(Video, 10, [0x91, .. "hvc1"u8, 0, 0, 5]), .. Tag(Video, 20, [0xA3, .. "hvc1"u8]), .. Tag(Video, 30, [0x93, .. "av01"u8]),
        ];
        Assert.Equal([(15_000, 15_000, true), (30_000, 10_000, true)], Blocks(input));
    }

    [Theory]
    [InlineData(4, null)]
    [InlineData(0, null)]
    [InlineData(5, 8)]
    public void TryRead_SoundAlone_IsGroupedIntoHalfSeconds(int flags, int? track)
    {
        byte[] input = [.. Header(flags), .. Tag(Audio, 0, 0xAF, 0, 1), .. Enumerable.Range(0, 11).SelectMany(i => Tag(Audio, (uint)i * 100, 0xAF, 1, 1))];
        Assert.Equal([(0, 500_000, true), (500_000, 500_000, true), (1_000_000, 100_000, true)], Blocks(input, new SegmenterOptions { TimeTrack = (ulong?)track }));
    }

    [Theory]
    [InlineData(8, 8, false)]
    [InlineData(9, 0, true)]
    [InlineData(9, 5, true)]
    [InlineData(9, 2, false)]
    [InlineData(65_536, 5, true)]
    [InlineData(65_537, 5, false)]
    public void TryRead_HeaderOfAnyLength_IsFollowedByTags(int length, int flags, bool isHeader)
    {
        byte[] input = [.. "FLV\u0001"u8, (byte)flags, 0, (byte)(length >> 16), (byte)(length >> 8), (byte)length, .. new byte[length - 9 + 4 < 0 ? 4 : length - 9 + 4], .. Tag(Video, 7, 0x12, 1)];
        Assert.Equal(isHeader ? MediaFormats.Flv : MediaFormats.Fixed, MediaFormats.BuiltIn.Detect(input).Name);
        Assert.Equal(MediaFormats.Fixed, MediaFormats.BuiltIn.Detect(input.AsSpan(0, 8)).Name);
        var run = SegmentationRun.Of(input, MediaFormats.Flv);
        Assert.Equal(isHeader ? [(length + 4L, false), (17, true)] : [(input.Length, false)], run.Blocks.Select(b => (b.Length, b.IsKey)));
        Assert.Equal(isHeader, run.Notice is null);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(0xC9)]
    public void TryRead_OtherTag_IsOpaqueFromThereOn(int type)
    {
        byte[] sound = [.. Header(1), .. Tag(Video, 0, 0x12, 1), .. Tag(Video, 40, 0x12, 1)];
        byte[] input = [.. sound, .. Tag(type, 80, 1, 2, 3, 4, 5, 6, 7, 8, 9)];
        var run = SegmentationRun.Of(input, MediaFormats.Flv);
        Assert.Equal((sound.Length, "expected an FLV tag, found bytes that are none", true), ((int)run.Notice!.Offset, run.Notice.Message, run.Notice.IsRestOpaque));
        Assert.Equal([(false, 13L), (true, 17), (true, 17), (false, 24)], run.Blocks.Select(b => (b.IsKey, b.Length)));
    }
}
