namespace Harmony4.Tokenization.Internal;

/// <summary>
/// The frames of all streams of a program. Of sound in frames that say how long they are (ADTS, MPEG audio) each is told of; of other streams each PES packet, once the next one of its stream begins, which
/// shows how long it is and how long it lasts.
/// </summary>
internal sealed class TsFrames(FrameQueue frames)
{
    public const int ClockRate = 90_000;

    private readonly Dictionary<int, Stream> _streams = [];
    private long? _base;

    /// <summary>Takes a packet of an elementary stream.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="kind">What its stream is for.</param>
    /// <param name="type">The type of the stream.</param>
    /// <param name="position">Where the packet stands in the input.</param>
    public void Take(in TsPacket packet, MediaKind kind, byte type, long position)
    {
        if (!_streams.TryGetValue(packet.Pid, out var stream))
        {
            _streams[packet.Pid] = stream = new Stream { Splitter = TsAudioFrames.Create(type) };
        }

        stream.IsRandomAccessNext |= packet.IsRandomAccess;
        var payload = packet.Payload;
        if (packet.BeginsPes)
        {
            payload = payload[packet.PesHeaderLength..];
            Begin(stream, packet, kind, position);
        }

        if (stream.Splitter is { } splitter)
        {
            splitter.Take(payload, position, frames, (ulong)packet.Pid);
        }
        else if (stream.HasFrame)
        {
            stream.Frame = stream.Frame with { Size = stream.Frame.Size + payload.Length };
        }
    }

    /// <summary>Tells of the last frames.</summary>
    public void End()
    {
        foreach (var (_, stream) in _streams.OrderBy(s => s.Value.Frame.Position))
        {
            Tell(stream, dts: null);
        }
    }

    /// <summary>Goes on behind damage: what was begun is not known to be whole.</summary>
    public void Clear()
    {
        foreach (var stream in _streams.Values)
        {
            stream.HasFrame = false;
            stream.Splitter?.Clear();
        }
    }

    private void Begin(Stream stream, in TsPacket packet, MediaKind kind, long position)
    {
        long? time = null;
        long? decoded = null;
        if (packet.TryGetTimes(out var pts, out var dts))
        {
            // Known but for multiples of 2^33: near the stream's last time, else near that of another.
            var near = stream.LastTime ?? _base ?? pts;
            time = near + TsSegmenter.Wrap(pts - near);
            decoded = time - TsSegmenter.Wrap(pts - dts);
            _base ??= time;
            stream.LastTime = time;
        }

        if (stream.Splitter is { } splitter)
        {
            splitter.Time = time ?? splitter.Time;
            return;
        }

        Tell(stream, decoded);
        stream.HasFrame = true;
        stream.Dts = decoded;
        stream.Frame = new MediaFrame
        {
            Track = (ulong)packet.Pid,
            Kind = kind,
            TimeBase = new TimeBase(1, ClockRate),
            Ticks = time,
            IsKey = kind != MediaKind.Video || stream.IsRandomAccessNext,
            Position = position,
        };
        stream.IsRandomAccessNext = false;
    }

    private void Tell(Stream stream, long? dts)
    {
        if (!stream.HasFrame)
        {
            return;
        }

        // The last frame lasts as long as the one before.
        stream.Lasting = dts - stream.Dts is > 0 and < TsSegmenter.LongestFrame and var lasting ? lasting : stream.Lasting;
        frames.Add(stream.Frame with { DurationTicks = stream.Frame.Ticks is null ? null : stream.Lasting });
        stream.HasFrame = false;
    }

    private sealed class Stream
    {
        public MediaFrame Frame;
        public bool HasFrame;
        public bool IsRandomAccessNext;
        public long? LastTime;
        public long? Dts;
        public long? Lasting;
        public TsAudioFrames? Splitter;
    }
}
