using System.CommandLine;
using Harmony4.Cli.Files;

namespace Harmony4.Cli.Commands;

internal sealed class ShareCommand
{
    private readonly CliConsole _console;
    private readonly Argument<string> _container = new("container") { Description = "A sealed container; without -o the recipient is added in place." };
    private readonly Option<string?> _sealKey = new("--seal-key-file") { Description = "A key that opens the container." };
    private readonly Option<string?> _recipient = new("--recipient-key-file") { Description = "The key that is to open it as well. Whoever has it can read all that the container's own key seals." };
    private readonly OutputArguments _output = new("Write the container there, and leave the other as it is; - for standard output.");

    private ShareCommand(CliConsole console) => _console = console;

    public static Command Create(CliConsole console)
    {
        var share = new ShareCommand(console);
        var command = new Command("share", "Let another key open a sealed container. Its blocks, root and identity stay.") { share._container, share._sealKey, share._recipient };
        share._output.AddTo(command);
        command.SetAction(share.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var path = Paths.Required(result, _container);
        var keyPath = result.GetValue(_sealKey) ?? throw CliException.Usage("--seal-key-file is needed: a key that opens the container");
        var recipientPath = result.GetValue(_recipient) ?? throw CliException.Usage("--recipient-key-file is needed: the key that is to open the container as well");
        using var key = await KeyFiles.ReadSealKeyAsync(keyPath, _console, cancellationToken).ConfigureAwait(false);
        using var recipient = await KeyFiles.ReadSealKeyAsync(recipientPath, _console, cancellationToken).ConfigureAwait(false);
        await EndWriting.RunAsync(
            _console,
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
