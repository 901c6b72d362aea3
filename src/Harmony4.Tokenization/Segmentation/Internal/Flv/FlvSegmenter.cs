using System.Buffers;
using System.Buffers.Binary;

namespace Harmony4.Tokenization.Internal;

/// <summary>
/// FLV: everything before the first frame of the time track is the first block (header, script data, codec configuration); then a block begins at every keyframe of the pictures, or where there are none,
/// so that no block of sound lasts more than half a second.
/// </summary>
internal sealed class FlvSegmenter(SegmenterOptions? options) : FramedSegmenter(options)
{
    private const int FileHeader = 9;
    private const int FlagsOffset = 4;
    private const int DataOffset = 5;
    private const int HasVideo = 1;
    private const int HasAudio = 4;
    private const int FirstTrailer = 4;
    private const uint LongestHeader = 64 * 1024;
    private const int LongestSound = 500;

    private readonly ulong? _wanted = options?.TimeTrack;
    private int _flags;
    private int _timeTrack;
    private bool _isBegun;
    private bool _hasFrames;
    private uint _start;
    private uint _last;
    private uint _lastDelta;
    private Int128 _first;

    // Frames of tags before here are told of.
    private long _told;

    public override string Name => MediaFormats.Flv;

    // The type of its tags is the number of a track.
    protected override TimeTrack FindTimeTrack() => _timeTrack == 0
        ? default
        : new() { Kind = _timeTrack == FlvTag.Video ? MediaKind.Video : MediaKind.Audio, Id = (ulong)_timeTrack, IsOneOfSeveral = (_flags & (HasVideo | HasAudio)) == (HasVideo | HasAudio) };

    public static bool IsHeader(ReadOnlySpan<byte> head) => head.Length >= FileHeader
        && head.StartsWith("FLV\u0001"u8) && (head[FlagsOffset] & ~(HasVideo | HasAudio)) == 0 && BinaryPrimitives.ReadUInt32BigEndian(head[DataOffset..]) is >= FileHeader and <= LongestHeader;

    protected override Step ReadUnit(in SequenceReader<byte> reader, long limit, bool isFinal)
    {
        Span<byte> scratch = stackalloc byte[FlvTag.LongestPeek];
        var bytes = reader.PeekUpTo(FlvTag.LongestPeek, scratch);
        if (!_isBegun)
        {
            return bytes.Length < FileHeader ? Step.NeedMore : ReadFileHeader(bytes);
        }

        if (bytes.Length < FlvTag.LongestPeek && !isFinal)
        {
            return Step.NeedMore;
        }

        return bytes.Length < FlvTag.HeaderLength ? Step.NeedMore : ReadTag(new FlvTag(bytes));
    }

    private Step ReadFileHeader(ReadOnlySpan<byte> header)
    {
        if (!IsHeader(header))
        {
            return Lose("expected an FLV header, found none");
        }

        _isBegun = true;
        _flags = header[FlagsOffset];
        _timeTrack = _wanted is { } wanted ? (wanted is FlvTag.Audio or FlvTag.Video ? (int)wanted : 0) : (_flags & HasVideo) != 0 ? FlvTag.Video : (_flags & HasAudio) != 0 ? FlvTag.Audio : 0;
        Accept(BinaryPrimitives.ReadUInt32BigEndian(header[DataOffset..]) + FirstTrailer);
        return Step.Accepted;
    }

    private Step ReadTag(in FlvTag tag)
    {
        if (!tag.IsValid)
        {
            return Lose("expected an FLV tag, found bytes that are none");
        }

        // What goes to the block is asked again behind a cut.
        if (tag.IsFrame && Position >= _told)
        {
            _told = Position + 1;
            Frames?.Add(new MediaFrame
            {
                Track = (ulong)tag.Type,
                Kind = tag.Type == FlvTag.Video ? MediaKind.Video : MediaKind.Audio,
                TimeBase = new TimeBase(1, 1000),
                Ticks = (long)tag.Time + tag.Offset,
                IsKey = tag.IsKey,
                Position = Position,
                DataPosition = Position + tag.DataOffset,
                Size = tag.DataLength,
            });
        }

        // A header that names no track leaves it to the first frame.
        _timeTrack = _timeTrack == 0 && _flags == 0 && _wanted is null && tag.IsFrame ? tag.Type : _timeTrack;
        if (!tag.IsFrame || tag.Type != _timeTrack)
        {
            Accept(tag.Length);
            return Step.Accepted;
        }

        var isStart = !_hasFrames || (tag.Type == FlvTag.Video ? tag.IsKey : unchecked(tag.Time + _lastDelta - _start) > LongestSound);
        if (isStart && BlockLength > 0)
        {
            return Step.Cut;
        }

        if (_hasFrames && unchecked(tag.Time - _last) is > 0 and < int.MaxValue and var delta)
        {
            _lastDelta = delta;
        }

        if (isStart)
        {
            _start = tag.Time;
            _first = tag.Time;
            SetTime(ToMicroseconds((Int128)tag.Time + tag.Offset), tag.IsKey, lastsUntilNext: true);
        }

        _hasFrames = true;
        _last = tag.Time;
        SetDuration(ToMicroseconds((Int128)tag.Time + _lastDelta) - ToMicroseconds(_first));
        Accept(tag.Length);
        return Step.Accepted;
    }

    private Step Lose(string message)
    {
        if (BlockLength > 0)
        {
            return Step.Cut;
        }

        SetNotice(message, isRestOpaque: true);
        return AcceptRest();
    }

    private static Int128 ToMicroseconds(Int128 milliseconds) => milliseconds * 1000;
}
