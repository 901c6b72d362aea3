using System.Buffers;

namespace Harmony4.Tokenization.Internal;

/// <summary>
/// Streams of self-contained audio frames: whole frames, half a second at most in a block, each a key block. Tags at the start
/// are the first block; tags between frames go with what follows.
/// </summary>
internal abstract class AudioFrameSegmenter(SegmenterOptions? options) : ResynchronisingSegmenter(options)
{
    private const int BlocksPerSecond = 2;

    private Int128 _base;
    private Int128 _baseSamples;
    private long _samples;
    private long _blockStart;
    private uint _sampleRate;
    private bool _hasFrames;
    private bool _isPastStart;

    protected sealed override byte SyncByte => 0xFF;

    /// <summary>Gets the bytes of a frame header.</summary>
    protected abstract int HeaderLength { get; }

    /// <summary>Gets how far into the first frame is looked to tell whether it holds information instead of audio.</summary>
    protected virtual int InfoLength => 0;

    protected sealed override bool MayStartLate => true;

    protected sealed override TimeTrack FindTimeTrack() => new() { Kind = MediaKind.Audio };

    /// <summary>Reads a frame header; <see langword="false"/> when the bytes are none.</summary>
    protected abstract bool TryReadHeader(ReadOnlySpan<byte> header, out AudioFrame frame);

    /// <summary>Whether the first frame holds information about the stream, and no audio.</summary>
    protected virtual bool IsInfo(ReadOnlySpan<byte> head) => false;

    protected sealed override Step ReadFrame(in SequenceReader<byte> reader, long limit, bool isFinal)
    {
        Span<byte> scratch = stackalloc byte[Math.Max(AudioTag.LongestHeader, InfoLength)];
        var head = reader.PeekUpTo(AudioTag.LongestHeader, scratch);
        var isTagPossible = head[0] is (byte)'I' or (byte)'T' or (byte)'A';
        if (!isFinal && head.Length < (isTagPossible ? AudioTag.LongestHeader : HeaderLength))
        {
            return Step.NeedMore;
        }

        if (isTagPossible && AudioTag.GetLength(head) is > 0 and var tag)
        {
            return ReadTag(tag);
        }

        if (!TryReadHeader(head, out var frame))
        {
            _hasFrames = false;
            return Lose($"expected a frame header of {Name}, found bytes that are none");
        }

        if (!_isPastStart)
        {
            head = reader.PeekUpTo(Math.Min(InfoLength, frame.Length), scratch);
            if (!isFinal && head.Length < Math.Min(InfoLength, frame.Length))
            {
                return Step.NeedMore;
            }

            _isPastStart = true;
            if (IsInfo(head))
            {
                Accept(frame.Length);
                return Step.Closed;
            }

            if (BlockLength > 0)
            {
                return Step.Cut;
            }
        }

        if (frame.SampleRate != _sampleRate)
        {
            _base = Now;
            _baseSamples = _sampleRate == 0 ? 0 : MediaClock.Scale(_baseSamples + _samples, frame.SampleRate, _sampleRate);
            _samples = 0;
            _blockStart = 0;
            _sampleRate = frame.SampleRate;
            if (_hasFrames)
            {
                _hasFrames = false;
                return Step.Cut;
            }
        }

        if (_hasFrames && (_samples + frame.Samples - _blockStart) * BlocksPerSecond > _sampleRate)
        {
            _hasFrames = false;
            return Step.Cut;
        }

        if (!_hasFrames)
        {
            _hasFrames = true;
            _blockStart = _samples;
            SetTime(Now, isKey: true);
        }

        Frames?.Add(new MediaFrame
        {
            Kind = MediaKind.Audio,
            TimeBase = new TimeBase(1, frame.SampleRate),
            Ticks = (long)(_baseSamples + _samples),
            DurationTicks = frame.Samples,
            IsKey = true,
            Position = Position,
            DataPosition = Position,
            Size = frame.Length,
        });
        _samples += frame.Samples;
        SetDuration(Now - At(_blockStart));
        Accept(frame.Length);
        return Step.Accepted;
    }

    protected sealed override bool? IsSync(in SequenceReader<byte> reader, bool isFinal)
    {
        Span<byte> scratch = stackalloc byte[HeaderLength];
        var head = reader.PeekUpTo(HeaderLength, scratch);
        if (head.Length < HeaderLength)
        {
            return isFinal ? false : null;
        }

        if (!TryReadHeader(head, out var frame))
        {
            return false;
        }

        // One header is too easily found in noise: the next has to be where this one says, unless the input ends there.
        if (reader.Remaining < frame.Length + HeaderLength)
        {
            return isFinal ? reader.Remaining == frame.Length : null;
        }

        var next = reader;
        next.Advance(frame.Length);
        return TryReadHeader(next.PeekUpTo(HeaderLength, scratch), out var follower) && follower.Kind == frame.Kind;
    }

    protected override void OnResynchronised() => _isPastStart = true;

    private Int128 Now => At(_samples);

    private Int128 At(long samples) => _sampleRate == 0 ? 0 : _base + MediaClock.Scale(samples, _sampleRate);

    private Step ReadTag(long length)
    {
        if (_hasFrames)
        {
            _hasFrames = false;
            return Step.Cut;
        }

        Accept(length);
        return Step.Accepted;
    }
}
