using System.Runtime.InteropServices;
using Harmony4.Tokenization;

namespace Harmony4;

/// <summary>The frames of tracks with moving pictures, for putting them in the order in which they are shown.</summary>
/// <param name="format">The name of the media's format.</param>
/// <param name="track">The only track to hold; null for all that have pictures.</param>
internal sealed class FrameMapping(string format, ulong? track)
{
    /// <summary>The most frames that are held: at 60 a second of almost two days.</summary>
    public const int MostFrames = 10_000_000;

    // How often an edit list may show a frame, on average.
    private const int MostShowings = 16;

    private readonly Dictionary<ulong, List<Frame>> _tracks = [];
    private int _count;

    /// <summary>A frame of the mapping; times in ticks.</summary>
    public readonly record struct Frame(long Ticks, long Duration, bool IsKey) : IComparable<Frame>
    {
        // By all that is known of them, so that the order is one.
        public int CompareTo(Frame other) => (Ticks, !IsKey, Duration).CompareTo((other.Ticks, !other.IsKey, other.Duration));
    }

    /// <exception cref="MediaFormatException">There are more frames than can be held.</exception>
    public void Add(in MediaFrame frame)
    {
        if ((track is { } wanted ? frame.Track != wanted : frame.Kind != MediaKind.Video) || frame.Ticks is not { } ticks)
        {
            return;
        }

        if (++_count > MostFrames)
        {
            throw new MediaFormatException(format, frame.Position, FormattableString.Invariant($"expected at most {MostFrames} frames in a mapping, found more"));
        }

        if (!_tracks.TryGetValue(frame.Track, out var frames))
        {
            _tracks[frame.Track] = frames = [];
        }

        frames.Add(new Frame(ticks, frame.DurationTicks ?? 0, frame.IsKey));
    }

    /// <summary>Returns the frames of a track as libavformat shows them, by ascending time within each edit.</summary>
    /// <exception cref="MediaFormatException">An edit list shows the frames too often.</exception>
    public IEnumerable<Frame> Order(ulong chosen, IReadOnlyList<MediaEdit> edits, long? fragmentShift)
    {
        if (!_tracks.TryGetValue(chosen, out var frames))
        {
            return [];
        }

        CollectionsMarshal.AsSpan(frames).Sort();
        Complete(frames);
        return fragmentShift is { } shift ? Shift(frames, shift - OffsetOf(edits)) : edits.Count == 0 ? frames : Apply(frames, edits);
    }

    /// <summary>Lets frames that do not say how long they last do so until the next; the last as long as the one before.</summary>
    private static void Complete(List<Frame> frames)
    {
        for (var i = 0; i < frames.Count; i++)
        {
            if (frames[i].Duration == 0)
            {
                frames[i] = frames[i] with { Duration = i + 1 < frames.Count ? frames[i + 1].Ticks - frames[i].Ticks : i > 0 ? frames[i - 1].Duration : 0 };
            }
        }
    }

    /// <summary>What an edit list takes off the times of frames in fragments, of which it leaves none out: where the first part begins, less the emptiness in front of it.</summary>
    private static Int128 OffsetOf(IReadOnlyList<MediaEdit> edits)
    {
        var isFirstEmpty = edits is [{ MediaTime: null }, ..];
        var first = edits.Skip(isFirstEmpty ? 1 : 0).FirstOrDefault().MediaTime ?? 0;
        return (Int128)first - (isFirstEmpty ? edits[0].Duration ?? 0 : 0);
    }

    private static IEnumerable<Frame> Shift(IEnumerable<Frame> frames, Int128 by) =>
        frames.Where(f => f.Ticks + by is var ticks && ticks >= long.MinValue && ticks <= long.MaxValue).Select(f => f with { Ticks = (long)(f.Ticks + by) });

    private IEnumerable<Frame> Apply(List<Frame> frames, IReadOnlyList<MediaEdit> edits)
    {
        // What each edit shows: the frames from First on, so many, and what their times have added.
        var parts = new List<(int First, int Count, Int128 Shift)>();
        Int128 at = 0, empty = 0, earliest = Int128.MaxValue;
        var shown = 0L;
        foreach (var edit in edits)
        {
            // An empty edit behind others is taken for one that begins a tick before the track does.
            var hasParts = parts.Count > 0;
            if (edit.MediaTime is null && !hasParts)
            {
                empty += edit.Duration ?? 0;
            }
            else
            {
                var start = edit.MediaTime ?? -1;
                var first = FirstFrom(frames, start);
                var count = edit.Duration is { } duration ? FirstFrom(frames, (Int128)start + duration) - first : frames.Count - first;
                parts.Add((first, count, at - start));
                shown += count;
                earliest = count > 0 ? Int128.Min(earliest, at + frames[first].Ticks - start) : earliest;
            }

            at += edit.Duration ?? 0;
        }

        if (shown > (long)MostShowings * frames.Count)
        {
            throw new MediaFormatException(format, 0, FormattableString.Invariant($"expected an edit list that shows each frame at most {MostShowings} times on average, found one that shows {shown} for {frames.Count}"));
        }

        // The first frame is shown at once, or where the emptiness in front of it ends, though the edit begins between two.
        var early = Int128.Max(0, earliest - empty);
        return parts.SelectMany(p => Shift(frames.Skip(p.First).Take(p.Count), p.Shift - early));
    }

    /// <summary>The place of the first frame that is not shown before a time.</summary>
    private static int FirstFrom(List<Frame> frames, Int128 time)
    {
        var (low, high) = (0, frames.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = frames[middle].Ticks < time ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
