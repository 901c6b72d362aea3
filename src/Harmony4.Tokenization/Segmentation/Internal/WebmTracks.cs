namespace Harmony4.Tokenization.Internal;

/// <summary>The track that times and key flags come from, as the track entries go by: the first video track, else the first.</summary>
internal struct WebmTracks
{
    private const ulong VideoType = 1;

    private WebmTrack _current;
    private WebmTrack _chosen;
    private bool _hasChosen;

    public readonly WebmTrack TimeTrack => _chosen;

    public void BeginEntry() => _current = default;

    public void ReadField(uint id, ulong value)
    {
        switch (id)
        {
            case EbmlElement.TrackNumber:
                _current.Number = value;
                break;
            case EbmlElement.TrackType:
                _current.IsVideo = value == VideoType;
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
        if (!_hasChosen || (_current.IsVideo && !_chosen.IsVideo))
        {
            _chosen = _current;
            _hasChosen = true;
        }
    }
}
