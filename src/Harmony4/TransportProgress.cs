namespace Harmony4;

/// <summary>How far a long operation is.</summary>
/// <param name="BytesDone">Bytes of input worked through.</param>
/// <param name="BytesTotal">Bytes of input in all; null when that is not known, as for a pipe.</param>
public readonly record struct TransportProgress(long BytesDone, long? BytesTotal);
