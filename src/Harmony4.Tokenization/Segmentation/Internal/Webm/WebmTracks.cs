namespace Harmony4.Tokenization.Internal;

/// <summary>The track that times and key flags come from, as the track entries go by: the one that the caller wants, else the first video track, else the first.</summary>
/// <param name="wanted">The track that the caller wants times from; null for the rule.</param>
/// <param name="keepsAll">Whether all tracks are kept.</param>
internal struct WebmTracks(ulong? wanted, bool keepsAll)
{
    private const ulong VideoType = 1;
    private const ulong AudioType = 2;
    private const int MostTracks = 256;

    // "A_OPUS"
    private const ulong Opus = 0x415F_4F50_5553;

    private readonly List<WebmTrack>? _all = keepsAll ? [] : null;

    private WebmTrack _current;
    private WebmTrack _chosen;
    private bool _hasChosen;

    public readonly WebmTrack TimeTrack => _chosen;

    /// <summary>Gets whether there is a <see cref="TimeTrack"/>.</summary>
    public readonly bool HasTimeTrack => _hasChosen;

    /// <summary>Gets how many track entries went by.</summary>
    public int Count { get; private set; }

    public void Clear() => this = new WebmTracks(wanted, keepsAll);

    /// <summary>Finds a track by its number; more than a fixed number of tracks are not looked at.</summary>
    public readonly bool TryFind(ulong number, out WebmTrack track)
    {
        foreach (var known in _all ?? [])
        {
            if (known.Number == number)
            {
                track = known;
                return true;
            }
        }

        track = default;
        return false;
    }

    public void BeginEntry() => _current = default;

    public void ReadField(uint id, ulong value)
    {
        switch (id)
        {
            case EbmlElement.TrackNumber:
                _current.Number = value;
                break;
            case EbmlElement.TrackType:
                _current.Kind = value switch
                {
                    VideoType => MediaKind.Video,
                    AudioType => MediaKind.Audio,
                    _ => MediaKind.Data,
                };
                break;
            case EbmlElement.DefaultDuration:
                _current.DefaultDuration = value;
                break;
            case EbmlElement.CodecId:
                _current.IsOpus = value == Opus;
                break;
            case EbmlElement.CodecDelay:
                _current.CodecDelay = value;
                break;
        }
    }

    public void EndEntry()
    {
        Count++;
        if (_all?.Count < MostTracks)
        {
            _all.Add(_current);
        }

        var isBetter = wanted is { } number
            ? !_hasChosen && _current.Number == number
            : !_hasChosen || (_current.Kind == MediaKind.Video && _chosen.Kind != MediaKind.Video);
        if (isBetter)
        {
            _chosen = _current;
            _hasChosen = true;
        }
    }
}
