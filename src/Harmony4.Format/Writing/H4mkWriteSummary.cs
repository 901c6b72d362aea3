namespace Harmony4.Format;

/// <summary>What a finished container holds.</summary>
/// <param name="Length">Bytes of the file.</param>
/// <param name="BlockCount">Blocks of all tracks.</param>
/// <param name="PayloadLength">Bytes of block payload.</param>
/// <param name="KeyframeCount">Entries of the seek table.</param>
/// <param name="Veri">The SHA-256 that VERI holds, 32 bytes.</param>
public sealed record H4mkWriteSummary(long Length, long BlockCount, long PayloadLength, long KeyframeCount, ReadOnlyMemory<byte> Veri);
