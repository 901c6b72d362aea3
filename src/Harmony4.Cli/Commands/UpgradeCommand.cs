using System.CommandLine;
using System.Globalization;
using Harmony4.Cli.Files;
using Harmony4.Cli.Terminal;
using Harmony4.Format;

namespace Harmony4.Cli.Commands;

internal sealed class UpgradeCommand
{
    private readonly CliConsole _console;
    private readonly Argument<string> _container = new("container") { Description = "A whole 1.0 container: a path, an http(s) address, or - for standard input." };
    private readonly Option<int?> _pageLog2 = new("--page-log2") { Description = "Blocks in a page of the index, as a binary logarithm of 1 to 14. Default: 10.", CustomParser = r => Values.Number<int>(r) };
    private readonly PerInputArguments _track = new("video");
    private readonly OutputArguments _output = new("The container; - for standard output.");
    private readonly SummaryLine _summary = new();

    private UpgradeCommand(CliConsole console) => _console = console;

    public static Command Create(CliConsole console)
    {
        var upgrade = new UpgradeCommand(console);
        var command = new Command("upgrade", "Put version 1.1 behind a 1.0 container, which stays as it is at the beginning: its index, root and proofs.") { upgrade._container, upgrade._pageLog2 };
        upgrade._track.AddDescriptionsTo(command);
        upgrade._output.AddTo(command);
        upgrade._summary.AddTo(command);
        command.SetAction(upgrade.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var path = Paths.Required(result, _container);
        var target = _output.Path(result) ?? throw CliException.Usage("-o is needed: the container to write, or - for standard output");
        var pageLog2 = ExportCommand.PageLog2(result, _pageLog2) ?? 10;
        var described = _track.DescribeTrack(result);
        var options = new H4mkWriterOptions
        {
            PageLog2 = pageLog2,
            Tracks = [new H4mkTrackInfo { Id = 0, Kind = described.Kind ?? TrackKind.Video, Label = described.Label, Language = described.Language }],
        };
        var opened = await ContainerFile.OpenAsync(path, _console, cancellationToken).ConfigureAwait(false);
        await using (opened.ConfigureAwait(false))
        {
            if (opened.Version != H4mkVersion.V10)
            {
                throw CliException.Usage($"{InputFile.NameOf(path)}: is of version 1.1 already: only a 1.0 container can be upgraded");
            }

            var file = OutputFile.Create(target, _output.Force(result), _console);
            await using (file.ConfigureAwait(false))
            {
                var done = await ProgressDisplay.RunAsync(_console, "upgrade", progress => CliApplication.LocateAsync(
                    InputFile.NameOf(path),
                    () => new MediaTransport().UpgradeAsync(opened, file.Stream, options, times: null, progress, cancellationToken))).ConfigureAwait(false);
                await file.CompleteAsync(cancellationToken).ConfigureAwait(false);
                await _summary.TellAsync(result, _console, string.Create(CultureInfo.InvariantCulture, $"{file.Name}: version 1.1, {done.Length} bytes, {done.BlockCount} blocks, {done.KeyframeCount} keyframes, root {done.Identity}")).ConfigureAwait(false);
            }
        }

        return ExitCode.Done;
    }
}
