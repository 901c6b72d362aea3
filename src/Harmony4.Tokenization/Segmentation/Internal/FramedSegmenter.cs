using System.Buffers;
using System.Globalization;

namespace Harmony4.Tokenization.Internal;

/// <summary>
/// What all segmenters of framed formats share: units are accepted into a block one after another until one begins the next
/// block; blocks above the cap are split; a block that needs the next one's time waits for it, within bounds.
/// </summary>
/// <remarks>Every decision depends on the accepted bytes alone, so the blocks do not depend on how the input is cut.</remarks>
internal abstract class FramedSegmenter : BlockSegmenter
{
    /// <summary>How far units may be accepted at once where there are no blocks, in bytes.</summary>
    private const int WalkStep = 1024;

    /// <summary>How far behind a block the next one's time is looked for, in bytes.</summary>
    private const int Lookahead = 64 * 1024;

    /// <summary>The most bytes that most formats look at before they accept the first of them: the longest ADTS frame and the header of the next.</summary>
    private const int LongestPeek = 8191 + 7;

    /// <summary>The most bytes before the first unit, tags not counted: what stands in front of it goes with the first block.</summary>
    internal const int StartWindow = MediaFormats.DetectionLength;

    /// <summary>The most bytes behind the start of the first unit that are looked at before it is taken for one.</summary>
    private const int StartLookahead = 64 * 1024;

    private readonly int _cap;
    private SegmentationNotice? _notice;
    private Timeline _timeline;
    private BlockDraft _pending;
    private BlockDraft _current;
    private bool _isCurrentClosed;
    private bool _isEndOpen;
    private bool _isStarted;
    private int _searched;
    private long _origin;
    private TimeTrack _timeTrack;

    protected FramedSegmenter(SegmenterOptions? options)
    {
        _cap = (options ?? new SegmenterOptions()).MaxBlockLength;
        ArgumentOutOfRangeException.ThrowIfLessThan(_cap, SegmenterOptions.SmallestMaxBlockLength, nameof(options));
        Frames = options?.Frames;
    }

    /// <summary>What looking at the next unit came to.</summary>
    protected enum Step
    {
        /// <summary>More bytes are needed to tell.</summary>
        NeedMore,

        /// <summary>Bytes were accepted.</summary>
        Accepted,

        /// <summary>The block ends before this unit; asked only when the block holds bytes.</summary>
        Cut,

        /// <summary>Bytes were accepted and the block ends with them.</summary>
        Closed,
    }

    public sealed override long MaxBufferLength => (long)_cap + Lookahead + LongestUnit;

    public sealed override SegmentationNotice? Notice => _notice;

    /// <summary>Gets the track of the media that times come from, as it was when the first block was complete: a movie may change its tracks later.</summary>
    public sealed override TimeTrack TimeTrack => _timeTrack;

    /// <summary>Gets the most bytes that the format looks at before it accepts the first of them.</summary>
    protected virtual int LongestUnit => LongestPeek;

    /// <summary>Gets the position in the input of the unit that is looked at.</summary>
    protected long Position => _origin + _pending.Length + _current.Length;

    /// <summary>Gets whether a block was returned.</summary>
    protected bool HasBlocks => _origin > 0;

    protected int BlockCap => _cap;

    /// <summary>Gets where frames go; null where only blocks are asked for.</summary>
    protected FrameQueue? Frames { get; }

    protected long BlockLength => _current.Length;

    protected bool HasTime => _current.HasTime;

    public sealed override bool TryRead(in ReadOnlySequence<byte> buffer, bool isFinalBlock, out MediaBlock block)
    {
        var available = buffer.Length;
        var reader = new SequenceReader<byte>(buffer);
        while (true)
        {
            if (_pending.Length == 0 && _current.Length > _cap)
            {
                if (available >= _cap)
                {
                    block = SplitCurrent();
                    return true;
                }
            }
            else if (_pending.Length == 0 && _isCurrentClosed)
            {
                _pending = _current;
                _current = default;
                _isCurrentClosed = false;
            }

            var at = _pending.Length + _current.Length;
            var isAtEnd = isFinalBlock && at >= available;
            if (isAtEnd && at > available)
            {
                Truncate(at - available);
            }

            if (_pending.Length > 0 && _pending.Length <= available && (isAtEnd || IsSettled()))
            {
                block = EmitPending();
                return true;
            }

            if (at >= available)
            {
                if (!isFinalBlock || available == 0)
                {
                    block = default;
                    return false;
                }

                OnEnd();
                _isCurrentClosed = true;
                continue;
            }

            reader.Advance(at - reader.Consumed);
            var limit = (_pending.Length > 0 ? Lookahead : _cap + 1L) - _current.Length;
            if (!TryAdvance(in reader, limit, isFinalBlock))
            {
                block = default;
                return false;
            }
        }
    }

    /// <summary>Goes over the input for its frames alone: no blocks are made. Not to be mixed with <see cref="TryRead"/>.</summary>
    /// <param name="buffer">The bytes from where the last call got to.</param>
    /// <param name="isFinal">Whether the input ends with them.</param>
    /// <returns>How far it got, which may be behind the buffer: what lies between need not be looked at. Less than the buffer where it takes more bytes, or frames have to be taken first.</returns>
    internal long Walk(in ReadOnlySequence<byte> buffer, bool isFinal)
    {
        var start = Position;
        var reader = new SequenceReader<byte>(buffer);
        while (true)
        {
            var at = Position - start;
            if (at >= buffer.Length)
            {
                if (isFinal)
                {
                    EndWalk(at - buffer.Length);
                }

                return at;
            }

            reader.Advance(at - reader.Consumed);
            if (Frames!.IsFull || !TryAdvance(in reader, WalkStep, isFinal))
            {
                return at;
            }

            if (_isCurrentClosed)
            {
                _isCurrentClosed = false;
                _origin += _current.Length;
                _current = default;
            }
        }
    }

    /// <summary>Looks at the unit that <paramref name="reader"/> is at, and accepts it or not.</summary>
    /// <param name="reader">At the unit, with at least one byte ahead; it is not to be moved.</param>
    /// <param name="limit">When several units are accepted at once, the last one may begin at most here, counted from the reader.</param>
    /// <param name="isFinal">Whether nothing follows the bytes ahead.</param>
    protected abstract Step ReadUnit(in SequenceReader<byte> reader, long limit, bool isFinal);

    /// <summary>Whether tags, and bytes that are no framing, may stand before the first unit.</summary>
    protected virtual bool MayStartLate => false;

    /// <summary>Finds the first unit; only asked where <see cref="MayStartLate"/>.</summary>
    /// <param name="bytes">Bytes behind the tags, from the first one on that no earlier call has passed.</param>
    /// <param name="limit">The last of them at which the unit may begin.</param>
    /// <param name="isFront">Whether none was passed: at the very front fewer units in a row will do.</param>
    /// <param name="isAll">Whether no more bytes are looked at.</param>
    /// <param name="passed">How many bytes in front were passed: where the unit begins, or may begin.</param>
    /// <returns>Whether a unit begins there; null where it takes more bytes to tell.</returns>
    protected virtual bool? FindStart(ReadOnlySpan<byte> bytes, int limit, bool isFront, bool isAll, out int passed)
    {
        passed = 0;
        return true;
    }

    /// <summary>Gets the edit list of a track, as far as the input was read.</summary>
    internal virtual IReadOnlyList<MediaEdit> GetEdits(ulong track) => [];

    /// <inheritdoc cref="FrameReader.GetFragmentShift"/>
    internal virtual long? GetFragmentShift(ulong track) => null;

    /// <summary>Gets the track that times come from, as far as the input was read.</summary>
    internal TimeTrack CurrentTimeTrack => FindTimeTrack();

    /// <summary>Called when the whole input is accepted; more than once where blocks are left.</summary>
    protected virtual void OnEnd()
    {
    }

    /// <summary>Tells which track times come from, by what was read up to now.</summary>
    protected abstract TimeTrack FindTimeTrack();

    protected void Accept(long length) => _current.Length += length;

    /// <summary>Accepts everything up to the end of the input: no unit is read any more.</summary>
    protected Step AcceptRest()
    {
        // Below 2^62, so that positions cannot overflow; no input is that long.
        _current.Length += long.MaxValue / 4;
        _isEndOpen = true;
        return Step.Accepted;
    }

    /// <summary>Gives the block the time of its first frame, in microseconds, unless it has one.</summary>
    protected void SetTime(Int128 pts, bool isKey, bool lastsUntilNext = false)
    {
        if (!_current.HasTime)
        {
            _current.HasTime = true;
            _current.Pts = pts;
            _current.IsKey = isKey && !_current.IsContinuation;
            _current.LastsUntilNext = lastsUntilNext;
        }
    }

    /// <summary>Sets how long the block lasts, all its parts together, as far as is known.</summary>
    protected void SetDuration(Int128 duration) => _current.Duration = duration - _current.Spent;

    /// <summary>Records the first place where the framing could not be followed.</summary>
    protected void SetNotice(string message, long position, bool isRestOpaque = false) => _notice ??= new SegmentationNotice(position, message) { IsRestOpaque = isRestOpaque };

    protected void SetNotice(string message, bool isRestOpaque = false) => SetNotice(message, Position, isRestOpaque);

    private bool TryAdvance(in SequenceReader<byte> reader, long limit, bool isFinal)
    {
        var step = _isStarted || !MayStartLate ? ReadUnit(in reader, limit, isFinal) : ReadStart(in reader, limit, isFinal);
        if (step is Step.Cut or Step.Closed)
        {
            _isCurrentClosed = true;
        }
        else if (step is Step.NeedMore)
        {
            if (!isFinal)
            {
                return false;
            }

            SetNotice($"expected {Name} framing, found the end of the input", Position + reader.Remaining);
            Accept(reader.Remaining);
        }

        return true;
    }

    /// <summary>Goes over what stands before the first unit. Where none is found, the format judges what is there.</summary>
    private Step ReadStart(in SequenceReader<byte> reader, long limit, bool isFinal)
    {
        Span<byte> scratch = stackalloc byte[AudioTag.LongestHeader];
        var head = reader.PeekUpTo(AudioTag.LongestHeader, scratch);
        if (AudioTag.CanBegin(head))
        {
            if (!isFinal && head.Length < AudioTag.LongestHeader)
            {
                return Step.NeedMore;
            }

            if (AudioTag.GetLength(head) is > 0 and var tag)
            {
                Accept(tag);
                return Step.Accepted;
            }
        }

        var rest = reader;
        rest.Advance(_searched);

        // Behind long tags less is looked at: where blocks are made they are held as well, and the caller need not hold more than it was told.
        var held = Frames is null ? _current.Length : 0;
        var most = (int)Math.Min(StartWindow + StartLookahead, MaxBufferLength - held) - _searched;
        var count = (int)Math.Min(rest.Remaining, most);
        var copy = rest.UnreadSpan.Length < count ? ArrayPool<byte>.Shared.Rent(count) : null;
        rest.TryPeek(count, copy, out var bytes);
        var found = FindStart(bytes, StartWindow - _searched, _searched == 0, isFinal || count == most, out var passed);
        if (copy is not null)
        {
            ArrayPool<byte>.Shared.Return(copy);
        }

        _searched += passed;
        if (found is null)
        {
            return Step.NeedMore;
        }

        _isStarted = true;
        if (found is false || _searched == 0)
        {
            return ReadUnit(in reader, limit, isFinal);
        }

        Accept(_searched);
        return Step.Accepted;
    }

    /// <summary>Ends the input for its frames, so many bytes in front of where <see cref="Walk"/> got to.</summary>
    internal void EndWalk(long missing)
    {
        if (missing > 0 && !_isEndOpen)
        {
            SayMissing(missing);
        }

        OnEnd();
    }

    private void SayMissing(long missing) =>
        SetNotice(string.Create(CultureInfo.InvariantCulture, $"expected {missing} more bytes of {Name} framing, found the end of the input"), Position - missing);

    private bool IsSettled() =>
        _isCurrentClosed || _current.HasTime || _current.Length >= Lookahead
        || (_pending.HasTime ? !_pending.LastsUntilNext : _timeline.HasBlocks);

    private void Truncate(long missing)
    {
        if (!_isEndOpen)
        {
            SayMissing(missing);
        }

        if (_current.Length > 0)
        {
            _current.Length -= missing;
        }
        else
        {
            _pending.Length -= missing;
        }
    }

    private MediaBlock SplitCurrent()
    {
        var part = _current;
        part.Length = _cap;
        _current.Length -= _cap;
        _current.IsKey = false;
        _current.IsContinuation = true;
        if (_current.LastsUntilNext)
        {
            part.Duration = 0;
        }
        else
        {
            _current.Spent += part.Duration;
            _current.Duration = 0;
        }

        return Emit(part);
    }

    private MediaBlock EmitPending()
    {
        var draft = _pending;
        _pending = default;
        if (draft.LastsUntilNext && _current.HasTime && _current.Pts >= draft.Pts)
        {
            draft.Duration = _current.Pts - draft.Pts;
        }

        return Emit(draft);
    }

    private MediaBlock Emit(in BlockDraft draft)
    {
        if (_origin == 0)
        {
            _timeTrack = FindTimeTrack();
        }

        _origin += draft.Length;
        if (draft.HasTime)
        {
            return _timeline.Place(draft.Length, draft.Pts, draft.Duration, draft.IsKey);
        }

        // A block without frames takes its neighbour's time: the block before it, or at the start the one behind.
        var pts = _timeline.HasBlocks ? _timeline.Last : Timeline.Clamp(_current.HasTime ? _current.Pts : 0);
        return new MediaBlock(draft.Length, pts, 0, false);
    }
}
