using Harmony4.TestKit;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>One pass of a segmenter over an input, as a caller drives it; checks what holds for every segmenter and input.</summary>
public sealed record SegmentationRun(IReadOnlyList<MediaBlock> Blocks, SegmentationNotice? Notice)
{
    /// <summary>Gets the most bytes that were offered without a block coming of them, though more were to follow.</summary>
    public int LongestHeld { get; private init; }

    /// <summary>Gets the track that times come from.</summary>
    public TimeTrack TimeTrack { get; private init; }

    /// <summary>Reads an input that arrives <paramref name="step"/> bytes at a time, in segments of <paramref name="segment"/> bytes; 0 for one.</summary>
    public static SegmentationRun Of(byte[] input, string format, SegmenterOptions? options = null, int step = int.MaxValue, int segment = 0) =>
        Of(input, MediaFormats.BuiltIn.Create(format, options), step, segment);

    public static SegmentationRun Of(byte[] input, BlockSegmenter segmenter, int step = int.MaxValue, int segment = 0)
    {
        var blocks = new List<MediaBlock>();
        int start = 0, end = (int)Math.Min(step, (long)input.Length);
        ulong? lastKey = null;
        var longestHeld = 0;
        var timeTrack = default(TimeTrack);
        while (true)
        {
            var isFinal = end == input.Length;
            if (segmenter.TryRead(Segmentations.Window(input, start, end, segment), isFinal, out var block))
            {
                Require(block.Length > 0 && block.Length <= end - start, $"a block of {block.Length} of {end - start} bytes");
                Require(!block.IsKey || lastKey is null || block.Pts > lastKey, $"key times {lastKey}, {block.Pts}");
                Require(block.Duration <= ulong.MaxValue - block.Pts, "a block ends after the end of time");
                lastKey = block.IsKey ? block.Pts : lastKey;
                timeTrack = blocks.Count == 0 ? segmenter.TimeTrack : timeTrack;
                Require(segmenter.TimeTrack == timeTrack, $"time tracks {timeTrack}, {segmenter.TimeTrack}");
                start += (int)block.Length;
                blocks.Add(block);
                continue;
            }

            longestHeld = isFinal ? longestHeld : Math.Max(longestHeld, end - start);
            Require(end - start < segmenter.MaxBufferLength, $"no block in {end - start} bytes");
            if (isFinal)
            {
                break;
            }

            // Never more than the most that a caller has to hold: then the check above is exact, whatever the step.
            end = (int)Math.Min(Math.Min((long)end + step, start + segmenter.MaxBufferLength), input.Length);
        }

        // The blocks cover the input, in order and without gaps.
        Require(start == input.Length, $"{input.Length - start} bytes left");
        return new SegmentationRun(blocks, segmenter.Notice) { LongestHeld = longestHeld, TimeTrack = timeTrack };
    }

    public static long OffsetOf(IEnumerable<MediaBlock> blocks, int index) => blocks.Take(index).Sum(b => b.Length);

    /// <summary>The blocks and the notice as text, so that a difference shows where it is.</summary>
    public override string ToString() => string.Join('\n', Blocks) + "\n" + Notice + "\n" + TimeTrack;

    private static void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidOperationException(what);
        }
    }
}
