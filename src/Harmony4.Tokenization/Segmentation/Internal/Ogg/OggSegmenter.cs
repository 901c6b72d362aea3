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
    private readonly OggFrames? _frames = options?.Frames is { } frames ? new OggFrames(frames) : null;
    private int _timeTrack = -1;
    private bool _isPastInit;
    private bool _isLaterHeader;

    private Int128 _packetLength;
    private Int128 _first;
    private long _blockPackets;

    // How long the block's packets last, in granules; null where they do not say it.
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

        var index = _streams.Find(page.Serial);
        if (index >= 0 && reader.Remaining < page.Length && !isFinal && _streams[index].NeedsWholePages(index == _timeTrack || _frames is not null))
        {
            return Step.NeedMore;
        }

        var headerLength = OggPage.FixedHeader + page.Lacing.Length;
        return ReadPage(page, index, reader.UnreadSequence.Slice(headerLength, Math.Min(page.Length, reader.Remaining) - headerLength));
    }

    protected override bool? IsSync(in SequenceReader<byte> reader, bool isFinal)
    {
        Span<byte> scratch = stackalloc byte[OggPage.FixedHeader];
        var bytes = reader.PeekUpTo(OggPage.FixedHeader, scratch);
        return !OggPage.CanBegin(bytes) ? false : bytes.Length == OggPage.FixedHeader ? true : null;
    }

    protected override void OnResynchronised()
    {
        _streams.Restart();
        BeginBlock();
    }

    protected override void OnEnd() => SayCutPackets(_streams.HasOpenPacket());

    private Step BeginStream(in OggPage page)
    {
        if (_isPastInit && !_isLaterHeader)
        {
            if (BlockLength > 0)
            {
                return Step.Cut;
            }

            SayCutPackets(_streams.HasOpenPacket());
            _streams.Clear();
            _isLaterHeader = true;
            _packetLength = 0;
            BeginBlock();
        }

        _streams.Add(page.Serial, page.Head);
        var added = _streams.Find(page.Serial);
        if (added >= 0)
        {
            _streams[added].TakeHeaders(page, default);
        }

        _timeTrack = _streams.FindTimeTrack();
        Accept(page.Length);
        return Step.Accepted;
    }

    /// <summary>Counts the packets of a block from here on.</summary>
    private void BeginBlock() => (_blockPackets, _blockSamples) = (0, 0);

    private Step ReadPage(in OggPage page, int index, in ReadOnlySequence<byte> body)
    {
        if (index < 0 || _streams[index].TakeHeaders(page, body))
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
        if (isTimeTrack || (_frames is not null && _streams[index].HasTimes))
        {
            TakePackets(page, ref _streams[index], body, isTimeTrack);
        }

        Accept(page.Length);
        return Step.Accepted;
    }

    private void TakePackets(in OggPage page, ref OggStream stream, in ReadOnlySequence<byte> body, bool isTimeTrack)
    {
        var samples = stream.Take(page, body, Position, _frames?.Ended, out var isWhole);
        SayCutPackets(!isWhole);
        if (isTimeTrack)
        {
            Place(page, stream, samples);
        }

        _frames?.Tell(page, stream, samples);
        stream.Pass(page, samples);
    }

    /// <summary>Says that there is a packet of which not all is there: it is no frame.</summary>
    private void SayCutPackets(bool areCut)
    {
        if (areCut && _frames is not null)
        {
            SetNotice("expected the rest of a packet on the pages of its stream, found only a part");
        }
    }

    private void Place(in OggPage page, in OggStream stream, long? samples)
    {
        if (BlockLength == 0)
        {
            // Where the block has no time yet, pages that follow are counted in: it waits for one on which a packet ends.
            BeginBlock();
        }

        _blockPackets += page.Packets;
        _blockSamples += samples;
        if (page.Granule == OggPage.NoGranule || _blockPackets == 0)
        {
            return;
        }

        if (stream.IsVideo)
        {
            stream.ReadVideo(page.Granule, out var end, out var sinceKey);
            if (!HasTime)
            {
                _first = (Int128)end - (_blockSamples ?? _blockPackets);
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

        _packetLength = Int128.Max(0, page.Granule - _first) / _blockPackets;
        SetDuration(stream.ToMicroseconds(page.Granule) - stream.ToMicroseconds(_first));
    }

    /// <summary>
    /// Audio granules say where packets end. A block begins as far in front of that as its packets last, where they say it. Else it begins where the page before ended; where that is not known, the first of a stream at 0
    /// when its packets can reach back so far, others as far back as the packets before were long. Where none were, nothing is known but its end: nobody can begin there.
    /// </summary>
    private Int128 FindStart(in OggPage page, in OggStream stream, out bool isKnown)
    {
        isKnown = true;
        if (stream.FindStart(page, page.Granule, _blockSamples) is { } start)
        {
            return start;
        }

        if (stream.End <= page.Granule)
        {
            return stream.End.Value;
        }

        if (!stream.HasPages && page.Granule <= _blockPackets * stream.LongestPacket)
        {
            return Math.Min(page.Granule, 0);
        }

        isKnown = _packetLength > 0;
        return page.Granule - (_blockPackets * _packetLength);
    }
}
