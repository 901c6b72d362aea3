using System.Buffers.Binary;

namespace Harmony4.Tokenization.Internal;

/// <summary>One movie fragment (ISO/IEC 14496-12, 8.8), read as its boxes go by: the samples of the time track, and where the data of all tracks lies.</summary>
internal sealed class Mp4Fragment
{
    // tf_flags and tr_flags
    private const uint HasBaseDataOffset = 0x01;
    private const uint HasDescriptionIndex = 0x02;
    private const uint HasDefaultDuration = 0x08;
    private const uint HasDefaultSize = 0x10;
    private const uint HasDefaultFlags = 0x20;
    private const uint BaseIsMoof = 0x02_0000;
    private const uint HasDataOffset = 0x001;
    private const uint HasFirstSampleFlags = 0x004;
    private const uint HasDuration = 0x100;
    private const uint HasSize = 0x200;
    private const uint HasFlags = 0x400;
    private const uint HasCompositionOffset = 0x800;

    // Bits of sample flags: either says that a decoder cannot start at the sample.
    private const uint IsNonSync = 0x0001_0000;
    private const uint DependsOnOthers = 0x0100_0000;

    private Run _run;

    // A track that takes the place of the time track if that one turns out to be a still picture.
    private Run _other;
    private bool _isOther;
    private bool _isOpen;
    private long _moof;
    private long _block;
    private bool _isLaterTrack;
    private Int128 _base;
    private Int128 _next;
    private uint _defaultSize;
    private uint _runFlags;
    private uint _firstSampleFlags;
    private bool _isFirstOfRun;

    // The track whose boxes follow, whichever it is, where frames are told of.
    private Mp4Track _frames;
    private Mp4Tracks? _tracks;

    /// <summary>Gets or sets where the frames of all tracks go; null for nowhere.</summary>
    public FrameQueue? Frames { get; set; }

    public uint Timescale => _run.Track.Timescale;

    /// <summary>Gets whether the boxes that follow are of the time track, or of one that may become it.</summary>
    public bool IsTimeTrack { get; private set; }

    /// <summary>Gets whether a sample was seen, and it is known which track's samples count.</summary>
    public bool HasSamples => !_isOpen && _run.SampleCount > 0;

    /// <summary>Gets the composition time of the first sample, in ticks.</summary>
    public Int128 FirstTime => _run.FirstTime;

    /// <summary>Gets whether a decoder can start at the first sample.</summary>
    public bool IsKey => _run.IsKey;

    /// <summary>Gets the decode time of the first sample, in ticks.</summary>
    public Int128 Start => _run.Start;

    /// <summary>Gets the decode time behind the last sample, in ticks; where the next fragment goes on if it does not say.</summary>
    public Int128 End => _run.End;

    /// <summary>Gets whether it is known where the data of the samples lies.</summary>
    public bool HasData { get; private set; }

    /// <summary>Gets the position in the input behind the data of all samples read up to now.</summary>
    public Int128 DataEnd { get; private set; }

    /// <summary>Gets the samples of the current run that were not read yet.</summary>
    public uint Remaining { get; private set; }

    /// <summary>Gets the bytes of each of them.</summary>
    public int EntryLength { get; private set; }

    /// <param name="timeTrack">The track that times come from.</param>
    /// <param name="moof">Position of the fragment in the input.</param>
    /// <param name="block">Position of its block: data before that is not looked for.</param>
    /// <param name="isOpen">Whether the fragment tells by its samples which picture track times come from.</param>
    public void BeginFragment(in Mp4Track timeTrack, long moof, long block, bool isOpen)
    {
        _block = block;
        _run = new Run { Track = timeTrack, Start = _run.End, End = _run.End };
        _other = default;
        _isOpen = isOpen;
        _moof = moof;
        _isLaterTrack = false;
        _base = _next = moof;
        HasData = false;
        DataEnd = 0;
    }

    /// <summary>Lets the samples that were read go on behind those of the tables.</summary>
    public void GoOnAt(ulong time) => _run.End = time;

    /// <summary>Ends the boxes of a fragment; returns the track that times come from.</summary>
    /// <param name="mayChange">Whether another track may still take the place of the one that is a still picture.</param>
    public uint EndFragment(bool mayChange)
    {
        if (_isOpen && mayChange && _run.SampleCount <= 1 && _other.SampleCount > 1)
        {
            _run = _other;
        }

        _isOpen = false;
        return _run.Track.Id;
    }

    public void BeginTrack()
    {
        IsTimeTrack = false;
        _defaultSize = 0;
        _frames = default;
    }

    /// <summary>Ends the boxes of a track.</summary>
    public void EndTrack()
    {
        if (_tracks is not null && _frames.Id != 0)
        {
            ref var track = ref _tracks.Find(_frames.Id);
            track.NextTime = _frames.NextTime;
            track.EarliestOffset = _frames.EarliestOffset;
        }
    }

    /// <summary>Reads tfhd, from its version on.</summary>
    public void ReadHeader(ReadOnlySpan<byte> body, Mp4Tracks tracks)
    {
        if (body.Length < 8)
        {
            return;
        }

        var id = BinaryPrimitives.ReadUInt32BigEndian(body[4..]);
        IsTimeTrack = id == _run.Track.Id;
        _isOther = false;
        if (_isOpen && !IsTimeTrack && _other.SampleCount <= 1 && tracks.Find(id).Kind == MediaKind.Video)
        {
            _other = new Run { Track = tracks.Find(id) };
            IsTimeTrack = _isOther = true;
        }

        _defaultSize = tracks.Find(id).DefaultSize;
        var flags = BinaryPrimitives.ReadUInt32BigEndian(body);
        var at = 8;

        // Positions count from the moof, or in old files from the end of the data of the track before.
        _base = (flags & BaseIsMoof) != 0 || !_isLaterTrack ? _moof : _next;
        _isLaterTrack = true;
        if ((flags & HasBaseDataOffset) != 0)
        {
            _base = ((Int128)ReadAt(body, ref at) << 32) | ReadAt(body, ref at);
        }

        _next = _base;
        at += (flags & HasDescriptionIndex) != 0 ? 4 : 0;
        var duration = (flags & HasDefaultDuration) != 0 ? ReadAt(body, ref at) : (uint?)null;
        _defaultSize = (flags & HasDefaultSize) != 0 ? ReadAt(body, ref at) : _defaultSize;
        var sampleFlags = (flags & HasDefaultFlags) != 0 ? ReadAt(body, ref at) : (uint?)null;
        if (Frames is not null)
        {
            _tracks = tracks;
            _frames = tracks.Find(id);
            _frames.DefaultDuration = duration ?? _frames.DefaultDuration;
            _frames.DefaultFlags = sampleFlags ?? _frames.DefaultFlags;
        }

        if (!IsTimeTrack)
        {
            return;
        }

        ref var track = ref Current.Track;
        track.DefaultDuration = duration ?? track.DefaultDuration;
        track.DefaultFlags = sampleFlags ?? track.DefaultFlags;
    }

    /// <summary>Reads tfdt, from its version on.</summary>
    public void ReadDecodeTime(ReadOnlySpan<byte> body)
    {
        if (body.Length < 8 || (body[0] != 0 && body.Length < 12))
        {
            return;
        }

        var time = body[0] == 0 ? BinaryPrimitives.ReadUInt32BigEndian(body[4..]) : BinaryPrimitives.ReadUInt64BigEndian(body[4..]);
        _frames.NextTime = time;
        ref var run = ref Current;
        if (IsTimeTrack && run.SampleCount == 0)
        {
            run.Start = run.End = time;
        }
    }

    /// <summary>Reads the head of trun, from its version on; returns its length, or 0 when it does not fit the box.</summary>
    public int BeginRun(ReadOnlySpan<byte> body, long bodyLength)
    {
        if (body.Length < 8)
        {
            return 0;
        }

        _runFlags = BinaryPrimitives.ReadUInt32BigEndian(body);
        var count = BinaryPrimitives.ReadUInt32BigEndian(body[4..]);
        var at = 8;
        _next = (_runFlags & HasDataOffset) != 0 ? _base + (int)ReadAt(body, ref at) : _next;
        _firstSampleFlags = (_runFlags & HasFirstSampleFlags) != 0 ? ReadAt(body, ref at) : 0;
        _isFirstOfRun = true;
        EntryLength = 4 * System.Numerics.BitOperations.PopCount(_runFlags & (HasDuration | HasSize | HasFlags | HasCompositionOffset));
        if (bodyLength - at < (long)count * EntryLength)
        {
            return 0;
        }

        Remaining = count;
        if (EntryLength == 0 && count > 0)
        {
            TellFrames(default, count);
            ReadSample(default);
            TakeData((Int128)_defaultSize * (count - 1));
            if (IsTimeTrack)
            {
                Current.End += (Int128)Current.Track.DefaultDuration * (count - 1);
                Current.SampleCount += count - 1L;
            }

            Remaining = 0;
        }

        return at;
    }

    /// <summary>Reads whole entries of the current run.</summary>
    public void ReadSamples(ReadOnlySpan<byte> entries)
    {
        for (; entries.Length >= EntryLength; entries = entries[EntryLength..])
        {
            TellFrames(entries, 1);
            ReadSample(entries);
        }
    }

    private ref Run Current => ref _isOther ? ref _other : ref _run;

    private static uint ReadAt(ReadOnlySpan<byte> body, ref int at)
    {
        var value = at + 4 <= body.Length ? BinaryPrimitives.ReadUInt32BigEndian(body[at..]) : 0;
        at += 4;
        return value;
    }

    /// <summary>Tells of the samples that an entry stands for.</summary>
    private void TellFrames(ReadOnlySpan<byte> entry, uint count)
    {
        if (Frames is null)
        {
            return;
        }

        var at = 0;
        var duration = (_runFlags & HasDuration) != 0 ? ReadAt(entry, ref at) : _frames.DefaultDuration;
        var size = (_runFlags & HasSize) != 0 ? ReadAt(entry, ref at) : _defaultSize;
        var flags = (_runFlags & HasFlags) != 0 ? ReadAt(entry, ref at) : _frames.DefaultFlags;
        var offset = (_runFlags & HasCompositionOffset) != 0 ? (int)ReadAt(entry, ref at) : 0;
        var first = _isFirstOfRun && (_runFlags & HasFirstSampleFlags) != 0 ? _firstSampleFlags : flags;
        _isFirstOfRun = false;
        if (_frames.Timescale != 0 && _next >= 0 && MediaClock.ToTicks(_next + ((Int128)size * count)) is not null)
        {
            var frame = new MediaFrame
            {
                Track = _frames.Id,
                Kind = _frames.Kind,
                TimeBase = new TimeBase(1, _frames.Timescale),
                Ticks = MediaClock.ToTicks(_frames.NextTime + offset),
                DurationTicks = duration == 0 ? null : duration,
                IsKey = _frames.Kind != MediaKind.Video || IsSync(first),
                Position = (long)_next,
                DataPosition = (long)_next,
                Size = size,
            };
            _frames.EarliestOffset = Math.Min(_frames.EarliestOffset, offset);
            Frames.Add(new FrameRun(frame, count, _frames.Kind != MediaKind.Video || IsSync(flags)));
        }

        _frames.NextTime += (Int128)duration * count;
    }

    private static bool IsSync(uint flags) => (flags & (IsNonSync | DependsOnOthers)) == 0;

    private void TakeData(Int128 length)
    {
        var start = _next;
        _next += length;
        if (length > 0 && start >= _block)
        {
            HasData = true;
            DataEnd = Int128.Max(DataEnd, _next);
        }
    }

    private void ReadSample(ReadOnlySpan<byte> entry)
    {
        var at = 0;
        ref var run = ref Current;
        var duration = (_runFlags & HasDuration) != 0 ? ReadAt(entry, ref at) : run.Track.DefaultDuration;
        TakeData((_runFlags & HasSize) != 0 ? ReadAt(entry, ref at) : _defaultSize);
        Remaining--;
        if (!IsTimeTrack)
        {
            return;
        }

        if (run.SampleCount++ == 0)
        {
            var flags = (_runFlags & HasFlags) != 0 ? ReadAt(entry, ref at) : run.Track.DefaultFlags;
            flags = (_runFlags & HasFirstSampleFlags) != 0 ? _firstSampleFlags : flags;

            // Version 0 runs are unsigned on paper, but writers put negative offsets there as well.
            var offset = (_runFlags & HasCompositionOffset) != 0 ? (int)ReadAt(entry, ref at) : 0;
            run.FirstTime = run.End + offset;
            run.IsKey = IsSync(flags);
        }

        run.End += duration;
    }

    /// <summary>The samples of one track.</summary>
    private struct Run
    {
        public Mp4Track Track;
        public long SampleCount;
        public Int128 FirstTime;
        public bool IsKey;
        public Int128 Start;
        public Int128 End;
    }
}
