namespace Harmony4.Tokenization.Internal;

/// <summary>Cuts one stream of sound into its frames by their own headers, wherever packets cut it.</summary>
internal sealed class TsAudioFrames
{
    private readonly Reader _read;
    private readonly byte[] _header;
    private int _headerCount;

    // Of the frame that is gone over.
    private long _left;
    private long _position;

    // The time of the frame behind, as far as the frames tell it.
    private long? _next;

    private TsAudioFrames(Reader read, int headerLength)
    {
        _read = read;
        _header = new byte[headerLength];
    }

    private delegate bool Reader(ReadOnlySpan<byte> header, out AudioFrame frame);

    /// <summary>Gets or sets the time that the next frame to begin has, in ticks of the stream; null where no packet says it.</summary>
    public long? Time { get; set; }

    /// <summary>Returns what cuts streams of a type; null for types whose frames do not say how long they are.</summary>
    public static TsAudioFrames? Create(byte type) => type switch
    {
        TsProgram.AdtsAudio => new TsAudioFrames(AdtsSegmenter.TryRead, AdtsSegmenter.FixedHeader),
        TsProgram.MpegAudio1 or TsProgram.MpegAudio2 => new TsAudioFrames(Mp3Segmenter.TryRead, Mp3Segmenter.FixedHeader),
        TsProgram.Ac3Audio => new TsAudioFrames(Ac3Header.TryRead, Ac3Header.Length),
        _ => null,
    };

    public void Clear()
    {
        _left = 0;
        _headerCount = 0;
        _next = null;
    }

    /// <summary>Takes the next bytes of the stream.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="position">Where the packet that has them stands in the input.</param>
    /// <param name="frames">Where frames go.</param>
    /// <param name="track">The number of the stream.</param>
    public void Take(ReadOnlySpan<byte> bytes, long position, FrameQueue frames, ulong track)
    {
        while (!bytes.IsEmpty)
        {
            if (_left > 0)
            {
                var count = (int)Math.Min(_left, bytes.Length);
                _left -= count;
                bytes = bytes[count..];
                continue;
            }

            _position = _headerCount == 0 ? position : _position;
            _header[_headerCount++] = bytes[0];
            bytes = bytes[1..];
            if (_headerCount < _header.Length)
            {
                continue;
            }

            if (_read(_header, out var frame))
            {
                _headerCount = 0;
                _left = frame.Length - _header.Length;
                Tell(frame, frames, track);
            }
            else
            {
                // Looks on a byte further.
                _header.AsSpan(1).CopyTo(_header);
                _headerCount--;
                _position = position;
            }
        }
    }

    private void Tell(in AudioFrame frame, FrameQueue frames, ulong track)
    {
        var time = Time ?? _next;
        Time = null;
        frames.Add(new MediaFrame
        {
            Track = track,
            Kind = MediaKind.Audio,
            TimeBase = new TimeBase(1, TsFrames.ClockRate),
            Ticks = time,
            DurationTicks = (long)frame.Samples * TsFrames.ClockRate / frame.SampleRate,
            IsKey = true,
            Position = _position,
            Size = frame.Length,
        });
        _next = time is { } ticks ? Follow(ticks, frame) : null;
    }

    /// <summary>The time of the frame behind one that no packet gives a time: whole frames are counted from time 0 and rounded to the nearest tick, so that the error of a tick does not grow.</summary>
    private static long Follow(long ticks, in AudioFrame frame)
    {
        Int128 length = (Int128)frame.Samples * TsFrames.ClockRate;
        var index = DivideToNearest((Int128)ticks * frame.SampleRate, length);
        return (long)(ticks + DivideToNearest((index + 1) * length, frame.SampleRate) - DivideToNearest(index * length, frame.SampleRate));
    }

    private static Int128 DivideToNearest(Int128 dividend, Int128 divisor) => MediaClock.Scale((2 * dividend) + divisor, 1, 2 * divisor);
}
