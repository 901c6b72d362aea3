using System.CommandLine;
using Harmony4.Cli.Files;
using Harmony4.Transport.Crypto;

namespace Harmony4.Cli.Commands;

/// <summary>What <c>verify</c> requires of signatures. Each key that is given is required.</summary>
internal sealed class SignatureArguments
{
    private readonly Option<string[]> _keys = new("--public-key") { Description = "A public key or certificate in PEM under which a signature must verify; may be given for each signer.", HelpName = "file", Arity = ArgumentArity.ZeroOrMore, AllowMultipleArgumentsPerToken = false };
    private readonly Option<string?> _trust = new("--trust") { Description = "Certificates in PEM; a signature must come with a chain that leads to one of them.", HelpName = "file" };
    private readonly Option<string?> _sealKey = new("--seal-key-file") { Description = "The key of a sealed container, under which the code over its root must verify.", HelpName = "file" };
    private readonly Option<bool> _require = new("--require-signature") { Description = "Fail unless a signature holds; needs a key, certificates or a seal key to check it with." };

    public void AddTo(Command command)
    {
        command.Add(_keys);
        command.Add(_trust);
        command.Add(_sealKey);
        command.Add(_require);
    }

    /// <summary>Whether anything was asked of signatures.</summary>
    public bool IsAsked(ParseResult result) =>
        result.GetValue(_keys) is { Length: > 0 } || result.GetValue(_trust) is not null || result.GetValue(_sealKey) is not null || result.GetValue(_require);

    public async Task<VerifyOptions> ReadAsync(ParseResult result, CliConsole console, CancellationToken cancellationToken)
    {
        var keys = new List<VerificationKey>();
        foreach (var path in result.GetValue(_keys) ?? [])
        {
            keys.Add(await KeyFiles.ReadPublicKeyAsync(path, console, cancellationToken).ConfigureAwait(false));
        }

        var options = new VerifyOptions
        {
            Keys = keys,
            Trust = result.GetValue(_trust) is { } trust ? await KeyFiles.ReadTrustAsync(trust, console, cancellationToken).ConfigureAwait(false) : null,
            SealKey = result.GetValue(_sealKey) is { } seal ? await KeyFiles.ReadSealKeyAsync(seal, console, cancellationToken).ConfigureAwait(false) : null,
            RequireSignature = result.GetValue(_require),
        };
        return options.RequireSignature && !options.HasKeys
            ? throw CliException.Usage("--require-signature: expected --public-key, --trust or --seal-key-file to check signatures with, found none")
            : options;
    }
}
