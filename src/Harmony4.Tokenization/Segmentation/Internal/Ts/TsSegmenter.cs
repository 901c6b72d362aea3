using System.Buffers;

namespace Harmony4.Tokenization.Internal;

/// <summary>
/// MPEG-TS in packets of 188, 192 (with a time code before each) or 204 bytes: the tables before the first PES packet are the
/// first block; then a block begins at every random access point of the time track.
/// </summary>
internal sealed class TsSegmenter(SegmenterOptions? options) : ResynchronisingSegmenter(options)
{
    private const int TimeCode = 4;
    private const int LongestPacket = 204;

    private static readonly (int Length, int Prefix)[] AllForms = [(TsPacket.Length, 0), (TsPacket.Length + TimeCode, TimeCode), (LongestPacket, 0)];

    // Times count 90 kHz in 33 bits.
    private const int MicrosecondsPerNineTicks = 100;
    private const int TimeBits = 33;
    public const long LongestFrame = 10 * 90_000;

    // Where nothing says at which frames a decoder can start, blocks begin at frames so far apart.
    private const long BlockTime = 90_000;

    private readonly TsProgram _program = new(options?.TimeTrack, keepsTypes: options?.Frames is not null);
    private readonly TsFrames? _frames = options?.Frames is { } frames ? new TsFrames(frames) : null;
    private readonly int? _gop = options?.Gop;
    private int _packetLength;
    private int _prefix;
    private bool _isPastInit;
    private bool _hasFrames;
    private bool _isRandomAccessNext;
    private bool _hasRandomAccess;
    private long _timedBlocks;
    private long _time;
    private bool _hasTimeBase;
    private long _first;
    private long _last;
    private long? _lastDts;
    private long _frameLength;

    public override string Name => MediaFormats.Ts;

    protected override byte SyncByte => TsPacket.Sync;

    /// <summary>Gets the forms of packets: their length, and the bytes before the sync byte.</summary>
    public static ReadOnlySpan<(int Length, int Prefix)> Forms => AllForms;

    /// <summary>Tells the form of the packets at the start of <paramref name="bytes"/>; false when they are none, null when it takes more bytes.</summary>
    public static bool? TryGetForm(ReadOnlySpan<byte> bytes, bool isFinal, out int packetLength, out int prefix)
    {
        bool? result = false;
        foreach (var form in Forms)
        {
            (packetLength, prefix) = form;
            if (HasSyncs(bytes, form.Length, form.Prefix))
            {
                if (bytes.Length > form.Prefix + (2 * form.Length) || (isFinal && bytes.Length >= form.Length))
                {
                    return true;
                }

                result = isFinal ? result : null;
            }
        }

        (packetLength, prefix) = (0, 0);
        return result;
    }

    protected override bool MayStartLate => true;

    protected override bool? FindStart(ReadOnlySpan<byte> bytes, int limit, bool isFront, bool isAll, out int passed) => PacketSearch.Find(bytes, limit, isFront, isAll, out passed);

    protected override TimeTrack FindTimeTrack() => _program.TimePid == TsProgram.None
        ? default
        : new() { Kind = _program.TimeKind, Id = (ulong)_program.TimePid, IsOneOfSeveral = _program.StreamCount > 1 };

    protected override Step ReadFrame(in SequenceReader<byte> reader, long limit, bool isFinal)
    {
        Span<byte> scratch = stackalloc byte[3 * LongestPacket];
        if (_packetLength == 0)
        {
            switch (TryGetForm(reader.PeekUpTo(scratch.Length, scratch), isFinal, out _packetLength, out _prefix))
            {
                case null:
                    return Step.NeedMore;
                case false:
                    return Lose("expected transport packets of 188, 192 or 204 bytes, found none");
            }
        }

        scoped var ahead = reader.UnreadSpan;
        if (ahead.Length < _packetLength && !reader.TryPeek(_packetLength, scratch, out ahead))
        {
            return Step.NeedMore;
        }

        var accepted = 0;
        for (; accepted < limit && ahead.Length - accepted >= _packetLength; accepted += _packetLength)
        {
            var packet = new TsPacket(ahead.Slice(accepted + _prefix, TsPacket.Length));
            if (packet.HasSync && !IsOfInterest(packet))
            {
                continue;
            }

            // What may change the block is read on its own, with all packets before it accepted.
            if (accepted == 0)
            {
                return ReadPacket(packet);
            }

            break;
        }

        Accept(accepted);
        return Step.Accepted;
    }

    protected override bool? IsSync(in SequenceReader<byte> reader, bool isFinal)
    {
        Span<byte> scratch = stackalloc byte[3 * LongestPacket];
        var bytes = reader.PeekUpTo(scratch.Length, scratch);
        var length = _packetLength == 0 ? TsPacket.Length : _packetLength;
        if (bytes.Length > 2 * length || !HasSyncs(bytes, length, 0))
        {
            return HasSyncs(bytes, length, 0);
        }

        return isFinal ? bytes.Length >= TsPacket.Length : null;
    }

    /// <summary>The search finds sync bytes: time codes before packets are then taken for bytes behind them.</summary>
    protected override void OnResynchronised() => _prefix = 0;

    private static bool HasSyncs(ReadOnlySpan<byte> bytes, int length, int prefix)
    {
        for (var at = prefix; at <= prefix + (2 * length) && at < bytes.Length; at += length)
        {
            if (bytes[at] != TsPacket.Sync)
            {
                return false;
            }
        }

        return true;
    }

    private bool IsOfInterest(in TsPacket packet)
    {
        var pid = packet.Pid;
        return !packet.HasError && (_program.IsTable(pid) || (_frames is not null && _program.IsElementary(pid)) || (packet.IsStart && (pid == _program.TimePid || !_isPastInit)) || (pid == _program.TimePid && packet.IsRandomAccess));
    }

    private Step ReadPacket(in TsPacket packet)
    {
        if (!packet.HasSync)
        {
            _hasFrames = false;
            _frames?.Clear();
            return Lose("expected the sync byte of a transport packet, found another");
        }

        var pid = packet.Pid;
        if (_program.IsTable(pid))
        {
            _program.ReadTable(pid, packet.Payload, packet.IsStart);
        }
        else if (packet.BeginsPes && (_program.IsElementary(pid) || _program.TryAssume(pid, packet.IsVideo)))
        {
            if (BeginsBlock(packet, pid))
            {
                if (BlockLength > 0)
                {
                    return Step.Cut;
                }

                _isPastInit = true;
                _hasFrames = false;
            }

            var isTimeTrack = pid == _program.TimePid;
            if (packet.TryGetTimes(out var pts, out var dts))
            {
                Place(pts, dts, isTimeTrack, IsKey(packet, isTimeTrack));
            }

            _isRandomAccessNext &= !isTimeTrack;
        }
        else if (pid == _program.TimePid && packet.IsRandomAccess)
        {
            // It is said of the next PES packet to start (ISO/IEC 13818-1, 2.4.3.5).
            _isRandomAccessNext = true;
        }

        if (_frames is not null && _program.IsElementary(pid))
        {
            _frames.Take(packet, _program.KindOfStream(pid), _program.TypeOfStream(pid), Position);
        }

        Accept(_packetLength);
        return Step.Accepted;
    }

    protected override void OnEnd() => _frames?.End();

    private bool BeginsBlock(in TsPacket packet, int pid) =>
        !_isPastInit || (pid == _program.TimePid && packet.TryGetTimes(out var pts, out _) && (IsRandomAccess(packet) || IsDue(pts)));

    private bool IsRandomAccess(in TsPacket packet) => packet.IsRandomAccess || _isRandomAccessNext;

    /// <summary>Whether it is time for a block, in a stream without random access points up to here.</summary>
    private bool IsDue(long pts) => !_hasRandomAccess && _hasFrames && _time + Wrap(pts - _time) - _first >= BlockTime;

    /// <summary>Whether a frame is key; asked once for each.</summary>
    private bool IsKey(in TsPacket packet, bool isTimeTrack)
    {
        if (!isTimeTrack)
        {
            return false;
        }

        if (IsRandomAccess(packet))
        {
            _hasRandomAccess = true;
            return true;
        }

        return !_hasFrames && !_hasRandomAccess && _gop is { } gop && _timedBlocks++ % gop == 0;
    }

    private void Place(long pts, long dts, bool isTimeTrack, bool isKey)
    {
        _time = _hasTimeBase ? _time + Wrap(pts - _time) : pts;
        if (!isTimeTrack)
        {
            // Frames of other streams before the first of the time track are a block that lasts no time.
            _hasTimeBase = true;
            SetTime(ToMicroseconds(_time), isKey: false);
            return;
        }

        var decoded = _time - Wrap(pts - dts);
        if (_lastDts is { } last && decoded > last && decoded - last < LongestFrame)
        {
            _frameLength = decoded - last;
        }

        if (!_hasFrames)
        {
            _hasFrames = true;
            _first = _last = _time;
            SetTime(ToMicroseconds(_time), isKey, lastsUntilNext: true);
        }

        _hasTimeBase = true;
        _lastDts = decoded;
        _last = Math.Max(_last, _time);
        SetDuration(ToMicroseconds(_last + _frameLength) - ToMicroseconds(_first));
    }

    /// <summary>The shortest way between two times that are known but for multiples of 2^33.</summary>
    public static long Wrap(long difference) => difference << (64 - TimeBits) >> (64 - TimeBits);

    private static Int128 ToMicroseconds(long ticks) => MediaClock.Scale(ticks, MicrosecondsPerNineTicks, 9);
}
