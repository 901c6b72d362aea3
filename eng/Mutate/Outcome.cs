namespace Harmony4.Mutate;

/// <summary>What became of a mutation.</summary>
internal enum Outcome
{
    /// <summary>It is no program.</summary>
    NotCompiled,

    /// <summary>A test failed, or the process died.</summary>
    Killed,

    /// <summary>A test ran far longer than without it.</summary>
    TimedOut,

    /// <summary>All tests passed.</summary>
    Survived,
}
