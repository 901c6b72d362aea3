using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Harmony4.Cli.Files;

namespace Harmony4.Cli.Commands;

internal sealed class KeygenCommand : Verb
{
    private const int KeyLength = 32;
    private const int RsaBits = 3072;

    private readonly OutputArguments _output = new("The key file to write; - for standard output.", required: true);
    private readonly Option<string> _kind = new("--kind") { Description = "key: 32 random bytes as a line of hex, to seal or mask with. es256, es384, ps256: a private key in PEM to sign with, and its public key as <output>.pub.", DefaultValueFactory = _ => "key" };

    public KeygenCommand(CliConsole console)
        : base("keygen", "Make a key: to seal, to mask, or to sign with.", console)
    {
        _kind.AcceptOnlyFromAmong("key", "es256", "es384", "ps256");
        Add(_kind);
        _output.AddTo(this);
    }

    public override IReadOnlyList<(string Purpose, string Line)> Examples =>
    [
        ("A key to seal with.", "harmony4 keygen -o case.key"),
        ("A key to sign with, and signer.pem.pub for those who verify.", "harmony4 keygen --kind es256 -o signer.pem"),
    ];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var path = _output.Path(result)!;
        if (result.GetValue(_kind) is { } name and not "key")
        {
            await WriteSigningKeyAsync(name, path, _output.Force(result), Console, cancellationToken).ConfigureAwait(false);
            return ExitCode.Done;
        }

        var file = OutputFile.Create(path, _output.Force(result), Console, ownerOnly: true);
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
