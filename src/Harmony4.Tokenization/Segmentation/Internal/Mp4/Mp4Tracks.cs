namespace Harmony4.Tokenization.Internal;

/// <summary>The tracks of a movie; more than a fixed number are not looked at.</summary>
internal sealed class Mp4Tracks(ulong? wanted)
{
    private const int MaxTracks = 64;

    private readonly Mp4Track[] _tracks = new Mp4Track[MaxTracks];
    private int _count;
    private bool _isFull;
    private Mp4Track _spare;

    public void Clear()
    {
        _count = 0;
        _isFull = false;
    }

    public void Add()
    {
        _spare = default;
        if (_count < MaxTracks)
        {
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

    /// <summary>Gets the track that times and key flags come from: the one that the caller wants, else the first video track, else the first.</summary>
    public bool TryGetTimeTrack(out Mp4Track track)
    {
        var chosen = -1;
        for (var i = 0; i < _count && chosen < 0; i++)
        {
            chosen = (wanted is { } id ? _tracks[i].Id == id : _tracks[i].Kind == MediaKind.Video) ? i : -1;
        }

        chosen = wanted is null ? Math.Max(chosen, 0) : chosen;
        track = (uint)chosen < (uint)_count ? _tracks[chosen] : default;
        return track.Timescale != 0;
    }
}
