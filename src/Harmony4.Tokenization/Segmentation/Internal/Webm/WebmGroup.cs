namespace Harmony4.Tokenization.Internal;

/// <summary>The frames of one block, which are told of when all is known that is said of them.</summary>
internal sealed class WebmGroup
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly List<long> _sizes = [];
    private WebmTrack _track;
    private Int128 _time;
    private long _position;
    private long _data;
    private long _opusSamples;

    public void Clear() => _sizes.Clear();

    /// <param name="block">The head of the block.</param>
    /// <param name="body">The first bytes of the block.</param>
    /// <param name="track">Its track.</param>
    /// <param name="time">When it is shown, in ticks.</param>
    /// <param name="position">Where it stands, behind the head of its element.</param>
    public void Take(in WebmBlock block, ReadOnlySpan<byte> body, in WebmTrack track, Int128 time, long position)
    {
        _sizes.Clear();
        _sizes.AddRange(block.Sizes);
        _track = track;
        _time = time;
        _position = position;
        _data = position + block.HeadLength;
        _opusSamples = track.IsOpus && block.Sizes.Length == 1 && body.Length > block.HeadLength ? OpusPackets.GetDuration(body[block.HeadLength..]) : 0;
    }

    /// <summary>Tells of the frames.</summary>
    /// <param name="frames">Where they go.</param>
    /// <param name="isKey">Whether decoding can begin at them.</param>
    /// <param name="duration">How long all of them last, in ticks; 0 where the block does not say.</param>
    /// <param name="scale">The nanoseconds of a tick.</param>
    public void Tell(FrameQueue frames, bool isKey, ulong duration, ulong scale)
    {
        Int128 lasting = duration > 0 ? (Int128)duration / Math.Max(1, _sizes.Count)
            : _track.DefaultDuration > 0 ? (Int128)_track.DefaultDuration / scale
            : (Int128)_opusSamples * NanosecondsPerSecond / OpusPackets.SampleRate / scale;
        var (time, data) = (_time, _data);
        foreach (var size in _sizes)
        {
            frames.Add(new MediaFrame
            {
                Track = _track.Number,
                Kind = _track.Kind,
                TimeBase = new TimeBase((long)scale, NanosecondsPerSecond),
                Ticks = lasting == 0 && data != _data ? null : MediaClock.ToTicks(time),
                DurationTicks = lasting > 0 ? MediaClock.ToTicks(lasting) : null,
                IsKey = _track.Kind != MediaKind.Video || isKey,
                Position = _position,
                DataPosition = data,
                Size = size,
            });
            time += lasting;
            data += size;
        }

        _sizes.Clear();
    }
}
