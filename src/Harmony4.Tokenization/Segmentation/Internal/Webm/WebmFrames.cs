namespace Harmony4.Tokenization.Internal;

/// <summary>Times of the time track's frames within one cluster, in ticks of the segment's timestamp scale.</summary>
internal struct WebmFrames
{
    private const ulong DefaultScale = 1_000_000;
    private const ulong LargestScale = 1_000_000_000_000;
    private const int NanosecondsPerMicrosecond = 1000;

    private ulong _scale;
    private ulong _clusterTime;
    private Int128 _first;
    private Int128 _last;
    private Int128 _lastDelta;
    private Int128 _estimate;
    private bool _hasFrames;
    private bool _hasLast;

    /// <summary>Gets or sets the nanoseconds of a tick; out of range it is the default, a millisecond.</summary>
    public ulong Scale
    {
        readonly get => _scale == 0 ? DefaultScale : _scale;
        set => _scale = value > LargestScale ? 0 : value;
    }

    public void BeginCluster()
    {
        _clusterTime = 0;
        _hasFrames = false;
    }

    public void SetClusterTime(ulong ticks) => _clusterTime = ticks;

    /// <summary>Returns the time of a block: the cluster's plus its own, less the codec delay rounded to ticks as the block's time is.</summary>
    public readonly Int128 TimeOf(short relative, in WebmTrack track) =>
        (Int128)_clusterTime + relative - (((Int128)track.CodecDelay + (Scale / 2)) / Scale);

    /// <summary>Counts a frame in.</summary>
    /// <param name="time">Its time in ticks.</param>
    /// <param name="duration">Its own duration in ticks, or 0 when it has none.</param>
    /// <param name="track">The time track.</param>
    public void Add(Int128 time, ulong duration, in WebmTrack track)
    {
        if (_hasLast && time > _last)
        {
            _lastDelta = time - _last;
        }

        _hasLast = true;
        if (!_hasFrames)
        {
            _hasFrames = true;
            _first = time;
            _last = time;
        }

        _last = Int128.Max(_last, time);
        Int128 lasting = duration != 0 ? (Int128)duration * Scale : track.DefaultDuration != 0 ? track.DefaultDuration : _lastDelta * Scale;
        _estimate = (((_last - _first) * Scale) + lasting) / NanosecondsPerMicrosecond;
    }

    /// <summary>Gets the time of the cluster's first frame, in microseconds.</summary>
    public readonly Int128 Pts => MediaClock.Scale(_first, Scale, NanosecondsPerMicrosecond);

    /// <summary>Gets how long the frames so far last, in microseconds, as far as the cluster alone tells.</summary>
    public readonly Int128 Duration => _estimate;
}
