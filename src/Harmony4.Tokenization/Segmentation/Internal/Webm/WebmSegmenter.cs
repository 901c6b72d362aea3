using System.Buffers;
using System.Buffers.Binary;

namespace Harmony4.Tokenization.Internal;

/// <summary>
/// WebM and Matroska: everything before the first cluster is the first block; then one block per cluster, of known or unknown
/// size; what stands between and behind clusters (Cues, Tags) makes blocks of its own. A later EBML header joins its first cluster.
/// </summary>
internal sealed class WebmSegmenter(SegmenterOptions? options) : ResynchronisingSegmenter(options)
{
    private const int MaxDepth = 4;
    private const long UnknownEnd = long.MaxValue;
    private const byte KeyFlag = 0x80;

    /// <summary>A header, then a block's track number, relative time and flags, or an integer.</summary>
    private const int LongestPeek = EbmlElement.LongestHeader + EbmlElement.LongestVarInt + 3;

    private readonly long[] _ends = new long[MaxDepth];
    private readonly uint[] _ids = new uint[MaxDepth];
    private int _depth;
    private WebmTracks _tracks = new(options?.TimeTrack, keepsAll: options?.Frames is not null);
    private WebmFrames _frames;
    private bool _hasCluster;
    private bool _isPastInit;
    private bool _isLaterHeader;
    private bool _groupHasFrame;
    private bool _groupIsKey;
    private Int128 _groupTime;
    private ulong _groupDuration;
    private readonly WebmGroup? _group = options?.Frames is null ? null : new WebmGroup();

    public override string Name => MediaFormats.Webm;

    protected override byte SyncByte => (byte)(EbmlElement.Cluster >> 24);

    protected override TimeTrack FindTimeTrack() => _tracks.HasTimeTrack
        ? new() { Kind = _tracks.TimeTrack.Kind, Id = _tracks.TimeTrack.Number, IsOneOfSeveral = _tracks.Count > 1 }
        : default;

    protected override Step ReadFrame(in SequenceReader<byte> reader, long limit, bool isFinal)
    {
        if (!EbmlElement.TryRead(in reader, out var element))
        {
            return Step.NeedMore;
        }

        if (element.HeaderLength == 0)
        {
            return LoseFrame("an EBML element");
        }

        while (_depth > 0 && _ends[_depth - 1] == UnknownEnd && (_depth > 1 ? element.EndsCluster : element.EndsSegment))
        {
            Leave();
        }

        if (_depth == 0 && !(element.EndsSegment || (Position > 0 && element.Id is EbmlElement.Void or EbmlElement.Crc32)))
        {
            return LoseFrame("an EBML header or a segment");
        }

        if (element.IsUnknownSize ? element.Id is not (EbmlElement.Segment or EbmlElement.Cluster) : _depth > 0 && element.Length > _ends[_depth - 1] - Position)
        {
            return LoseFrame("an element within its parent");
        }

        if (BlockLength > 0 && BeginsBlock(element))
        {
            return Cut();
        }

        return IsMaster(element.Id) ? Enter(element) : ReadLeaf(in reader, element);
    }

    protected override bool? IsSync(in SequenceReader<byte> reader, bool isFinal)
    {
        Span<byte> scratch = stackalloc byte[EbmlElement.LongestHeader + 1];
        var bytes = reader.PeekUpTo(scratch.Length, scratch);
        if (bytes.Length < scratch.Length && !isFinal)
        {
            return null;
        }

        return EbmlElement.TryRead(bytes, out var element)
            && element.Id == EbmlElement.Cluster
            && bytes.Length > element.HeaderLength
            && (uint)bytes[element.HeaderLength] is EbmlElement.Timestamp or EbmlElement.Crc32;
    }

    protected override void OnResynchronised()
    {
        // Whatever the segment said of its size was said of undamaged bytes.
        _depth = 1;
        _ids[0] = EbmlElement.Segment;
        _ends[0] = UnknownEnd;
        EndBlock();
    }

    private bool BeginsBlock(in EbmlElement element) => element.Id switch
    {
        EbmlElement.Cluster when _depth == 1 => !_isLaterHeader,
        EbmlElement.Header => _isPastInit || _hasCluster,
        _ => _depth == 1 && _hasCluster,
    };

    private bool IsMaster(uint id) => id switch
    {
        EbmlElement.Segment => _depth == 0,
        EbmlElement.Info or EbmlElement.Tracks or EbmlElement.Cluster => _depth == 1,
        EbmlElement.TrackEntry => _depth == 2 && _ids[1] == EbmlElement.Tracks,
        EbmlElement.BlockGroup => _depth == 2 && _ids[1] == EbmlElement.Cluster,
        _ => false,
    };

    private Step Enter(in EbmlElement element)
    {
        switch (element.Id)
        {
            case EbmlElement.Tracks:
                _tracks.Clear();
                break;
            case EbmlElement.TrackEntry:
                _tracks.BeginEntry();
                break;
            case EbmlElement.Cluster:
                _hasCluster = true;
                _isLaterHeader = false;
                _frames.BeginCluster();
                break;
            case EbmlElement.BlockGroup:
                _groupHasFrame = false;
                _groupIsKey = true;
                _groupDuration = 0;
                _group?.Clear();
                break;
        }

        _ends[_depth] = element.IsUnknownSize ? UnknownEnd : Position + element.Length;
        _ids[_depth++] = element.Id;
        Accept(element.HeaderLength);
        LeaveEnded();
        return Step.Accepted;
    }

    /// <summary>Leaves elements as soon as their last byte is accepted: at the end of the input, nothing behind them would tell.</summary>
    private void LeaveEnded()
    {
        while (_depth > 0 && Position >= _ends[_depth - 1])
        {
            Leave();
        }
    }

    private void Leave()
    {
        _depth--;
        if (_ids[_depth] == EbmlElement.TrackEntry)
        {
            _tracks.EndEntry();
        }
        else if (_ids[_depth] == EbmlElement.BlockGroup)
        {
            if (_groupHasFrame)
            {
                Place(_groupTime, _groupIsKey, _groupDuration);
            }

            _group?.Tell(Frames!, _groupIsKey, _groupDuration, _frames.Scale);
        }
    }

    private Step ReadLeaf(in SequenceReader<byte> reader, in EbmlElement element)
    {
        if (_depth == 0)
        {
            _isLaterHeader = element.Id == EbmlElement.Header && _isPastInit;
        }
        else if (_depth > 1)
        {
            Span<byte> scratch = stackalloc byte[_group is null ? LongestPeek : LongestPeek + WebmBlock.LongestHead];
            if (!reader.TryPeek((int)Math.Min(scratch.Length, element.Length), scratch, out var bytes))
            {
                return Step.NeedMore;
            }

            ReadField(element, bytes[element.HeaderLength..]);
            if (_group is not null && element.Id is EbmlElement.SimpleBlock or EbmlElement.Block)
            {
                ReadFrames(element, bytes[element.HeaderLength..], _group);
            }
        }

        Accept(element.Length);
        LeaveEnded();
        return Step.Accepted;
    }

    private void ReadField(in EbmlElement element, ReadOnlySpan<byte> body)
    {
        var isNumber = element.Size <= sizeof(ulong);
        switch (_ids[_depth - 1])
        {
            case EbmlElement.Info when isNumber && element.Id == EbmlElement.TimestampScale:
                _frames.Scale = EbmlElement.ReadUnsigned(body);
                break;
            case EbmlElement.TrackEntry when isNumber:
                _tracks.ReadField(element.Id, EbmlElement.ReadUnsigned(body));
                break;
            case EbmlElement.Cluster when isNumber && element.Id == EbmlElement.Timestamp:
                _frames.SetClusterTime(EbmlElement.ReadUnsigned(body));
                break;
            case EbmlElement.Cluster when element.Id == EbmlElement.SimpleBlock && TryReadBlock(body, out var time, out var flags):
                Place(time, (flags & KeyFlag) != 0, 0);
                break;
            case EbmlElement.BlockGroup when element.Id == EbmlElement.Block:
                _groupHasFrame = TryReadBlock(body, out _groupTime, out _);
                break;
            case EbmlElement.BlockGroup when isNumber && element.Id == EbmlElement.BlockDuration:
                _groupDuration = EbmlElement.ReadUnsigned(body);
                break;
            case EbmlElement.BlockGroup when element.Id == EbmlElement.ReferenceBlock:
                _groupIsKey = false;
                break;
        }
    }

    /// <summary>Reads the head of a block; <see langword="false"/> when it is not of the time track.</summary>
    private bool TryReadBlock(ReadOnlySpan<byte> body, out Int128 time, out byte flags)
    {
        time = default;
        flags = 0;
        var length = EbmlElement.ReadVarInt(body, out var number);
        if (length == 0 || body.Length < length + 3 || !_tracks.HasTimeTrack || (ulong)number != _tracks.TimeTrack.Number)
        {
            return false;
        }

        time = _frames.TimeOf(BinaryPrimitives.ReadInt16BigEndian(body[length..]), _tracks.TimeTrack);
        flags = body[length + 2];
        return true;
    }

    private void ReadFrames(in EbmlElement element, ReadOnlySpan<byte> body, WebmGroup group)
    {
        Span<long> sizes = stackalloc long[WebmBlock.MostFrames];
        if (!WebmBlock.TryRead(body, element.Size, sizes, out var block) || !_tracks.TryFind(block.Track, out var track))
        {
            return;
        }

        if (block.Sizes.IsEmpty)
        {
            SetNotice("expected a block with frames that fit it, found a longer lace");
            return;
        }

        group.Take(block, body, track, _frames.TimeOf(block.RelativeTime, track), Position + element.HeaderLength);
        if (element.Id == EbmlElement.SimpleBlock)
        {
            group.Tell(Frames!, block.IsKey, duration: 0, _frames.Scale);
        }
    }

    private void Place(Int128 time, bool isKey, ulong duration)
    {
        _frames.Add(time, duration, _tracks.TimeTrack);
        SetTime(_frames.Pts, isKey, lastsUntilNext: true);
        SetDuration(_frames.Duration);
    }

    private Step Cut()
    {
        EndBlock();
        return Step.Cut;
    }

    private void EndBlock()
    {
        _isPastInit = true;
        _hasCluster = false;
        _isLaterHeader = false;
    }

    private Step LoseFrame(string expected)
    {
        EndBlock();
        _depth = 0;
        return Lose($"expected {expected}, found bytes that are none");
    }
}
