using System.Buffers;
using System.Buffers.Binary;

namespace Harmony4.Tokenization.Internal;

/// <summary>FLAC: the mark and the metadata are the first block; then whole frames, half a second at most in a block, timed by the numbers in their headers. Tags behind the frames go with the last; another stream behind them begins anew.</summary>
/// <remarks>A frame does not say how long it is: the next begins where a header is found that its checksum and its number make one.</remarks>
internal sealed class FlacSegmenter(SegmenterOptions? options) : FramedSegmenter(options)
{
    private const int BlockHeader = 4;
    private const int StreamInfo = 34;
    private const int SearchStep = 1024;
    private const int BlocksPerSecond = 2;

    // A header found in the samples of a frame would have to lie within this of where the stream is.
    private const int LongestGapSeconds = 600;

    private State _state;
    private uint _sampleRate;
    private int _blockSize;
    private bool _hasFrames;
    private bool _countsSamples;
    private int _channels;
    private ulong _next;
    private ulong _start;

    // The frame that is read, where frames are told of: how long it is shows the next one.
    private MediaFrame? _frame;

    private enum State
    {
        Mark,
        Metadata,
        Frames,
    }

    public override string Name => MediaFormats.Flac;

    protected override bool MayStartLate => true;

    protected override bool? FindStart(ReadOnlySpan<byte> bytes, int limit, bool isFront, bool isAll, out int passed) => FlacSearch.Find(bytes, limit, isAll, out passed);

    protected override TimeTrack FindTimeTrack() => new() { Kind = MediaKind.Audio };

    protected override Step ReadUnit(in SequenceReader<byte> reader, long limit, bool isFinal) => _state switch
    {
        State.Mark => ReadMark(in reader),
        State.Metadata => ReadMetadata(in reader),
        _ => ReadFrame(in reader, limit, isFinal),
    };

    private Step ReadMark(in SequenceReader<byte> reader)
    {
        Span<byte> scratch = stackalloc byte[FlacSearch.MarkLength];
        if (!reader.TryPeek(FlacSearch.MarkLength, scratch, out var bytes))
        {
            return Step.NeedMore;
        }

        if (!FlacSearch.IsMark(bytes))
        {
            SetNotice("expected a FLAC mark (fLaC) with stream information, found none", isRestOpaque: true);
            return AcceptRest();
        }

        _state = State.Metadata;
        Accept(4);
        return Step.Accepted;
    }

    private Step ReadMetadata(in SequenceReader<byte> reader)
    {
        Span<byte> scratch = stackalloc byte[BlockHeader + StreamInfo];
        if (!reader.TryPeek(BlockHeader, scratch, out var bytes))
        {
            return Step.NeedMore;
        }

        var isLast = (bytes[0] & 0x80) != 0;
        var type = bytes[0] & 0x7F;
        var length = BinaryPrimitives.ReadInt32BigEndian(bytes) & 0xFF_FFFF;
        if (type == 0 && length >= StreamInfo)
        {
            if (!reader.TryPeek(BlockHeader + StreamInfo, scratch, out bytes))
            {
                return Step.NeedMore;
            }

            var fields = bytes[BlockHeader..];
            _blockSize = BinaryPrimitives.ReadUInt16BigEndian(fields);
            _sampleRate = BinaryPrimitives.ReadUInt32BigEndian(fields[10..]) >> 12;
        }

        Accept(BlockHeader + length);
        if (!isLast)
        {
            return Step.Accepted;
        }

        _state = State.Frames;
        return Step.Closed;
    }

    private Step ReadFrame(in SequenceReader<byte> reader, long limit, bool isFinal)
    {
        Span<byte> scratch = stackalloc byte[SearchStep];
        var bytes = reader.PeekUpTo(FlacFrame.LongestHeader, scratch);
        if (bytes.Length < FlacFrame.LongestHeader && !isFinal)
        {
            return Step.NeedMore;
        }

        if (bytes[0] == 0xFF && FlacFrame.Read(bytes) is { HeaderLength: > 0 } frame && IsNext(frame))
        {
            return BeginFrame(frame);
        }

        if (FlacSearch.IsMark(bytes))
        {
            // Another stream stands behind this one.
            TellFrame(Position);
            if (BlockLength > 0)
            {
                return Step.Cut;
            }

            _hasFrames = false;
            _state = State.Mark;
            return ReadMark(in reader);
        }

        if (!_hasFrames)
        {
            SetNotice("expected a FLAC frame, found bytes that are none");
        }

        var ahead = reader.PeekUpTo((int)Math.Min(SearchStep, limit), scratch);
        var at = ahead.Length > 1 ? ahead[1..].IndexOfAny((byte)0xFF, (byte)'f') : -1;
        Accept(at < 0 ? ahead.Length : at + 1);
        return Step.Accepted;
    }

    /// <summary>Where the frame's first sample is, counted from the start of the stream.</summary>
    private ulong FirstSample(in FlacFrame frame) => frame.CountsSamples ? frame.Number : frame.Number * (ulong)(_blockSize > 0 ? _blockSize : frame.Samples);

    private bool IsNext(in FlacFrame frame)
    {
        if (!_hasFrames)
        {
            return (frame.SampleRate > 0 ? frame.SampleRate : _sampleRate) > 0;
        }

        var first = FirstSample(frame);
        return frame.CountsSamples == _countsSamples && frame.Channels == _channels && first >= _next && first - _next <= (ulong)_sampleRate * LongestGapSeconds;
    }

    private Step BeginFrame(in FlacFrame frame)
    {
        var first = FirstSample(frame);
        if (!_hasFrames)
        {
            if (BlockLength > 0)
            {
                return Step.Cut;
            }

            _hasFrames = true;
            _countsSamples = frame.CountsSamples;
            _channels = frame.Channels;
            _sampleRate = _sampleRate > 0 ? _sampleRate : frame.SampleRate;
        }

        var end = first + (ulong)frame.Samples;
        if (BlockLength > 0 && (UInt128)(end - _start) * BlocksPerSecond > _sampleRate)
        {
            return Step.Cut;
        }

        if (BlockLength == 0)
        {
            _start = first;
            SetTime(At(first), isKey: true);
        }

        TellFrame(Position);
        _frame = Frames is null ? null : new MediaFrame
        {
            Kind = MediaKind.Audio,
            TimeBase = new TimeBase(1, _sampleRate),
            Ticks = (long)first,
            DurationTicks = frame.Samples,
            IsKey = true,
            Position = Position,
            DataPosition = Position,
        };
        _next = end;
        SetDuration(At(end) - At(_start));
        Accept(frame.HeaderLength);
        return Step.Accepted;
    }

    protected override void OnEnd() => TellFrame(Position);

    private void TellFrame(long end)
    {
        if (_frame is { } frame)
        {
            Frames!.Add(frame with { Size = end - frame.Position });
            _frame = null;
        }
    }

    private Int128 At(ulong samples) => MediaClock.Scale(samples, _sampleRate);
}
