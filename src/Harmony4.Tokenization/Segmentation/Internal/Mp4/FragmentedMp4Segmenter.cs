using System.Buffers;
using System.Buffers.Binary;

namespace Harmony4.Tokenization.Internal;

/// <summary>
/// Fragmented MP4 and CMAF: the first block is everything before the first segment (ftyp, moov); then one block per moof with
/// its media data, wherever that lies, and the boxes before it (styp, sidx, emsg, prft, a later moov); boxes behind the last fragment are the trailer.
/// </summary>
internal sealed class FragmentedMp4Segmenter(SegmenterOptions? options) : FramedSegmenter(options)
{
    private const int MaxDepth = 5;

    /// <summary>The longest header of a box that is looked into: a long box header and the fields of tfhd.</summary>
    private const int LongestPeek = 64;

    private readonly long[] _ends = new long[MaxDepth];
    private readonly uint[] _types = new uint[MaxDepth];
    private readonly Mp4Tracks _tracks = new(options?.TimeTrack);
    private int _depth;
    private Mp4Fragment _fragment;
    private long _runEnd;
    private bool _isPastInit;
    private bool _hasMoov;
    private bool _hasMoof;
    private bool _hasData;
    private long? _earlyData;
    private bool _isLost;

    public override string Name => MediaFormats.FragmentedMp4;

    protected override TimeTrack FindTimeTrack() => _tracks.TryGetTimeTrack(out var track)
        ? new() { Kind = track.Kind, Id = track.Id, IsOneOfSeveral = _tracks.Count > 1 }
        : default;

    protected override Step ReadUnit(in SequenceReader<byte> reader, long limit, bool isFinal)
    {
        if (_isLost)
        {
            return AcceptRest();
        }

        while (_depth > 0 && Position >= _ends[_depth - 1])
        {
            _depth--;
        }

        if (_runEnd > 0)
        {
            return ReadRun(in reader, limit);
        }

        // Whatever the bytes behind the parent are, a header that reaches into them is none.
        if (_depth > 0 && _ends[_depth - 1] - Position < Mp4Box.ShortHeader)
        {
            return SkipDamaged("a box header");
        }

        if (!Mp4Box.TryRead(in reader, out var box))
        {
            return Step.NeedMore;
        }

        return _depth == 0 ? ReadTopBox(box) : ReadInnerBox(in reader, box);
    }

    private Step ReadTopBox(in Mp4Box box)
    {
        if (box.HeaderLength == 0 || (Position == 0 && !box.CanBeginFile))
        {
            return Lose();
        }

        var endsInit = !_isPastInit && _hasMoov && box.BeginsSegment;
        var endsFragment = _hasMoof && (box.Type == Mp4Box.Moof || (_hasData && box.Type != Mp4Box.Mdat) || (_fragment.HasData && Position >= _fragment.DataEnd));
        if (BlockLength > 0 && (endsInit || endsFragment))
        {
            return EndBlock(Step.Cut);
        }

        if (box.Type == Mp4Box.Mdat && !_hasMoof)
        {
            // Its moof may follow. Two without one are not of a fragment.
            if (_earlyData is { } early)
            {
                SayAlone(early);
            }

            _earlyData = Position;
        }

        if (box.Length == 0)
        {
            return AcceptRest();
        }

        switch (box.Type)
        {
            case Mp4Box.Moov:
                _hasMoov = true;
                _tracks.Clear();
                return Enter(box);
            case Mp4Box.Moof:
                _hasMoof = true;
                if (!_tracks.TryGetTimeTrack(out var track))
                {
                    SetNotice("expected a movie header (moov) with a track, found a fragment (moof) before it");
                }

                _earlyData = null;
                _fragment.BeginFragment(track, Position, Position - BlockLength);
                return Enter(box);
            case Mp4Box.Mdat:
                _hasData = _hasMoof;
                Accept(box.Length);

                // A fragment may have its data in several boxes.
                return _hasMoof && !(_fragment.HasData && Position < _fragment.DataEnd) ? EndBlock(Step.Closed) : Step.Accepted;
            default:
                Accept(box.Length);
                return Step.Accepted;
        }
    }

    private Step ReadInnerBox(in SequenceReader<byte> reader, in Mp4Box box)
    {
        var room = _ends[_depth - 1] - Position;
        if (box.HeaderLength == 0 || box.Length > room)
        {
            return SkipDamaged("a box within its parent");
        }

        var length = box.Length == 0 ? room : box.Length;
        if (IsContainer(_types[_depth - 1], box.Type) && _depth < MaxDepth)
        {
            if (box.Type == Mp4Box.Trak)
            {
                _tracks.Add();
            }
            else if (box.Type == Mp4Box.Traf)
            {
                _fragment.BeginTrack();
            }

            return Enter(box.HeaderLength, length, box.Type);
        }

        Span<byte> scratch = stackalloc byte[LongestPeek];
        var peek = (int)Math.Min(LongestPeek, length);
        if (!reader.TryPeek(peek, scratch, out var bytes))
        {
            return Step.NeedMore;
        }

        var body = bytes[box.HeaderLength..];
        if (box.Type == Mp4Box.Trun && InFragment)
        {
            var head = _fragment.BeginRun(body, length - box.HeaderLength);
            if (head == 0)
            {
                SetNotice("expected the samples that a track run (trun) counts, found fewer bytes");
            }
            else if (_fragment.Remaining > 0)
            {
                _runEnd = Position + length;
                Accept(box.HeaderLength + head);
                return Step.Accepted;
            }

            Place();
        }
        else
        {
            ReadLeaf(box.Type, body);
        }

        Accept(length);
        return Step.Accepted;
    }

    private void ReadLeaf(uint type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case Mp4Box.Tkhd when Has(body, out var at, 12, 20):
                _tracks.Current.Id = BinaryPrimitives.ReadUInt32BigEndian(body[at..]);
                break;
            case Mp4Box.Mdhd when Has(body, out var at, 12, 20):
                _tracks.Current.Timescale = BinaryPrimitives.ReadUInt32BigEndian(body[at..]);
                break;
            case Mp4Box.Hdlr when body.Length >= 12:
                _tracks.Current.Kind = KindOf(body[8..12]);
                break;
            case Mp4Box.Trex when body.Length >= 24:
                ref var track = ref _tracks.Find(BinaryPrimitives.ReadUInt32BigEndian(body[4..]));
                track.DefaultDuration = BinaryPrimitives.ReadUInt32BigEndian(body[12..]);
                track.DefaultSize = BinaryPrimitives.ReadUInt32BigEndian(body[16..]);
                track.DefaultFlags = BinaryPrimitives.ReadUInt32BigEndian(body[20..]);
                break;
            case Mp4Box.Tfhd when InFragment:
                _fragment.ReadHeader(body, _tracks);
                break;
            case Mp4Box.Tfdt when InFragment && _fragment.IsTimeTrack:
                _fragment.ReadDecodeTime(body);
                break;
        }
    }

    private bool InFragment => _types[_depth - 1] == Mp4Box.Traf;

    /// <summary>The offset of a field that follows two times, 32 bits wide in version 0 and 64 in version 1.</summary>
    private static bool Has(ReadOnlySpan<byte> body, out int at, int version0, int version1)
    {
        at = body.Length > 0 && body[0] == 1 ? version1 : version0;
        return body.Length >= at + 4;
    }

    private static MediaKind KindOf(ReadOnlySpan<byte> handler) =>
        handler.SequenceEqual("vide"u8) ? MediaKind.Video : handler.SequenceEqual("soun"u8) ? MediaKind.Audio : MediaKind.Data;

    private static bool IsContainer(uint parent, uint type) => type switch
    {
        Mp4Box.Trak or Mp4Box.Mvex => parent == Mp4Box.Moov,
        Mp4Box.Mdia => parent == Mp4Box.Trak,
        Mp4Box.Traf => parent == Mp4Box.Moof,
        _ => false,
    };

    private Step ReadRun(in SequenceReader<byte> reader, long limit)
    {
        var entry = _fragment.EntryLength;
        if (_fragment.Remaining == 0)
        {
            var rest = _runEnd - Position;
            _runEnd = 0;
            Accept(rest);
            return Step.Accepted;
        }

        Span<byte> scratch = stackalloc byte[LongestPeek];
        scoped var bytes = reader.UnreadSpan;
        var wanted = Math.Min(_fragment.Remaining, (limit + entry - 1) / entry);
        if (bytes.Length >= entry)
        {
            bytes = bytes[..(entry * (int)Math.Min(wanted, bytes.Length / entry))];
        }
        else if (!reader.TryPeek(entry, scratch, out bytes))
        {
            return Step.NeedMore;
        }

        _fragment.ReadSamples(bytes);
        Place();
        Accept(bytes.Length);
        return Step.Accepted;
    }

    private void Place()
    {
        if (_fragment.HasSamples && _fragment.Timescale != 0)
        {
            SetTime(MediaClock.Scale(_fragment.FirstTime, _fragment.Timescale), _fragment.IsKey);
            SetDuration(MediaClock.Scale(_fragment.End, _fragment.Timescale) - MediaClock.Scale(_fragment.Start, _fragment.Timescale));
        }
    }

    private Step Enter(in Mp4Box box) => Enter(box.HeaderLength, box.Length, box.Type);

    private Step Enter(int headerLength, long length, uint type)
    {
        _ends[_depth] = Position + length;
        _types[_depth++] = type;
        Accept(headerLength);
        return Step.Accepted;
    }

    /// <summary>Goes over the rest of the outermost box: its own length still tells where the next one begins.</summary>
    private Step SkipDamaged(string expected)
    {
        SetNotice($"expected {expected}, found bytes that are none");
        Accept(_ends[0] - Position);
        _depth = 0;
        return Step.Accepted;
    }

    protected override void OnEnd()
    {
        if (_earlyData is { } early)
        {
            SayAlone(early);
        }
    }

    private void SayAlone(long position) => SetNotice("expected a movie fragment (moof) with media data (mdat), found data without one", position);

    private Step Lose()
    {
        if (BlockLength > 0)
        {
            return EndBlock(Step.Cut);
        }

        SetNotice("expected a box header, found bytes that are none");
        _isLost = true;
        return AcceptRest();
    }

    private Step EndBlock(Step step)
    {
        _isPastInit |= _hasMoov || _hasMoof;
        _hasMoov = false;
        _hasMoof = false;
        _hasData = false;
        return step;
    }
}
