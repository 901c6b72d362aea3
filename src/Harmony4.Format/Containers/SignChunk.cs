namespace Harmony4.Format;

/// <summary>A SIGN chunk as it is stored: listed, not judged.</summary>
public sealed record SignChunk
{
    /// <summary>Gets what the body is: 1 a COSE_Sign1 signature, 2 an HMAC, 3 a wrapped content key, 4 a receipts key; others are unknown.</summary>
    public required int Kind { get; init; }

    /// <summary>Gets where the chunk stands.</summary>
    public required ChunkInfo Chunk { get; init; }

    /// <summary>Gets the body, which the kind gives a meaning.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }
}
