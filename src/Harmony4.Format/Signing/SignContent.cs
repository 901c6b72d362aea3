namespace Harmony4.Format;

/// <summary>What a SIGN chunk is to say.</summary>
/// <param name="Kind">What the body is; see <see cref="SignChunk.Kind"/>: 1 to 255.</param>
/// <param name="Body">The body, at most 65,532 bytes.</param>
public readonly record struct SignContent(byte Kind, ReadOnlyMemory<byte> Body)
{
    /// <summary>The kind of a COSE_Sign1 over the root header (RFC 9052): 1.</summary>
    public const byte Cose = 1;

    /// <summary>The kind of an HMAC-SHA-256 over the root header, under a key of the container's seal: 2.</summary>
    public const byte RootMac = 2;

    /// <summary>The kind of a content key that is wrapped for a further recipient: 3.</summary>
    public const byte WrappedKey = 3;

    /// <summary>The kind of a track's receipts key, a COSE_Sign1 over the track's Merkle root (RFC 9942): 4.</summary>
    public const byte Receipts = 4;
}
