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
}
