using System.Buffers;

namespace Harmony4.Tokenization.Internal;

/// <summary>
/// WAV, and its 64-bit forms RF64, BW64 and W64: everything up to the samples is the first block; then whole sample frames, half a
/// second at most in a block; chunks behind the samples are the trailer.
/// </summary>
internal sealed class WavSegmenter(SegmenterOptions? options) : FramedSegmenter(options)
{
    private readonly WavHeaderReader _head = new();
    private long _dataStart;
    private long _dataEnd;

    public override string Name => MediaFormats.Wav;

    protected override bool MayStartLate => true;

    protected override bool? FindStart(ReadOnlySpan<byte> bytes, int limit, bool isFront, bool isAll, out int passed) => RiffSearch.Find(bytes, limit, isFront, isAll, out passed);

    protected override TimeTrack FindTimeTrack() => new() { Kind = MediaKind.Audio };

    protected override Step ReadUnit(in SequenceReader<byte> reader, long limit, bool isFinal) => _head.IsAtData ? ReadData(in reader, isFinal) : ReadHead(in reader, isFinal);

    private Step ReadHead(in SequenceReader<byte> reader, bool isFinal)
    {
        Span<byte> scratch = stackalloc byte[WavHeaderReader.LongestPeek];
        switch (_head.Read(reader.PeekUpTo(WavHeaderReader.LongestPeek, scratch), isFinal, BlockCap, out var length))
        {
            case OperationStatus.NeedMoreData:
                return Step.NeedMore;
            case OperationStatus.InvalidData:
                SetNotice(_head.Fault!, isRestOpaque: true);
                return AcceptRest();
        }

        Accept(length);
        if (!_head.IsAtData)
        {
            return Step.Accepted;
        }

        _dataStart = Position;
        _dataEnd = _head.DataLength is { } known ? _dataStart + known : long.MaxValue;

        // Samples begin at 0, so the header need not wait for a whole block of them.
        SetTime(0, isKey: false);
        return Step.Closed;
    }

    private Step ReadData(in SequenceReader<byte> reader, bool isFinal)
    {
        if (Position == _dataEnd)
        {
            return AcceptRest();
        }

        var length = Math.Min(_head.Clock.BlockLength, _dataEnd - Position);
        if (reader.Remaining < length)
        {
            if (!isFinal)
            {
                return Step.NeedMore;
            }

            length = reader.Remaining;
            if (_dataEnd != long.MaxValue)
            {
                SetNotice("expected the samples that the data chunk counts, found the end of the input: it is cut", Position + length);
            }
        }

        var at = Position - _dataStart;
        SetTime(_head.Clock.TimeAt(at), isKey: length >= _head.Clock.FrameLength);
        SetDuration(_head.Clock.TimeAt(at + length) - _head.Clock.TimeAt(at));
        Accept(length);
        return Step.Closed;
    }
}
