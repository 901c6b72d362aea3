using System.CommandLine;
using System.Globalization;
using Harmony4.Cli.Files;
using Harmony4.Format;

namespace Harmony4.Cli.Commands;

internal sealed class SignCommand : Verb
{
    private readonly Argument<string> _container = new("container") { Description = "A 1.1 container; without -o the signature is added in place." };
    private readonly Option<string?> _key = new("--key") { Description = "The private key in PEM: EC on P-256 or P-384, or RSA of at least 2,048 bits.", HelpName = "file", Required = true };
    private readonly Option<string?> _certificate = new("--cert") { Description = "The certificate of the key in PEM, and the chain behind it, which go into the signature.", HelpName = "file" };
    private readonly Option<bool> _receipts = new("--receipts") { Description = "Sign the tracks instead, each of two or more blocks: extract --receipt makes receipts of it that any COSE library checks." };
    private readonly Option<int?> _track = new("--track") { Description = "With --receipts: only the track with this id.", CustomParser = r => Values.Number<int>(r) };
    private readonly OutputArguments _output = new("Write the signed container there, and leave the other as it is; - for standard output.");

    public SignCommand(CliConsole console)
        : base("sign", "Add a signature to a container. Its blocks, root and identity stay.", console)
    {
        Add(_container);
        Add(_key);
        Add(_certificate);
        Add(_receipts);
        Add(_track);
        _output.AddTo(this);
    }

    public override IReadOnlyList<(string Purpose, string Line)> Examples =>
    [
        ("Sign in place.", "harmony4 sign clip.mp4.h4mk --key signer.pem"),
        ("Sign the tracks, for receipts of single blocks.", "harmony4 sign clip.mp4.h4mk --key signer.pem --receipts -o receipts.h4mk"),
    ];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var path = result.GetValue(_container)!;
        var keyPath = result.GetValue(_key)!;
        if (result.GetValue(_track) is not null && !result.GetValue(_receipts))
        {
            throw CliException.Usage("--track goes with --receipts: a signature is over the whole container");
        }

        using var signer = await KeyFiles.ReadSignerAsync(keyPath, result.GetValue(_certificate), Console, cancellationToken).ConfigureAwait(false);
        IRootAuthenticator authenticator = result.GetValue(_receipts) ? new ReceiptsSigner(signer, result.GetValue(_track)) : new RootSigner(signer);
        await EndWriting.RunAsync(Console, path, _output.Path(result), _output.Force(result), container => SignAsync(result, path, container, authenticator, cancellationToken), cancellationToken).ConfigureAwait(false);
        return ExitCode.Done;
    }

    private async Task<IReadOnlyList<SignContent>> SignAsync(ParseResult result, string path, H4mkContainer container, IRootAuthenticator authenticator, CancellationToken cancellationToken)
    {
        if (result.GetValue(_track) is { } track && container.GetTrack(track).BlockCount < 2)
        {
            throw CliException.Usage(string.Create(CultureInfo.InvariantCulture, $"--track: track {track} has fewer than two blocks, so no receipts"));
        }

        var signs = await authenticator.AuthenticateAsync(container.Root!, cancellationToken).ConfigureAwait(false);
        return signs.Count > 0 ? signs : throw CliException.Usage($"{InputFile.NameOf(path)}: no track has two or more blocks, so none has receipts");
    }
}
