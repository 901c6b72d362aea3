using System.Buffers;
using System.Buffers.Binary;

namespace Harmony4.Tokenization.Internal;

/// <summary>
/// WAV, and its 64-bit forms RF64 and BW64: everything up to the samples is the first block; then whole sample frames, half a
/// second at most in a block; chunks behind the samples are the trailer.
/// </summary>
internal sealed class WavSegmenter(SegmenterOptions? options) : FramedSegmenter(options)
{
    public const int RiffHeader = 12;
    private const int ChunkHeader = 8;
    private const int LongDataSizeOffset = 8;
    private const int LongestPeek = ChunkHeader + WavFormat.LongestUsed;

    private PcmClock _clock;
    private State _state;
    private long _dataStart;
    private long _dataEnd;
    private long _longDataLength;

    private enum State
    {
        Riff,
        Chunks,
        Data,
        Rest,
    }

    public override string Name => MediaFormats.Wav;

    protected override bool MayStartLate => true;

    protected override bool? FindStart(ReadOnlySpan<byte> bytes, int limit, bool isFront, bool isAll, out int passed) => RiffSearch.Find(bytes, limit, isFront, isAll, out passed);

    protected override TimeTrack FindTimeTrack() => new() { Kind = MediaKind.Audio };

    protected override Step ReadUnit(in SequenceReader<byte> reader, long limit, bool isFinal) => _state switch
    {
        State.Riff => ReadRiff(in reader),
        State.Chunks => ReadChunk(in reader),
        State.Data => ReadData(in reader, isFinal),
        _ => AcceptRest(),
    };

    private Step ReadRiff(in SequenceReader<byte> reader)
    {
        Span<byte> scratch = stackalloc byte[RiffHeader];
        if (!reader.TryPeek(RiffHeader, scratch, out var header))
        {
            return Step.NeedMore;
        }

        if (!IsRiff(header))
        {
            return Lose("a RIFF/WAVE header");
        }

        _state = State.Chunks;
        Accept(RiffHeader);
        return Step.Accepted;
    }

    /// <summary>Whether the first 12 bytes of a file are those of a WAVE file.</summary>
    public static bool IsRiff(ReadOnlySpan<byte> header) =>
        header.Length >= RiffHeader
        && (header.StartsWith("RIFF"u8) || header.StartsWith("RF64"u8) || header.StartsWith("BW64"u8))
        && header[8..].StartsWith("WAVE"u8);

    private Step ReadChunk(in SequenceReader<byte> reader)
    {
        Span<byte> scratch = stackalloc byte[LongestPeek];
        if (!reader.TryPeek(ChunkHeader, scratch, out var header))
        {
            return Step.NeedMore;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        if (header.StartsWith("data"u8))
        {
            return BeginData(length);
        }

        var isFormat = header.StartsWith("fmt "u8);
        if (isFormat || header.StartsWith("ds64"u8))
        {
            var peek = ChunkHeader + (int)Math.Min(WavFormat.LongestUsed, length);
            if (!reader.TryPeek(peek, scratch, out header))
            {
                return Step.NeedMore;
            }

            var body = header[ChunkHeader..];
            if (isFormat)
            {
                WavFormat.TryRead(body, BlockCap, out _clock);
            }
            else if (body.Length >= LongDataSizeOffset + sizeof(ulong))
            {
                _longDataLength = (long)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(body[LongDataSizeOffset..]), long.MaxValue / 4);
            }
        }

        // Chunks are padded to an even length.
        Accept(ChunkHeader + (long)length + (length & 1));
        return Step.Accepted;
    }

    private Step BeginData(uint length)
    {
        if (_clock.FrameLength == 0)
        {
            return Lose("a usable fmt chunk before the data");
        }

        _state = State.Data;
        _dataStart = Position + ChunkHeader;

        // A writer that could not go back leaves 0 or 2^32 − 1: the samples then go on to the end. RF64 says it in ds64.
        long known = length is 0 or uint.MaxValue ? _longDataLength : length;
        _dataEnd = known == 0 ? long.MaxValue : _dataStart + known;
        Accept(ChunkHeader);

        // Samples begin at 0, so the header need not wait for a whole block of them.
        SetTime(0, isKey: false);
        return Step.Closed;
    }

    private Step ReadData(in SequenceReader<byte> reader, bool isFinal)
    {
        if (Position == _dataEnd)
        {
            _state = State.Rest;
            return AcceptRest();
        }

        var length = Math.Min(_clock.BlockLength, _dataEnd - Position);
        if (reader.Remaining < length)
        {
            if (!isFinal)
            {
                return Step.NeedMore;
            }

            length = reader.Remaining;
            if (_dataEnd != long.MaxValue)
            {
                SetNotice("expected the samples that the data chunk counts, found the end of the input", Position + length);
            }
        }

        var at = Position - _dataStart;
        SetTime(_clock.TimeAt(at), isKey: length >= _clock.FrameLength);
        SetDuration(_clock.TimeAt(at + length) - _clock.TimeAt(at));
        Accept(length);
        return Step.Closed;
    }

    private Step Lose(string expected)
    {
        SetNotice($"expected {expected}, found none", isRestOpaque: true);
        _state = State.Rest;
        return AcceptRest();
    }
}
