namespace Harmony4.Format;

/// <summary>A range of a file that a recovery passed over.</summary>
/// <param name="From">Its first byte.</param>
/// <param name="To">The byte behind its last.</param>
public readonly record struct SkippedRange(long From, long To);
