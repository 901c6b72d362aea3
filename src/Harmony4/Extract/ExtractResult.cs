namespace Harmony4;

/// <summary>What an extraction did.</summary>
/// <param name="BlockCount">Blocks written.</param>
/// <param name="ByteCount">Bytes written.</param>
/// <param name="LostCount">Blocks among them that a recovery had found lost: nothing was written of these.</param>
public sealed record ExtractResult(long BlockCount, long ByteCount, long LostCount = 0);
