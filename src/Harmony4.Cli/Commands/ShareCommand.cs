using System.CommandLine;
using Harmony4.Cli.Files;

namespace Harmony4.Cli.Commands;

internal sealed class ShareCommand : Verb
{
    private readonly Argument<string> _container = new("container") { Description = "A sealed container; without -o the recipient is added in place." };
    private readonly Option<string?> _sealKey = new("--seal-key-file") { Description = "A key that opens the container.", HelpName = "file", Required = true };
    private readonly Option<string?> _recipient = new("--recipient-key-file") { Description = "The key that is to open it as well. Whoever has it can read all that the container's own key seals.", HelpName = "file", Required = true };
    private readonly OutputArguments _output = new("Write the container there, and leave the other as it is; - for standard output.");

    public ShareCommand(CliConsole console)
        : base("share", "Let another key open a sealed container. Its blocks, root and identity stay.", console)
    {
        Add(_container);
        Add(_sealKey);
        Add(_recipient);
        _output.AddTo(this);
    }

    public override IReadOnlyList<(string Purpose, string Line)> Examples =>
    [
        ("Let the key of the lab open it too.", "harmony4 share case.h4mk --seal-key-file case.key --recipient-key-file lab.key"),
    ];

    public override string? MeaningOfNo => "the seal key is none of the container's";

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var path = result.GetValue(_container)!;
        var keyPath = result.GetValue(_sealKey)!;
        var recipientPath = result.GetValue(_recipient)!;
        using var key = await KeyFiles.ReadSealKeyAsync(keyPath, Console, cancellationToken).ConfigureAwait(false);
        using var recipient = await KeyFiles.ReadSealKeyAsync(recipientPath, Console, cancellationToken).ConfigureAwait(false);
        await EndWriting.RunAsync(
            Console,
            path,
            _output.Path(result),
            _output.Force(result),
            async container =>
            {
                using var keys = await SealKeys.RequireAsync(container, key, InputFile.NameOf(path), cancellationToken).ConfigureAwait(false);
                return [keys.ShareWith(recipient)];
            },
            cancellationToken).ConfigureAwait(false);
        return ExitCode.Done;
    }
}
