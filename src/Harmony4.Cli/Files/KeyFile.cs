using System.Security.Cryptography;
using Harmony4.Transport.Crypto;

namespace Harmony4.Cli.Files;

/// <summary>Reads key files: text that is all hex and of even length is hex, anything else is the key itself.</summary>
internal static class KeyFile
{
    private const int MaxLength = 1024 * 1024;

    public static async Task<MasterKey> ReadAsync(string path, CliConsole console, CancellationToken cancellationToken)
    {
        var bytes = await InputFile.ReadAllAsync(path, MaxLength, console, cancellationToken).ConfigureAwait(false);
        byte[]? decoded = null;
        try
        {
            decoded = Decode(bytes);
            if (decoded.Length < MasterKey.MinLength)
            {
                throw CliException.Usage($"{InputFile.NameOf(path)}: a key has at least {MasterKey.MinLength} bytes, found {decoded.Length}");
            }

            return new MasterKey(decoded);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            CryptographicOperations.ZeroMemory(decoded);
        }
    }

    private static byte[] Decode(byte[] bytes)
    {
        var text = bytes.AsSpan().TrimEnd(" \t\r\n"u8);
        if (text.Length == 0 || text.Length % 2 != 0)
        {
            return bytes;
        }

        foreach (var b in text)
        {
            if (!char.IsAsciiHexDigit((char)b))
            {
                return bytes;
            }
        }

        var decoded = new byte[text.Length / 2];
        Convert.FromHexString(text, decoded, out _, out _);
        return decoded;
    }
}
