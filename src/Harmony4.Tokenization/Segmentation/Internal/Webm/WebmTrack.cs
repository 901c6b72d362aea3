namespace Harmony4.Tokenization.Internal;

/// <summary>What a track entry says; times in nanoseconds.</summary>
internal struct WebmTrack
{
    public ulong Number;
    public ulong DefaultDuration;
    public ulong CodecDelay;
    public bool IsOpus;
    public MediaKind Kind;
}
