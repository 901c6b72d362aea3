using System.Buffers;

namespace Harmony4.Tokenization.Internal;

/// <summary>
/// Ogg: the header pages of all streams are the first block; then a block begins at every page of the time track that begins
/// with a new packet, and takes the pages of other streams behind it. The headers of a chained stream go with its first data.
/// </summary>
internal sealed class OggSegmenter(SegmenterOptions? options) : ResynchronisingSegmenter(options)
{
    private readonly OggStreams _streams = new(options?.TimeTrack);
    private int _timeTrack = -1;
    private bool _isPastInit;
    private bool _isLaterHeader;

    private uint _sequence;
    private bool _hasEnd;
    private long _end;
    private long _packetLength;
    private long _first;
    private long _blockPackets;

    public override string Name => MediaFormats.Ogg;

    protected override byte SyncByte => (byte)'O';

    protected override bool MayStartLate => true;

    protected override bool? FindStart(ReadOnlySpan<byte> bytes, int limit, bool isFront, bool isAll, out int passed) => PageSearch.Find(bytes, limit, isFront, isAll, out passed);

    protected override TimeTrack FindTimeTrack() => _timeTrack >= 0
        ? new() { Kind = _streams[_timeTrack].Kind, Id = _streams[_timeTrack].Serial, IsOneOfSeveral = _streams.CountTimed() > 1 }
        : default;

    protected override Step ReadFrame(in SequenceReader<byte> reader, long limit, bool isFinal)
    {
        Span<byte> scratch = stackalloc byte[OggPage.LongestPeek];
        if (!OggPage.TryRead(in reader, scratch, out var page))
        {
            return Step.NeedMore;
        }

        if (page.Length == 0)
        {
            return Lose("expected the capture pattern of a page (OggS), found other bytes");
        }

        return page.IsFirst ? BeginStream(page) : ReadPage(page);
    }

    protected override bool? IsSync(in SequenceReader<byte> reader, bool isFinal)
    {
        Span<byte> scratch = stackalloc byte[OggPage.FixedHeader];
        var bytes = reader.PeekUpTo(OggPage.FixedHeader, scratch);
        return !OggPage.CanBegin(bytes) ? false : bytes.Length == OggPage.FixedHeader ? true : null;
    }

    protected override void OnResynchronised() => _hasEnd = false;

    private Step BeginStream(in OggPage page)
    {
        if (_isPastInit && !_isLaterHeader)
        {
            if (BlockLength > 0)
            {
                return Step.Cut;
            }

            _streams.Clear();
            _isLaterHeader = true;
            _hasEnd = false;
        }

        _streams.Add(page.Serial, page.Head);
        var added = _streams.Find(page.Serial);
        if (added >= 0)
        {
            _streams[added].TakeHeaders(page);
        }

        _timeTrack = _streams.FindTimeTrack();
        Accept(page.Length);
        return Step.Accepted;
    }

    private Step ReadPage(in OggPage page)
    {
        var index = _streams.Find(page.Serial);
        if (index < 0 || _streams[index].TakeHeaders(page))
        {
            Accept(page.Length);
            return Step.Accepted;
        }

        var isTimeTrack = index == _timeTrack;
        if (BlockLength > 0 && (!_isPastInit || (isTimeTrack && !page.IsContinued)) && !_isLaterHeader)
        {
            _isPastInit = true;
            return Step.Cut;
        }

        _isPastInit = true;
        _isLaterHeader &= !isTimeTrack;
        if (isTimeTrack)
        {
            Place(page, _streams[index]);
        }

        Accept(page.Length);
        return Step.Accepted;
    }

    private void Place(in OggPage page, in OggStream stream)
    {
        // Set from the page before: a block that has no time begins here, or waits for a page on which a packet ends.
        _blockPackets = BlockLength == 0 ? page.Packets : _blockPackets + page.Packets;
        _hasEnd &= page.Sequence == unchecked(_sequence + 1);
        _sequence = page.Sequence;
        if (page.Granule == OggPage.NoGranule || _blockPackets == 0)
        {
            return;
        }

        if (stream.IsVideo)
        {
            stream.ReadVideo(page.Granule, out var end, out var sinceKey);
            if (!HasTime)
            {
                _first = end - _blockPackets;
                SetTime(stream.ToMicroseconds(_first), isKey: sinceKey == _blockPackets - 1);
            }

            SetDuration(stream.ToMicroseconds(end) - stream.ToMicroseconds(_first));
            return;
        }

        if (!HasTime)
        {
            _first = FindStart(page.Granule, stream);
            SetTime(stream.ToMicroseconds(_first), isKey: true);
        }

        _packetLength = Math.Max(0, page.Granule - _first) / _blockPackets;
        _end = page.Granule;
        _hasEnd = true;
        SetDuration(stream.ToMicroseconds(_end) - stream.ToMicroseconds(_first));
    }

    /// <summary>
    /// Audio granules say where packets end. A block begins where the page before ended; where that is not known, at 0 when
    /// its packets can reach back so far, else as far back as the packets before were long.
    /// </summary>
    private long FindStart(long granule, in OggStream stream)
    {
        if (_hasEnd && _end <= granule)
        {
            return _end;
        }

        return granule <= _blockPackets * stream.LongestPacket ? Math.Min(granule, 0) : granule - (_blockPackets * _packetLength);
    }
}
