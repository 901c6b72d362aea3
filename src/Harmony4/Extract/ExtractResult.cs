namespace Harmony4;

/// <summary>What an extraction did.</summary>
/// <param name="BlockCount">Blocks written.</param>
/// <param name="ByteCount">Bytes written.</param>
public sealed record ExtractResult(long BlockCount, long ByteCount);
