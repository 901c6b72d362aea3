namespace Harmony4.Format;

/// <summary>One thing that verification found.</summary>
/// <param name="Chunk">The chunk concerned; null where there is none, as in the file header.</param>
/// <param name="Offset">Position of that chunk's header in the file, in bytes; the file's length for a chunk that is missing.</param>
/// <param name="Code">What is wrong.</param>
/// <param name="Message">What was expected and what was found, in one line.</param>
public sealed record VerificationFinding(ChunkTag? Chunk, long Offset, H4mkErrorCode Code, string Message);
