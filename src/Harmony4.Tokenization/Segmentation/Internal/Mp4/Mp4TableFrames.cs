namespace Harmony4.Tokenization.Internal;

/// <summary>The frames of all tracks by their sample tables, by ascending position of what each track has next.</summary>
internal sealed class Mp4TableFrames
{
    private readonly List<Track> _tracks = [];
    private int _next = -1;

    /// <summary>Gets whether there are frames left.</summary>
    public bool HasFrames => _next >= 0;

    /// <summary>Gets what the tables lack that they should have; null as long as they hold together.</summary>
    public string? Fault { get; private set; }

    /// <summary>Adds the frames of a track.</summary>
    /// <returns>When the samples of the tables end, in ticks of decoding.</returns>
    public ulong Add(in Mp4Track track, Mp4SampleTables tables)
    {
        var end = 0UL;
        var all = new Mp4Samples(tables, track.Kind);
        while (all.Count > 0)
        {
            end = all.DecodeTime + ((ulong)all.Duration * all.Count);
            all.Advance(all.Count);
        }

        Fault ??= all.Fault;
        _tracks.Add(new Track { Id = track.Id, Kind = track.Kind, Timescale = track.Timescale, Samples = new Mp4Samples(tables, track.Kind) });
        MoveOn();
        return end;
    }

    /// <summary>Gets the next frame, where there is one.</summary>
    public MediaFrame Current
    {
        get
        {
            var track = _tracks[_next];
            ref var samples = ref track.Samples;
            var count = CountOf(track);
            return new MediaFrame
            {
                Track = track.Id,
                Kind = track.Kind,
                TimeBase = new TimeBase(1, track.Timescale),
                Ticks = MediaClock.ToTicks(samples.Time),
                DurationTicks = samples.Duration == 0 ? null : (long)samples.Duration * count,
                IsKey = track.Kind != MediaKind.Video || samples.IsSync,
                Position = (long)samples.Position,
                DataPosition = (long)samples.Position,
                Size = (long)samples.Size * count,
            };
        }
    }

    /// <summary>Goes to the frame behind.</summary>
    public void MoveNext()
    {
        _tracks[_next].Samples.Advance(CountOf(_tracks[_next]));
        MoveOn();
    }

    /// <summary>Goes over the frame and those that follow it without a gap, as far as one entry of the tables tells of them.</summary>
    public void SkipRun()
    {
        ref var samples = ref _tracks[_next].Samples;
        samples.Advance(samples.Count);
        MoveOn();
    }

    private static uint CountOf(Track track) => Math.Min(track.Samples.MostAsOne, track.Samples.Count);

    /// <summary>Finds the track whose next sample with bytes lies first.</summary>
    private void MoveOn()
    {
        _next = -1;
        for (var i = 0; i < _tracks.Count; i++)
        {
            ref var samples = ref _tracks[i].Samples;
            while (samples is { Count: > 0, Size: 0 })
            {
                samples.Advance(samples.Count);
            }

            if (samples.Count > 0 && (_next < 0 || samples.Position < _tracks[_next].Samples.Position))
            {
                _next = i;
            }
        }
    }

    private sealed class Track
    {
        public required uint Id;
        public required MediaKind Kind;
        public required uint Timescale;
        public required Mp4Samples Samples;
    }
}
