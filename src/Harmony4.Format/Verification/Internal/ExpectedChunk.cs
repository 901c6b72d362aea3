namespace Harmony4.Format.Internal;

/// <summary>A chunk that the twin says has to come next.</summary>
/// <param name="Tag">Its tag.</param>
/// <param name="Length">Its payload length.</param>
/// <param name="Digest">SHA-256 of its payload.</param>
/// <param name="Track">The position of its track, for a page; else −1.</param>
/// <param name="IsOpen">Whether the twin waits for the page's place to close it.</param>
internal readonly record struct ExpectedChunk(ChunkTag Tag, uint Length, Sha256Digest Digest, int Track = -1, bool IsOpen = false);
