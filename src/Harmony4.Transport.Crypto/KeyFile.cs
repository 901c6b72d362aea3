using System.Buffers;
using System.Security.Cryptography;

namespace Harmony4.Transport.Crypto;

/// <summary>
/// Reads keys as people keep them in files: contents that are all hexadecimal digits, an even number of them, with blanks or
/// line ends after them at most, are that hexadecimal; anything else is the key itself, byte for byte.
/// </summary>
/// <remarks>Opening the file is the caller's business. Thread-safe.</remarks>
public static class KeyFile
{
    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    /// <summary>Reads a master key.</summary>
    /// <param name="contents">The file's contents; the caller should zero them afterwards.</param>
    /// <returns>The key; the caller disposes it.</returns>
    /// <exception cref="CryptographicException">The key has fewer than 16 bytes.</exception>
    public static MasterKey ReadMasterKey(ReadOnlySpan<byte> contents) => Read(contents, static key => key.Length >= MasterKey.MinLength
        ? new MasterKey(key)
        : throw new CryptographicException($"A key file holds at least {MasterKey.MinLength} bytes."));

    /// <summary>Reads a content key.</summary>
    /// <param name="contents">The file's contents; the caller should zero them afterwards.</param>
    /// <returns>The key; the caller disposes it.</returns>
    /// <exception cref="CryptographicException">The key does not have 32 bytes.</exception>
    public static ContentKey ReadContentKey(ReadOnlySpan<byte> contents) => Read(contents, static key => key.Length == ContentKey.Length
        ? new ContentKey(key)
        : throw new CryptographicException($"A content key file holds {ContentKey.Length} bytes, or 64 hexadecimal digits."));

    private static TKey Read<TKey>(ReadOnlySpan<byte> contents, KeyMaker<TKey> make)
    {
        var digits = contents.TrimEnd(" \t\r\n"u8);
        if (digits.IsEmpty || digits.Length % 2 != 0 || digits.ContainsAnyExcept(HexDigits))
        {
            return make(contents);
        }

        var bytes = new byte[digits.Length / 2];
        try
        {
            Convert.FromHexString(digits, bytes, out _, out _);
            return make(bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private delegate TKey KeyMaker<TKey>(ReadOnlySpan<byte> key);
}
