using System.Security.Cryptography;

namespace Harmony4.Transport.Crypto.Internal;

/// <summary>
/// Derives container id 16 ‖ salt 32 from content. The hash is keyed, so nobody without the key can tell what the content is;
/// it covers everything that any nonce's plaintext or associated data depends on, so equal salts mean equal messages.
/// </summary>
internal static class ReproducibleSalt
{
    private const int HashLength = HkdfSha256.HashLength;

    private static ReadOnlySpan<byte> KeyLabel => "H4MK 1.1 salt key"u8;

    private static ReadOnlySpan<byte> SaltLabel => "H4MK 1.1 salt"u8;

    public static void Derive(
        ContentKey key, ReadOnlySpan<byte> tracksRoot, ReadOnlySpan<byte> metadataHash, ReadOnlySpan<byte> previousIdentity, Span<byte> idAndSalt)
    {
        if (tracksRoot.Length != HashLength || metadataHash.Length != HashLength || previousIdentity.Length is not (0 or HashLength))
        {
            throw new ArgumentException($"The tracks root, the metadata hash and the previous identity have {HashLength} bytes each.", nameof(tracksRoot));
        }

        Span<byte> hashKey = stackalloc byte[HashLength];
        Span<byte> digest = stackalloc byte[HashLength];
        HkdfSha256.Extract([], key.Bytes, digest);
        GC.KeepAlive(key);
        HkdfSha256.Expand(digest, KeyLabel, hashKey);
        HMACSHA256.HashData(hashKey, [.. tracksRoot, .. metadataHash, .. previousIdentity], digest);
        HkdfSha256.Expand(digest, SaltLabel, idAndSalt);
        CryptographicOperations.ZeroMemory(hashKey);
        CryptographicOperations.ZeroMemory(digest);
    }
}
