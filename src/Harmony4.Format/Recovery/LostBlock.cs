namespace Harmony4.Format;

/// <summary>A block whose bytes a recovery did not find.</summary>
/// <param name="Track">The track's id.</param>
/// <param name="Ordinal">Position of the block in the track, from 0.</param>
public readonly record struct LostBlock(int Track, long Ordinal);
