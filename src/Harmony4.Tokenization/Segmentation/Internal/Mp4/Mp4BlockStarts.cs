namespace Harmony4.Tokenization.Internal;

/// <summary>
/// Where blocks of a track begin by its sample tables: at every sample of a picture track that decoding can begin at; on other tracks, whose samples all are such,
/// so that none lasts more than half a second. From the start of a block on everything follows that its samples and all later ones of the track need.
/// </summary>
/// <remarks>The starts are found as they are asked for, since a table of a few bytes can tell of billions of samples.</remarks>
internal sealed class Mp4BlockStarts
{
    /// <summary>The most samples that lie in front of earlier ones.</summary>
    private const int MostBackwards = 64 * 1024;

    private readonly uint _timescale;
    private readonly bool _isGrouped;
    private readonly long _tablesLength;

    // Samples that lie in front of an earlier one, in decoding order; of each only what no later one lies in front of, so positions rise.
    private readonly List<(uint Ordinal, ulong Position)> _backwards = [];
    private Mp4Samples _samples;
    private uint _ordinal;
    private int _backwardsAt;
    private bool _hasStart;
    private ulong _groupStart;

    private Mp4BlockStarts(Mp4Track track, Mp4SampleTables tables)
    {
        _timescale = track.Timescale;
        _tablesLength = 2L * tables.Length;
        _samples = new Mp4Samples(tables, track.Kind);
        _isGrouped = track.Kind != MediaKind.Video && _samples.AreAllSync;
    }

    /// <summary>Gets the bytes of memory that the tables take, and the list of samples that lie backwards.</summary>
    public long HeldLength => _tablesLength + (sizeof(ulong) * 2L * _backwards.Capacity);

    /// <summary>Gets the ticks per second.</summary>
    public uint Timescale => _timescale;

    /// <summary>Gets what the tables lack that they should have; null where they hold together.</summary>
    public string? Fault { get; private set; }

    /// <summary>Gets the position behind the last sample of the track in the file.</summary>
    public long DataEnd { get; private set; }

    /// <summary>Gets when the last sample ends, in ticks of decoding.</summary>
    public ulong End { get; private set; }

    /// <summary>Gets where the next block begins; <see cref="long.MaxValue"/> behind the last.</summary>
    public long Position { get; private set; }

    /// <summary>Gets when its first sample is shown, in ticks.</summary>
    public Int128 Time { get; private set; }

    /// <summary>Gets when its first sample is decoded, in ticks.</summary>
    public ulong DecodeTime { get; private set; }

    /// <summary>Gets whether decoding can begin at its first sample.</summary>
    public bool IsKey { get; private set; }

    /// <summary>Reads the tables once, and goes to the first block.</summary>
    /// <returns>The starts, or null when the tables tell of no sample or of an order that blocks cannot follow; <paramref name="fault"/> then says why.</returns>
    public static Mp4BlockStarts? Create(Mp4Track track, Mp4SampleTables tables, out string? fault)
    {
        if (tables.IsTooLong)
        {
            fault = $"expected sample tables of at most {Mp4SampleTables.MaxLength} bytes, found more";
            return null;
        }

        var starts = new Mp4BlockStarts(track, tables);
        fault = starts.Measure();
        if (fault is not null)
        {
            return null;
        }

        starts._samples = new Mp4Samples(tables, track.Kind);
        starts.MoveNext();
        return starts;
    }

    /// <summary>Goes to the next block.</summary>
    public void MoveNext()
    {
        while (_samples.Count > 0)
        {
            if (IsStart())
            {
                Take();
                return;
            }

            Skip(StepToStart());
        }

        Position = long.MaxValue;
        DecodeTime = End;
    }

    private string? Measure()
    {
        var last = 0UL;
        while (_samples.Count > 0)
        {
            // Samples without bytes lie nowhere.
            if (_samples.Size > 0)
            {
                var position = _samples.Position;
                if (position < last && !TryAddBackwards(position))
                {
                    return $"expected samples in the order of their times, but for {MostBackwards}, found more that lie in front of earlier ones";
                }

                var end = position + ((ulong)_samples.Size * _samples.Count);
                last = Math.Max(last, end - _samples.Size);
                DataEnd = Math.Max(DataEnd, (long)end);
            }

            Skip(_samples.Count);
            End = _samples.DecodeTime;
        }

        Fault = _samples.Fault;
        _ordinal = 0;
        return DataEnd == 0 ? Fault ?? "expected samples in the tables of the track, found none" : null;
    }

    private bool TryAddBackwards(ulong position)
    {
        while (_backwards.Count > 0 && _backwards[^1].Position >= position)
        {
            _backwards.RemoveAt(_backwards.Count - 1);
        }

        if (_backwards.Count == MostBackwards)
        {
            return false;
        }

        _backwards.Add((_ordinal, position));
        return true;
    }

    private void Skip(uint count)
    {
        _ordinal += count;
        _samples.Advance(count);
    }

    private void Take()
    {
        Position = (long)_samples.Position;
        Time = _samples.Time;
        DecodeTime = _groupStart = _samples.DecodeTime;
        IsKey = _samples.IsSync;
        _hasStart = true;
        Skip(1);
    }

    private bool IsStart() => _samples.Size > 0
        && (!_hasStart || (_samples.IsSync && (long)_samples.Position > Position && !IsInGroup()))
        && !IsFollowedByEarlier();

    /// <summary>Whether the next sample ends within half a second of the block's first.</summary>
    private bool IsInGroup() => _isGrouped && 2 * ((UInt128)(_samples.DecodeTime - _groupStart) + _samples.Duration) <= _timescale;

    /// <summary>Whether something that comes later lies in front.</summary>
    private bool IsFollowedByEarlier()
    {
        while (_backwardsAt < _backwards.Count && _backwards[_backwardsAt].Ordinal <= _ordinal)
        {
            _backwardsAt++;
        }

        return _backwardsAt < _backwards.Count && _backwards[_backwardsAt].Position < _samples.Position;
    }

    /// <summary>How many samples of the run no block begins at, the first of them being one.</summary>
    private uint StepToStart()
    {
        if (!_samples.AreAllSync || _samples.Size == 0 || IsFollowedByEarlier())
        {
            return _samples.Count;
        }

        UInt128 count = 1;
        if ((long)_samples.Position <= Position)
        {
            count = ((ulong)Position - _samples.Position) / _samples.Size + 1;
        }
        else if (IsInGroup())
        {
            count = _samples.Duration == 0 ? _samples.Count : (_timescale - (2 * (UInt128)(_samples.DecodeTime - _groupStart))) / (2 * (UInt128)_samples.Duration);
        }

        return (uint)UInt128.Clamp(count, 1, _samples.Count);
    }
}
