using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;

namespace Harmony4.Tokenization.Internal;

/// <summary>
/// MP4, MOV and CMAF. Fragments: the first block is everything before the first segment (ftyp, moov); then one block per moof with
/// its media data, wherever that lies, and the boxes before it (styp, sidx, emsg, prft, a later moov); boxes behind the last fragment are the trailer.
/// Sample tables, where they are read: the first block is everything before the first sample of the time track; then one block from each sample on that
/// decoding can begin at; boxes behind the media data are the trailer, or fragments.
/// </summary>
internal sealed partial class Mp4Segmenter(SegmenterOptions? options, bool readsTables) : FramedSegmenter(options)
{
    private const int MaxDepth = 5;

    /// <summary>The longest header of a box that is looked into: a long box header and the fields of tfhd.</summary>
    private const int LongestPeek = 64;

    private readonly long[] _ends = new long[MaxDepth];
    private readonly uint[] _types = new uint[MaxDepth];
    private readonly ulong? _wanted = options?.TimeTrack;
    private readonly Mp4Fragment _fragment = new() { Frames = options?.Frames };
    private Mp4Tracks _tracks = new(options?.TimeTrack) { KeepsAll = options?.Frames is not null };
    private int _depth;
    private long _runEnd;
    private bool _isPastInit;
    private bool _hasMoov;
    private bool _hasMoof;
    private bool _hasData;
    private long? _earlyData;

    // The table that is being read.
    private long _tableEnd;
    private Mp4SampleTables? _table;

    // Where blocks begin by the tables, and the box that is gone over in their pieces.
    private Mp4BlockStarts? _starts;
    private bool _isBehindStart;
    private bool _hasStarts;
    private bool _hasMovie;
    private bool _isPrepared;
    private long _dataEnd;

    // The bytes of the movie header that is read alone.
    private long _movieLength;

    public override string Name => readsTables ? MediaFormats.Mp4 : MediaFormats.FragmentedMp4;

    public override long HeldLength => _tracks.TablesLength + (_starts?.HeldLength ?? 0);

    protected override TimeTrack FindTimeTrack() => _tracks.TryGetTimeTrack(out var track)
        ? new() { Kind = track.Kind, Id = track.Id, IsOneOfSeveral = _tracks.Count > 1 }
        : default;

    protected override Step ReadUnit(in SequenceReader<byte> reader, long limit, bool isFinal)
    {
        while (_depth > 0 && Position >= _ends[_depth - 1])
        {
            Leave();
        }

        if (_runEnd > 0)
        {
            return ReadRun(in reader, limit);
        }

        if (Position < _tableEnd)
        {
            return ReadTable(in reader, limit);
        }

        if (Position < _dataEnd)
        {
            return ReadData();
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

        // Tables go before all else: whatever boxes there are, samples lie where they say.
        if (_starts is not null)
        {
            if (Position < _starts.DataEnd)
            {
                return BeginData(box);
            }

            if (_isBehindStart && box.Type == Mp4Box.Mdat)
            {
                // Of other tracks.
                return Skip(box);
            }

            _starts = null;
            if (_isBehindStart)
            {
                return EndBlock(Step.Cut);
            }
        }

        var endsInit = !_isPastInit && _hasMoov && box.BeginsSegment;
        var endsFragment = _hasMoof && (box.Type == Mp4Box.Moof || (_hasData && box.Type != Mp4Box.Mdat) || (_fragment.HasData && Position >= _fragment.DataEnd));
        if (BlockLength > 0 && (endsInit || endsFragment))
        {
            return EndBlock(Step.Cut);
        }

        if (box.Type == Mp4Box.Mdat && !_hasMoof && Frames?.Tables is null)
        {
            // Its moof may follow. Two without one are not of a fragment.
            if (_earlyData is { } early)
            {
                SayAlone(early);
            }

            _earlyData = _hasMovie && !_tracks.MayHaveFragments && readsTables ? null : Position;
            if (readsTables && !_hasMovie)
            {
                SetNotice("expected the movie header (moov) before the media data (mdat), found it not: where it stands behind, a file is needed, which can be read twice", isRestOpaque: true);
            }
        }

        // One that goes on to the end can be looked into where its end is known.
        if (box.Length == 0 && !(box.Type == Mp4Box.Moov && _movieLength > 0))
        {
            return AcceptRest();
        }

        switch (box.Type)
        {
            case Mp4Box.Moov when _isPrepared:
                return Skip(box);
            case Mp4Box.Moov:
                _hasMoov = true;
                _hasMovie = true;
                _tracks.Clear();
                return Enter(box.HeaderLength, box.Length == 0 ? _movieLength : box.Length, box.Type);
            case Mp4Box.Moof:
                _hasMoof = true;
                if (!_tracks.TryGetTimeTrack(out var track))
                {
                    SetNotice("expected a movie header (moov) with a track, found a fragment (moof) before it");
                }

                _earlyData = null;
                _fragment.BeginFragment(track, Position, Position - BlockLength, _tracks.IsOpen);
                return Enter(box);
            case Mp4Box.Mdat:
                _hasData = _hasMoof;
                Accept(box.Length);

                // A fragment may have its data in several boxes.
                return _hasMoof && !(_fragment.HasData && Position < _fragment.DataEnd) ? EndBlock(Step.Closed) : Step.Accepted;
            default:
                return Skip(box);
        }
    }

    private Step Skip(in Mp4Box box)
    {
        if (box.Length == 0)
        {
            return AcceptRest();
        }

        Accept(box.Length);
        return Step.Accepted;
    }

    /// <summary>Begins to go over a box in which blocks may begin.</summary>
    private Step BeginData(in Mp4Box box)
    {
        _dataEnd = box.Length == 0 ? long.MaxValue : Position + box.Length;
        Accept(box.HeaderLength);
        SkipStarts();
        return Step.Accepted;
    }

    private Step ReadData()
    {
        if (_starts!.Position == Position)
        {
            if (BlockLength > 0)
            {
                return EndBlock(Step.Cut);
            }

            var timescale = _starts.Timescale;
            var start = MediaClock.Scale(_starts.DecodeTime, timescale);
            SetTime(MediaClock.Scale(_starts.Time, timescale), _starts.IsKey);
            _starts.MoveNext();
            SetDuration(MediaClock.Scale(_starts.DecodeTime, timescale) - start);
            _isBehindStart = true;
        }

        var end = Math.Min(_dataEnd, _starts.Position);
        if (end == long.MaxValue)
        {
            return AcceptRest();
        }

        Accept(end - Position);
        return Step.Accepted;
    }

    /// <summary>Goes over starts at which no block can begin any more.</summary>
    private void SkipStarts()
    {
        while (_starts!.Position < Position)
        {
            _starts.MoveNext();
        }
    }

    /// <summary>Ends the innermost box.</summary>
    private void Leave()
    {
        if (--_depth > 0)
        {
            if (_types[_depth] == Mp4Box.Traf)
            {
                _fragment.EndTrack();
            }

            return;
        }

        if (_types[0] == Mp4Box.Moov)
        {
            EndMovie();
        }
        else
        {
            EndFragment();
        }
    }

    private void EndFragment()
    {
        var id = _fragment.EndFragment(mayChange: !HasBlocks);
        if (_tracks.IsOpen && _fragment.HasSamples)
        {
            _tracks.Choose(id);
        }

        Place();
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
            else if (box.Type == Mp4Box.Mvex)
            {
                _tracks.MayHaveFragments = true;
            }
            else if (box.Type == Mp4Box.Stbl)
            {
                _tracks.BeginTables();
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
        if (Mp4SampleTables.IsTable(box.Type) && _types[_depth - 1] == Mp4Box.Stbl)
        {
            if (box.Type is Mp4Box.Stsz or Mp4Box.Stz2 && body.Length >= 12)
            {
                _tracks.Current.SampleCount = BinaryPrimitives.ReadUInt32BigEndian(body[8..]);
            }

            if (_tracks.Current.Tables is { } tables)
            {
                tables.Begin(box.Type, length - box.HeaderLength);
                _table = tables;
                _tableEnd = Position + length;
                Accept(box.HeaderLength);
                return Step.Accepted;
            }
        }
        else if (box.Type == Mp4Box.Elst && _types[_depth - 1] == Mp4Box.Edts)
        {
            _tracks.Current.Edits = _table = new Mp4SampleTables(LongestEdits);
            _table.Begin(box.Type, length - box.HeaderLength);
            _tableEnd = Position + length;
            Accept(box.HeaderLength);
            return Step.Accepted;
        }
        else if (box.Type == Mp4Box.Trun && InFragment)
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
            case Mp4Box.Hdlr when body.Length >= 12 && _types[_depth - 1] == Mp4Box.Mdia:
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
            case Mp4Box.Mvhd when Has(body, out var at, 12, 20):
                _tracks.MovieTimescale = BinaryPrimitives.ReadUInt32BigEndian(body[at..]);
                break;
            case Mp4Box.Tfdt when InFragment:
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

    private bool IsContainer(uint parent, uint type) => type switch
    {
        Mp4Box.Minf => readsTables && parent == Mp4Box.Mdia,
        Mp4Box.Stbl => parent == Mp4Box.Minf,
        Mp4Box.Trak or Mp4Box.Mvex => parent == Mp4Box.Moov,
        Mp4Box.Mdia => parent == Mp4Box.Trak,
        Mp4Box.Edts => parent == Mp4Box.Trak && Frames is not null,
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

    private Step ReadTable(in SequenceReader<byte> reader, long limit)
    {
        var bytes = reader.UnreadSpan;
        bytes = bytes[..(int)Math.Min(bytes.Length, Math.Min(limit, _tableEnd - Position))];
        _table!.Add(bytes);
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
        _depth = 1;
        Leave();
        return Step.Accepted;
    }

    protected override void OnEnd()
    {
        // A fragment that was cut has told of the samples up to there; a movie header has not.
        while (_depth > 0 && (_types[0] == Mp4Box.Moof || Position >= _ends[_depth - 1]))
        {
            Leave();
        }

        if (_earlyData is { } early)
        {
            SayAlone(early);
        }

        // Of a movie header alone nothing else is expected.
        if (_starts is not null && Position < _starts.DataEnd && _movieLength == 0)
        {
            SetNotice(string.Create(CultureInfo.InvariantCulture, $"expected media data up to position {_starts.DataEnd} by the sample tables, found the end of the input"));
        }
    }

    private void SayAlone(long position) => SetNotice("expected a movie fragment (moof) with media data (mdat), found data without one", position);

    private Step Lose()
    {
        if (BlockLength > 0)
        {
            return EndBlock(Step.Cut);
        }

        SetNotice("expected a box header, found bytes that are none", isRestOpaque: true);
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
