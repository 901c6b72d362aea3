namespace Harmony4.Format;

/// <summary>A SIGN chunk as it is stored, and what a verification with keys says of it.</summary>
public sealed record SignChunk
{
    /// <summary>Gets what the body is: 1 a COSE_Sign1 signature, 2 an HMAC, 3 a wrapped content key, 4 a receipts key; others are unknown.</summary>
    public required int Kind { get; init; }

    /// <summary>Gets where the chunk stands.</summary>
    public required ChunkInfo Chunk { get; init; }

    /// <summary>Gets the body, which the kind gives a meaning.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Gets whether the chunk holds by a key that a verification was given.</summary>
    /// <value><see cref="SignatureState.NotChecked"/> as long as nobody asked, and where no key given is the one that it names.</value>
    public SignatureState State { get; init; } = SignatureState.NotChecked;
}
