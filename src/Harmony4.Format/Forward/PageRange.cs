namespace Harmony4.Format;

/// <summary>The blocks of a page of the index.</summary>
/// <param name="Track">The track's id.</param>
/// <param name="FirstOrdinal">The page's first block.</param>
/// <param name="Count">How many blocks it has.</param>
public readonly record struct PageRange(int Track, long FirstOrdinal, int Count);
