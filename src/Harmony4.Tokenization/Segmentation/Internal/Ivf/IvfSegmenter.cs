using System.Buffers;
using System.Buffers.Binary;

namespace Harmony4.Tokenization.Internal;

/// <summary>
/// IVF: the file header, then one block per frame. Its framing has no key flags, so only the first frame is key, or every
/// <see cref="SegmenterOptions.Gop"/>-th where the caller knows the group length.
/// </summary>
internal sealed class IvfSegmenter : FramedSegmenter
{
    private const int FileHeader = 32;
    private const int HeaderLengthOffset = 6;
    private const int RateOffset = 16;
    private const int ScaleOffset = 20;
    private const int FrameHeader = 12;
    private const int FrameTimeOffset = 4;

    private readonly int? _gop;
    private uint _rate;
    private uint _scale;
    private ulong _index;
    private ulong _lastTime;
    private ulong _lastDelta = 1;
    private MediaFrame? _frame;

    public IvfSegmenter(SegmenterOptions? options)
        : base(options)
    {
        _gop = options?.Gop;
        if (_gop < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(options), _gop, "a group has at least 1 frame");
        }
    }

    public override string Name => MediaFormats.Ivf;

    protected override TimeTrack FindTimeTrack() => new() { Kind = MediaKind.Video };

    protected override Step ReadUnit(in SequenceReader<byte> reader, long limit, bool isFinal) =>
        _rate == 0 ? ReadFileHeader(in reader) : ReadFrame(in reader);

    private Step ReadFileHeader(in SequenceReader<byte> reader)
    {
        Span<byte> scratch = stackalloc byte[FileHeader];
        if (!reader.TryPeek(FileHeader, scratch, out var header))
        {
            return Step.NeedMore;
        }

        var length = BinaryPrimitives.ReadUInt16LittleEndian(header[HeaderLengthOffset..]);
        _rate = BinaryPrimitives.ReadUInt32LittleEndian(header[RateOffset..]);
        _scale = BinaryPrimitives.ReadUInt32LittleEndian(header[ScaleOffset..]);
        if (!header.StartsWith("DKIF"u8) || length < FileHeader || _rate == 0)
        {
            SetNotice("expected an IVF header with a time base, found none", isRestOpaque: true);
            return AcceptRest();
        }

        Accept(length);
        return Step.Closed;
    }

    private Step ReadFrame(in SequenceReader<byte> reader)
    {
        Span<byte> scratch = stackalloc byte[FrameHeader];
        if (!reader.TryPeek(FrameHeader, scratch, out var header))
        {
            return Step.NeedMore;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(header);
        var time = BinaryPrimitives.ReadUInt64LittleEndian(header[FrameTimeOffset..]);
        if (_index > 0 && time > _lastTime)
        {
            _lastDelta = time - _lastTime;
        }

        _lastTime = time;
        var isKey = _gop is { } gop ? _index % (uint)gop == 0 : _index == 0;
        if (Frames is not null)
        {
            TellFrame((long)_lastDelta);
            _frame = new MediaFrame
            {
                Kind = MediaKind.Video,
                TimeBase = new TimeBase(_scale, _rate),
                Ticks = time <= long.MaxValue ? (long)time : null,
                IsKey = isKey,
                Position = Position,
                DataPosition = Position + FrameHeader,
                Size = length,
            };
        }

        SetTime(ToMicroseconds(time), isKey, lastsUntilNext: true);
        SetDuration(ToMicroseconds((Int128)time + _lastDelta) - ToMicroseconds(time));
        _index++;
        Accept(FrameHeader + (long)length);
        return Step.Closed;
    }

    protected override void OnEnd() => TellFrame((long)_lastDelta);

    /// <summary>Tells of the frame before, which lasts until the next.</summary>
    private void TellFrame(long duration)
    {
        if (_frame is { } frame)
        {
            Frames!.Add(frame with { DurationTicks = duration });
            _frame = null;
        }
    }

    private Int128 ToMicroseconds(Int128 time) => MediaClock.Scale(time, (Int128)_scale * MediaClock.MicrosecondsPerSecond, _rate);
}
