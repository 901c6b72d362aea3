using Harmony4.Format;

namespace Harmony4.AspNetCore.Internal;

/// <summary>What has to be known of all segments of a track before the first one is written.</summary>
internal sealed record PlaylistFacts
{
    private const ulong Second = 1_000_000;
    private const ulong BitsOfAByte = 8;

    private ulong _longest;
    private UInt128 _duration;
    private UInt128 _length;
    private MediaSegment _last;

    /// <summary>Gets whether there is a segment at all.</summary>
    public bool HasSegments { get; private set; }

    /// <summary>Gets whether each begins with a key block.</summary>
    public bool AllBeginWithKey { get; private set; } = true;

    /// <summary>Gets whether some have something that initializes a decoder.</summary>
    public bool HasMap { get; private set; }

    /// <summary>Gets whether all have.</summary>
    public bool AllHaveMap { get; private set; } = true;

    /// <summary>Gets whether it is known how long each lasts.</summary>
    public bool AllLast { get; private set; } = true;

    /// <summary>Gets the longest duration in whole seconds, rounded; at least 1.</summary>
    public ulong TargetSeconds => Math.Max(1, (_longest / Second) + (_longest % Second >= Second / 2 ? 1UL : 0));

    /// <summary>Gets the greatest rate of a segment in bits per second. One that is shorter than a second counts together with the one before it.</summary>
    public ulong PeakRate { get; private set; }

    /// <summary>Gets the rate of all segments in bits per second.</summary>
    public ulong AverageRate => Rate(_length, _duration);

    public static async ValueTask<PlaylistFacts> MeasureAsync(H4mkContainer container, H4mkTrack track, TrackForm form, CancellationToken cancellationToken)
    {
        var facts = new PlaylistFacts();
        await foreach (var segment in TrackSegments.ReadAsync(container, track, form, cancellationToken))
        {
            facts.Add(segment);
        }

        return facts;
    }

    /// <summary>Says why players cannot play the segments; null where they can.</summary>
    public string? Refusal(TrackForm form) =>
        !HasSegments ? "the track has no media, or none whose blocks have times"
        : form.NeedsInitialization && !AllHaveMap ? "nothing stands in front of the first fragment: the movie header (moov), without which no player can begin, is missing"
        : !AllLast ? "the container does not say how long its media lasts"
        : null;

    private void Add(in MediaSegment segment)
    {
        HasSegments = true;
        AllBeginWithKey &= segment.IsKey;
        HasMap |= segment.MapLength > 0;
        AllHaveMap &= segment.MapLength > 0;
        AllLast &= segment.Duration > 0;
        _longest = Math.Max(_longest, segment.Duration);
        _duration += segment.Duration;
        _length += (ulong)segment.Length;
        var withLast = segment.Duration < Second;
        PeakRate = Math.Max(PeakRate, Rate(
            (UInt128)segment.Length + (withLast ? (UInt128)_last.Length : 0),
            (UInt128)segment.Duration + (withLast ? _last.Duration : 0)));
        _last = segment;
    }

    private static ulong Rate(UInt128 length, UInt128 duration) =>
        duration == 0 ? 0 : (ulong)UInt128.Min(ulong.MaxValue, ((length * BitsOfAByte * Second) + duration - 1) / duration);
}
