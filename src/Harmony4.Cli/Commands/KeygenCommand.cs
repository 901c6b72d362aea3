using System.CommandLine;
using System.Security.Cryptography;
using Harmony4.Cli.Files;

namespace Harmony4.Cli.Commands;

internal static class KeygenCommand
{
    private const int KeyLength = 32;

    public static Command Create(CliConsole console)
    {
        var output = new OutputArguments("The key file; - for standard output.");
        var command = new Command("keygen", "Make a random 32-byte key as a line of hex, for --key-file and --mask-key-file.");
        output.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var path = output.Path(result) ?? throw CliException.Usage("-o is needed: the key file to write, or - for standard output");
            var file = OutputFile.Create(path, output.Force(result), console, ownerOnly: true);
            await using (file.ConfigureAwait(false))
            {
                var key = RandomNumberGenerator.GetBytes(KeyLength);
                var text = new byte[(KeyLength * 2) + 1];
                try
                {
                    Convert.TryToHexStringLower(key, text, out _);
                    text[^1] = (byte)'\n';
                    await file.Stream.WriteAsync(text, cancellationToken).ConfigureAwait(false);
                }
                finally
                {
                    CryptographicOperations.ZeroMemory(key);
                    CryptographicOperations.ZeroMemory(text);
                }

                await file.CompleteAsync(cancellationToken).ConfigureAwait(false);
            }

            return ExitCode.Done;
        });
        return command;
    }
}
