namespace Harmony4.Tokenization.Internal;

/// <summary>The track that times and key flags come from, as the track entries go by: the one that the caller wants, else the first video track, else the first.</summary>
internal struct WebmTracks(ulong? wanted)
{
    private const ulong VideoType = 1;
    private const ulong AudioType = 2;

    private WebmTrack _current;
    private WebmTrack _chosen;
    private bool _hasChosen;

    public readonly WebmTrack TimeTrack => _chosen;

    /// <summary>Gets whether there is a <see cref="TimeTrack"/>.</summary>
    public readonly bool HasTimeTrack => _hasChosen;

    /// <summary>Gets how many track entries went by.</summary>
    public int Count { get; private set; }

    public void Clear() => this = new WebmTracks(wanted);

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
            case EbmlElement.CodecDelay:
                _current.CodecDelay = value;
                break;
        }
    }

    public void EndEntry()
    {
        Count++;
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
