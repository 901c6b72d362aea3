using System.Security.Cryptography;

namespace Harmony4.Transport.Crypto.Internal;

/// <summary>
/// HKDF with SHA-256 (RFC 5869) in its two steps, so that one extraction serves many expansions. The platform's own class
/// allocates on every expansion; this one does not.
/// </summary>
internal static class HkdfSha256
{
    public const int HashLength = SHA256.HashSizeInBytes;
    public const int MaxOutputLength = 255 * HashLength;
    public const int MaxInfoLength = 4096;

    /// <summary>Section 2.2. An empty salt stands for 32 zero bytes, as HMAC pads its key with zeros.</summary>
    public static void Extract(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> inputKey, Span<byte> pseudorandomKey) =>
        HMACSHA256.HashData(salt, inputKey, pseudorandomKey);

    /// <summary>Section 2.3: T(i) = HMAC(PRK, T(i-1) ‖ info ‖ i), concatenated and cut.</summary>
    public static void Expand(ReadOnlySpan<byte> pseudorandomKey, ReadOnlySpan<byte> info, Span<byte> output)
    {
        Span<byte> message = stackalloc byte[HashLength + info.Length + 1];
        info.CopyTo(message[HashLength..]);
        Span<byte> block = stackalloc byte[HashLength];
        for (byte i = 1; !output.IsEmpty; i++)
        {
            message[^1] = i;
            HMACSHA256.HashData(pseudorandomKey, i == 1 ? message[HashLength..] : message, block);
            block.CopyTo(message);
            var count = Math.Min(HashLength, output.Length);
            block[..count].CopyTo(output);
            output = output[count..];
        }

        CryptographicOperations.ZeroMemory(message);
        CryptographicOperations.ZeroMemory(block);
    }
}
