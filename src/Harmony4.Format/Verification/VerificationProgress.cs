namespace Harmony4.Format;

/// <summary>How far a verification is.</summary>
/// <param name="BytesRead">Bytes of the file read so far.</param>
/// <param name="Length">Bytes of the file.</param>
public readonly record struct VerificationProgress(long BytesRead, long Length);
