using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Harmony4.Cli.Files;

namespace Harmony4.Cli.Commands;

internal static class KeygenCommand
{
    private const int KeyLength = 32;
    private const int RsaBits = 3072;

    public static Command Create(CliConsole console)
    {
        var output = new OutputArguments("The key file; - for standard output.");
        var kind = new Option<string>("--kind") { Description = "key: 32 random bytes as a line of hex, to seal or mask with. es256, es384, ps256: a private key in PEM to sign with, and its public key as <output>.pub.", DefaultValueFactory = _ => "key" };
        kind.AcceptOnlyFromAmong("key", "es256", "es384", "ps256");
        var command = new Command("keygen", "Make a key: to seal, to mask, or to sign with.") { kind };
        output.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var path = output.Path(result) ?? throw CliException.Usage("-o is needed: the key file to write, or - for standard output");
            if (result.GetValue(kind) is { } name and not "key")
            {
                await WriteSigningKeyAsync(name, path, output.Force(result), console, cancellationToken).ConfigureAwait(false);
                return ExitCode.Done;
            }

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

    private static async Task WriteSigningKeyAsync(string kind, string path, bool overwrite, CliConsole console, CancellationToken cancellationToken)
    {
        if (path == InputFile.StandardStream)
        {
            throw CliException.Usage("-o: a signing key is two files: expected a path, whose public key is <path>.pub");
        }

        using AsymmetricAlgorithm key = kind switch
        {
            "es256" => ECDsa.Create(ECCurve.NamedCurves.nistP256),
            "es384" => ECDsa.Create(ECCurve.NamedCurves.nistP384),
            _ => RSA.Create(RsaBits),
        };
        var file = OutputFile.Create(path, overwrite, console, ownerOnly: true);
        await using (file.ConfigureAwait(false))
        {
            var publicFile = OutputFile.Create(path + ".pub", overwrite, console);
            await using (publicFile.ConfigureAwait(false))
            {
                var pem = Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n");
                try
                {
                    await file.Stream.WriteAsync(pem, cancellationToken).ConfigureAwait(false);
                }
                finally
                {
                    CryptographicOperations.ZeroMemory(pem);
                }

                await publicFile.Stream.WriteAsync(Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem() + "\n"), cancellationToken).ConfigureAwait(false);
                await file.CompleteAsync(cancellationToken).ConfigureAwait(false);
                await publicFile.CompleteAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
