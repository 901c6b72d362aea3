namespace Harmony4.Format;

/// <summary>What a source gave to a read.</summary>
/// <param name="Count">Bytes read; fewer than asked only at the end.</param>
/// <param name="Length">Bytes in all, as far as the source knows by now. It may grow between reads.</param>
/// <param name="VersionTag">What names this version of the bytes, such as an entity tag; null when the source has none.</param>
public readonly record struct SourceRead(int Count, long Length, string? VersionTag = null);
