using System.Collections.Concurrent;
using System.Numerics;
using Harmony4.Tokenization;
using Harmony4.Tokenization.Tests.Segmentation;

namespace Harmony4.Media.Tests;

/// <summary>The segmenters against ffmpeg and ffprobe, on files made with ffmpeg.</summary>
public sealed class SegmenterMediaTests
{
    private const int SeeksPerFile = 4;

    private static readonly ConcurrentDictionary<string, Lazy<byte[]>> Made = new();
    private static readonly ConcurrentDictionary<string, Lazy<SegmentationRun>> Runs = new();

    public static TheoryData<string> Undamaged => new(MediaCases.All.Where(c => c.Damage is null).Select(c => c.ToString()));

    public static TheoryData<string> Names => new(MediaCases.All.Where(c => !c.IsJoined).Select(c => c.ToString()));

    [Theory]
    [MemberData(nameof(Names))]
    public void Detect_MadeFile_NamesItsFormat(string name)
    {
        var (file, bytes, run) = Get(name);
        var format = MediaFormats.BuiltIn.Detect(bytes);
        Assert.Equal(file.Format, format.Name);
        Assert.Equal(file.IsReadTwice, format.IsReadTwice);
        Assert.Equal(file.IsAbsolute || file.IsReadTwice, format.Hint is not null);
        Assert.True(file.Damage is not null || run.Notice is null, run.Notice?.ToString());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TryRead_MadeFile_AgreesWithFfprobe(string name)
    {
        var (file, bytes, run) = Get(name);
        var packets = MediaPacket.Read(bytes, file, run.Blocks[1].Length).OrderBy(p => p.Position).ToList();
        Assert.NotEmpty(packets);
        var at = 0L;
        var compared = 0;
        foreach (var block in run.Blocks)
        {
            var first = packets.FirstOrDefault(p => p.Position >= at && p.Position < at + block.Length);
            at += block.Length;
            if (first is null)
            {
                Assert.False(block.IsKey);
                Assert.Equal(0UL, block.Duration);
            }
            else if (first.Pts is { } pts)
            {
                var expected = pts < 0 ? 0 : pts;
                Assert.Equal(expected, block.Pts);
                Assert.Equal(file.Format == MediaFormats.Ivf ? compared == 0 : first.IsKey, block.IsKey);
                compared++;
            }
        }

        Assert.True(compared > 1 || run.Blocks.Count <= 2, "no block had a packet");
        var start = BigInteger.Max(0, packets.Where(p => p.Pts is not null).Min(p => p.Pts!.Value));
        var lasting = packets.Where(p => p.End is not null).Max(p => p.End!.Value) - start;
        var sum = run.Blocks.Aggregate(BigInteger.Zero, (total, b) => total + b.Duration);
        Assert.True(BigInteger.Abs(sum - lasting) <= file.DurationTolerance, $"durations sum to {sum}, the file's is {lasting}");
    }

    [Theory]
    [MemberData(nameof(Undamaged))]
    public void TryRead_FirstBlockAndAnyKeyframe_Decode(string name)
    {
        var (file, bytes, run) = Get(name);
        Assert.Equal("", Complaints(FFmpeg.Decode(bytes, file.Extension)));
        var init = (int)run.Blocks[0].Length;
        var keys = run.Blocks.Select((b, i) => (b.IsKey, Offset: (int)SegmentationRun.OffsetOf(run.Blocks, i))).Where(b => b.IsKey && b.Offset > 0).ToList();
        Assert.True(keys.Count > 0 || file.Format == MediaFormats.Ivf);
        if (file.Format == MediaFormats.Mp4)
        {
            // Its tables name positions in the whole file.
            return;
        }

        for (var i = 0; i < Math.Min(keys.Count, SeeksPerFile); i++)
        {
            var offset = keys[i * (keys.Count - 1) / Math.Max(1, Math.Min(keys.Count, SeeksPerFile) - 1)].Offset;
            Assert.Equal("", Complaints(FFmpeg.Decode([.. bytes[..init], .. bytes[offset..]], file.Extension)));
        }
    }

    /// <summary>What is left of ffmpeg's words: the size that a WebM segment states does not fit a part of it.</summary>
    private static string Complaints(string errors) =>
        string.Join('\n', errors.Split('\n').Where(line => line.Length > 0 && !line.Contains("ended prematurely", StringComparison.Ordinal)));

    /// <summary>Makes a file, once for all tests.</summary>
    internal static byte[] Make(MediaCase file) => Made.GetOrAdd(file.ToString(), _ => new(() => FFmpeg.Make(file.Arguments, file.Extension) is var made && file.Damage is { } damage ? damage(made) : made)).Value;

    private static (MediaCase File, byte[] Bytes, SegmentationRun Run) Get(string name)
    {
        var file = MediaCases.All.Single(c => c.ToString() == name);
        var made = Make(file);
        var run = Runs.GetOrAdd(name, _ => new(() =>
        {
            var segmenter = MediaFormats.BuiltIn.Create(file.Format);
            using var stream = new MemoryStream(made, writable: false);
            Assert.True(segmenter.PrepareAsync(stream).AsTask().GetAwaiter().GetResult());
            return SegmentationRun.Of(made, segmenter);
        })).Value;
        return (file, made, run);
    }
}
