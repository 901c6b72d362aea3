namespace Harmony4.Fuzz;

/// <summary>What a byte of an input switches on. Each target looks at those that concern it.</summary>
[Flags]
internal enum FuzzSwitches : byte
{
    None = 0,

    /// <summary>Blocks are cut where they reach the smallest limit.</summary>
    SmallBlocks = 1,

    /// <summary>The distance of key blocks is given.</summary>
    Gop = 2,

    /// <summary>The track that times come from is given.</summary>
    TimeTrack = 4,

    /// <summary>The input is looked at before it is read, as one that can be read twice.</summary>
    Prepare = 8,

    /// <summary>The length of the input is told.</summary>
    KnownLength = 16,

    /// <summary>Bytes that need not be looked at are left out.</summary>
    Skip = 32,

    /// <summary>Of two tracks, or forms of samples, the second.</summary>
    Second = 64,

    /// <summary>Other options that concern few formats.</summary>
    Others = 128,
}
