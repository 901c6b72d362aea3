namespace Harmony4.Tokenization.Internal;

/// <summary>The tracks of a movie; more than a fixed number are not looked at.</summary>
/// <param name="wanted">The track that the caller wants times from; null for the rule.</param>
internal sealed class Mp4Tracks(ulong? wanted)
{
    private const int MaxTracks = 64;

    /// <summary>The most bytes of sample tables that are kept of all tracks together, where all are.</summary>
    private const int MostTables = 4 * Mp4SampleTables.MaxLength;

    private readonly Mp4Track[] _tracks = new Mp4Track[MaxTracks];
    private int _count;
    private uint? _chosen;
    private bool _isFull;
    private Mp4Track _spare;

    public void Clear()
    {
        _count = 0;
        _isFull = false;
        _chosen = null;
        MayHaveFragments = false;
        MovieTimescale = 0;
    }

    public void Add()
    {
        _spare = default;
        if (_count < MaxTracks)
        {
            if (!KeepsAll)
            {
                DropTablesOfOthers();
            }

            _tracks[_count++] = default;
        }
        else
        {
            _isFull = true;
        }
    }

    /// <summary>Gets the track added last.</summary>
    public ref Mp4Track Current => ref _count > 0 && !_isFull ? ref _tracks[_count - 1] : ref _spare;

    /// <summary>Gets the track with an identifier, or one that is thrown away.</summary>
    public ref Mp4Track Find(uint id)
    {
        for (var i = 0; i < _count; i++)
        {
            if (_tracks[i].Id == id)
            {
                return ref _tracks[i];
            }
        }

        _spare = default;
        return ref _spare;
    }

    /// <summary>Gets how many tracks are looked at.</summary>
    public int Count => _count;

    /// <summary>Gets a track, by its place in the movie header.</summary>
    public ref Mp4Track this[int index] => ref _tracks[index];

    /// <summary>Gets whether the tables of all tracks are kept, and not only of those that times may come from.</summary>
    public bool KeepsAll { get; init; }

    /// <summary>Gets or sets the ticks per second that edit lists count in; 0 where the movie header does not say it.</summary>
    public uint MovieTimescale { get; set; }

    /// <summary>Makes room for the tables of the track added last.</summary>
    public void BeginTables()
    {
        var length = 0L;
        for (var i = 0; i < _count; i++)
        {
            length += _tracks[i].Tables?.Length ?? 0;
        }

        Current.Tables = IsCurrentLookedAt ? new Mp4SampleTables((int)Math.Min(Mp4SampleTables.MaxLength, MostTables - length)) : null;
    }

    /// <summary>Gets the bytes of memory that sample tables take: arrays that grow are up to twice as long.</summary>
    public long TablesLength
    {
        get
        {
            var length = 0L;
            for (var i = 0; i < _count; i++)
            {
                length += 2L * (_tracks[i].Tables?.Length ?? 0);
            }

            return length;
        }
    }

    /// <summary>Gets or sets whether fragments may follow, so that the samples that tables tell of need not be all.</summary>
    public bool MayHaveFragments { get; set; }

    /// <summary>Gets whether it takes more than the movie header to tell which track times come from.</summary>
    public bool IsOpen => wanted is null && _chosen is null && VideoCount > 1;

    /// <summary>Lets times come from a track.</summary>
    public void Choose(uint id) => _chosen = id;

    /// <summary>Gets whether the track added last is looked at. What it is may stand behind its sample tables.</summary>
    public bool IsCurrentLookedAt => _count > 0 && !_isFull;

    /// <summary>Forgets the sample tables of all tracks.</summary>
    public void DropTables()
    {
        for (var i = 0; i < _count; i++)
        {
            _tracks[i].Tables = null;
        }
    }

    /// <summary>
    /// Gets the track that times and key flags come from: the one that the caller wants, else the first video track, else the first.
    /// A track of one sample is a still picture, and has no time to give where another track has more.
    /// </summary>
    public bool TryGetTimeTrack(out Mp4Track track)
    {
        var chosen = FindTimeTrack(MayHaveFragments);
        track = chosen >= 0 ? _tracks[chosen] : default;
        return track.Timescale != 0;
    }

    private int VideoCount
    {
        get
        {
            var count = 0;
            for (var i = 0; i < _count; i++)
            {
                count += _tracks[i].Kind == MediaKind.Video ? 1 : 0;
            }

            return count;
        }
    }

    /// <summary>Forgets the sample tables of tracks that others go before, so that those of two are held at most, and of the track that is read.</summary>
    private void DropTablesOfOthers()
    {
        // Whether fragments may follow is not known yet.
        var plain = FindTimeTrack(mayHaveFragments: false);
        var fragmented = FindTimeTrack(mayHaveFragments: true);
        for (var i = 0; i < _count; i++)
        {
            _tracks[i].Tables = i == plain || i == fragmented ? _tracks[i].Tables : null;
        }
    }

    private int FindTimeTrack(bool mayHaveFragments)
    {
        var found = -1;
        for (var i = 0; i < _count; i++)
        {
            if ((wanted ?? _chosen) is { } id ? _tracks[i].Id == id && found < 0 : found < 0 || Rank(_tracks[i], mayHaveFragments) > Rank(_tracks[found], mayHaveFragments))
            {
                found = i;
            }
        }

        return found;
    }

    private static int Rank(in Mp4Track track, bool mayHaveFragments) => (track.Kind == MediaKind.Video, track.SampleCount > 1) switch
    {
        (true, true) => 3,
        (false, true) when !mayHaveFragments => 2,
        (true, _) => 1,
        _ => 0,
    };
}
