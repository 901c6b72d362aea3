using static Harmony4.Tokenization.Tests.Segmentation.Mp4Builder;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>Unfragmented MP4 files, and runs over them.</summary>
internal static class Mp4TableFiles
{
    public static readonly byte[] Head = Box("ftyp", "qt  "u8.ToArray(), U32(0));

    // Of one track and of several: where the media data begin, once the tables in front of them are there.
    public static byte[] Front(Func<long, byte[][]> tracks, int dataLength, params byte[][] behind)
    {
        var at = Head.Length + Box("moov", tracks(0)).Length + 8;
        return [.. Head, .. Box("moov", tracks(at)), .. Data(dataLength), .. behind.SelectMany(b => b)];
    }

    public static byte[] Behind(Func<long, byte[][]> tracks, int dataLength) =>
        [.. Head, .. Data(dataLength), .. Box("moov", tracks(Head.Length + 8)), .. Box("free", new byte[3])];

    // 25 ticks a second; keyframes are samples 1, 4 and 6 of 7; two frames are shown later than they are decoded; audio lies between.
    public static byte[][] Movie(long at) =>
    [
        TrackOf(1, "vide", 25,
            Counted("stts", 2, 6, 1, 1, 2), Counted("ctts", 2, 3, 2, 4, 3), Counted("stss", 1, 1, 4, 6),
            Counted("stsc", 3, 1, 3, 1, 2, 1, 1, 3, 3, 1), Sizes(10, 1, 2, 20, 3, 30, 4), Counted("stco", 1, at + 5, at + 25, at + 50)),
        TrackOf(2, "soun", 100, Counted("stts", 2, 4, 50), Counted("stsc", 3, 1, 1, 1), Table("stsz", 5, 4), Counted("stco", 1, at, at + 18, at + 45, at + 87)),
    ];

    public static (long Length, ulong Pts, ulong Duration, bool IsKey)[] Blocks(SegmentationRun run) => [.. run.Blocks.Select(b => (b.Length, b.Pts, b.Duration, b.IsKey))];

    public static SegmentationRun Run(byte[] input, SegmenterOptions? options = null)
    {
        var run = SegmentationRun.Of(input, MediaFormats.Mp4, options);
        Assert.Equal(run.ToString(), SegmentationRun.Of(input, MediaFormats.Mp4, options, step: 1, segment: 3).ToString());
        return run;
    }

    public static async Task<SegmentationRun> RunPreparedAsync(byte[] input, bool isFound = true)
    {
        var runs = new List<SegmentationRun>();
        foreach (var step in new[] { int.MaxValue, 1 })
        {
            var segmenter = MediaFormats.BuiltIn.Create(MediaFormats.Mp4);
            using var stream = new MemoryStream([9, 9, .. input]) { Position = 2 };
            Assert.Equal(isFound, await segmenter.PrepareAsync(stream));
            runs.Add(SegmentationRun.Of(input, segmenter, step, step == 1 ? 3 : 0));
        }

        Assert.Equal(runs[0].ToString(), runs[1].ToString());
        return runs[0];
    }
}
