namespace Harmony4.Tokenization.Internal;

/// <summary>What moov says about one track.</summary>
internal struct Mp4Track
{
    public uint Id;
    public uint Timescale;
    public uint DefaultDuration;
    public uint DefaultSize;
    public uint DefaultFlags;
    public MediaKind Kind;

    /// <summary>How many samples its tables tell of.</summary>
    public uint SampleCount;

    /// <summary>Its sample tables, where they are kept.</summary>
    public Mp4SampleTables? Tables;

    /// <summary>Its edit list, where that is kept.</summary>
    public Mp4SampleTables? Edits;

    /// <summary>When its next sample is decoded, in ticks, where frames are told of.</summary>
    public Int128 NextTime;

    /// <summary>The lowest composition offset below 0 of its fragments, in ticks, where frames are told of.</summary>
    public int EarliestOffset;
}
