using System.Buffers;

namespace Harmony4.Tokenization.Internal;

/// <summary>
/// Ogg: the header pages of all streams are the first block; then a block begins at every page of the time track that begins
/// with a new packet, and takes the pages of other streams behind it. The headers of a chained stream go with its first data.
/// </summary>
internal sealed class OggSegmenter(SegmenterOptions? options) : ResynchronisingSegmenter(options)
{
    private readonly ulong? _wanted = options?.TimeTrack;
    private readonly OggStreams _streams = new(options?.TimeTrack);
    private int _timeTrack = -1;
    private bool _isPastInit;
    private bool _isLaterHeader;

    private OpusPackets _opus;
    private uint _sequence;
    private bool _hasEnd;
    private long _end;
    private long _packetLength;
    private long _first;
    private long _blockPackets;

    // How many samples the block's packets have; null where they do not say it.
    private long? _blockSamples;

    public override string Name => MediaFormats.Ogg;

    protected override int LongestUnit => OggPage.Longest;

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

        if (page.IsFirst)
        {
            return BeginStream(page);
        }

        // Where the lengths of packets tell the time, all of them have to be there.
        if (_timeTrack >= 0 && _streams[_timeTrack].Codec == OggCodec.Opus && page.Serial == _streams[_timeTrack].Serial && reader.Remaining < page.Length && !isFinal)
        {
            return Step.NeedMore;
        }

        return ReadPage(page, in reader);
    }

    protected override bool? IsSync(in SequenceReader<byte> reader, bool isFinal)
    {
        Span<byte> scratch = stackalloc byte[OggPage.FixedHeader];
        var bytes = reader.PeekUpTo(OggPage.FixedHeader, scratch);
        return !OggPage.CanBegin(bytes) ? false : bytes.Length == OggPage.FixedHeader ? true : null;
    }

    protected override void OnResynchronised()
    {
        _hasEnd = false;
        _opus.Clear();
    }

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

    private Step ReadPage(in OggPage page, in SequenceReader<byte> reader)
    {
        var index = _streams.Find(page.Serial);
        if (index < 0 || _streams[index].TakeHeaders(page))
        {
            Accept(page.Length);
            return Step.Accepted;
        }

        if (index == _timeTrack && _streams[index].IsVideo && !HasBlocks && !HasTime && page is { IsLast: true, Packets: <= 1 } && _streams.CountTimed() > 1 && _wanted is null)
        {
            // A stream of one picture is a still one, and has no time to give.
            _streams[index].IsStill = true;
            _timeTrack = _streams.FindTimeTrack();
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
            Place(page, _streams[index], in reader);
        }

        Accept(page.Length);
        return Step.Accepted;
    }

    private void Place(in OggPage page, in OggStream stream, in SequenceReader<byte> reader)
    {
        // Set from the page before: a block that has no time begins here, or waits for a page on which a packet ends.
        _blockPackets = BlockLength == 0 ? page.Packets : _blockPackets + page.Packets;
        if (stream.Codec == OggCodec.Opus && reader.Remaining >= page.Length)
        {
            var samples = _opus.Take(page, reader.UnreadSequence.Slice(OggPage.FixedHeader + page.Lacing.Length, page.Length - OggPage.FixedHeader - page.Lacing.Length));
            _blockSamples = BlockLength == 0 ? samples : _blockSamples + samples;
        }
        else
        {
            _blockSamples = null;
        }

        // Pages are missing when their number jumps ahead. One that does not count on is wrong itself.
        _hasEnd &= unchecked((int)(page.Sequence - _sequence)) <= 1;
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
            _first = FindStart(page, stream, out var isKnown);
            SetTime(stream.ToMicroseconds(_first), isKey: isKnown);
        }

        _packetLength = Math.Max(0, page.Granule - _first) / _blockPackets;
        _end = page.Granule;
        _hasEnd = true;
        SetDuration(stream.ToMicroseconds(_end) - stream.ToMicroseconds(_first));
    }

    /// <summary>
    /// Audio granules say where packets end. A block begins as far in front of that as its packets last, where they say it, but not before the page in front ended: the last page of a stream may
    /// count less than its packets hold. Else it begins where the page before ended; where that is not known, at 0 when its packets can reach back so far, else as far back as the packets before were
    /// long. Where none were, nothing is known but its end: nobody can begin there.
    /// </summary>
    private long FindStart(in OggPage page, in OggStream stream, out bool isKnown)
    {
        isKnown = true;
        var granule = page.Granule;
        if (_blockSamples is { } samples)
        {
            return page.IsLast && _hasEnd && _end <= granule ? Math.Max(granule - samples, _end) : granule - samples;
        }

        if (_hasEnd && _end <= granule)
        {
            return _end;
        }

        if (granule <= _blockPackets * stream.LongestPacket)
        {
            return Math.Min(granule, 0);
        }

        isKnown = _packetLength > 0;
        return granule - (_blockPackets * _packetLength);
    }
}
