using Harmony4.Tokenization;

namespace Harmony4;

/// <summary>The frames of tracks with moving pictures, for putting them in the order in which they are shown.</summary>
/// <param name="track">The only track to hold; null for all that have pictures.</param>
internal sealed class FrameMapping(ulong? track)
{
    private readonly Dictionary<ulong, List<Frame>> _tracks = [];

    /// <summary>A frame of the mapping; times in ticks.</summary>
    public readonly record struct Frame(long Ticks, long Duration, bool IsKey);

    public void Add(in MediaFrame frame)
    {
        if ((track is { } wanted ? frame.Track == wanted : frame.Kind == MediaKind.Video) && frame.Ticks is { } ticks)
        {
            if (!_tracks.TryGetValue(frame.Track, out var frames))
            {
                _tracks[frame.Track] = frames = [];
            }

            frames.Add(new Frame(ticks, frame.DurationTicks ?? 0, frame.IsKey));
        }
    }

    /// <summary>Returns the frames of a track as an edit list shows them, by ascending time, all so many ticks later.</summary>
    public IReadOnlyList<Frame> Order(ulong chosen, IReadOnlyList<MediaEdit> edits, long shift)
    {
        if (!_tracks.TryGetValue(chosen, out var frames))
        {
            return [];
        }

        // Stable, so that frames of one time stay as they lie in the file.
        frames = [.. frames.OrderBy(f => f.Ticks).Select(f => f with { Ticks = f.Ticks + shift })];
        Complete(frames);
        return edits.Count == 0 ? frames : Apply(frames, edits);
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

    private static List<Frame> Apply(List<Frame> frames, IReadOnlyList<MediaEdit> edits)
    {
        var shown = new List<Frame>(frames.Count);
        Int128 at = 0;
        foreach (var edit in edits)
        {
            if (edit.MediaTime is { } start)
            {
                // Compared without overflow, since both may come from a damaged file.
                Int128 end = edit.Duration is { } duration ? (Int128)start + duration : Int128.MaxValue;
                foreach (var frame in frames)
                {
                    if (frame.Ticks >= start && frame.Ticks < end && at + frame.Ticks - start <= long.MaxValue)
                    {
                        shown.Add(frame with { Ticks = (long)(at + frame.Ticks - start) });
                    }
                }
            }

            at += edit.Duration ?? 0;
        }

        return shown;
    }
}
