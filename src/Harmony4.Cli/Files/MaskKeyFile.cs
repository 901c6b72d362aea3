using System.Security.Cryptography;
using Harmony4.Transport.Crypto;

namespace Harmony4.Cli.Files;

/// <summary>Reads the key files that a command is given.</summary>
internal static class MaskKeyFile
{
    private const int MaxLength = 1024 * 1024;

    public static async Task<MasterKey> ReadAsync(string path, CliConsole console, CancellationToken cancellationToken)
    {
        var bytes = await InputFile.ReadAllAsync(path, MaxLength, console, cancellationToken).ConfigureAwait(false);
        try
        {
            return KeyFile.ReadMasterKey(bytes);
        }
        catch (CryptographicException exception)
        {
            throw new CliException(ExitCode.Usage, $"{InputFile.NameOf(path)}: {exception.Message}", exception);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
