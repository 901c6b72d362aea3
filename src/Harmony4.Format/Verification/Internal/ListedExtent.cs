namespace Harmony4.Format.Internal;

/// <summary>What ROOT and the pages list at a position of the file: where a verification goes on behind a chunk that is damaged.</summary>
/// <param name="Kind">The tag that has to stand there.</param>
/// <param name="End">The first position behind it.</param>
/// <param name="Track">The position of its track, for TOKN, CORE and INDX.</param>
/// <param name="Aux">Its aux record, for those.</param>
internal readonly record struct ListedExtent(ChunkTag Kind, long End, int Track = -1, int Aux = -1);
