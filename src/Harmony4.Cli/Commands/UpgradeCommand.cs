using System.CommandLine;
using System.Globalization;
using Harmony4.Cli.Files;
using Harmony4.Format;

namespace Harmony4.Cli.Commands;

internal sealed class UpgradeCommand : Verb
{
    private readonly Argument<string> _container = new("container") { Description = "A whole 1.0 container: a path, an http(s) address, or - for standard input." };
    private readonly Option<int?> _pageLog2 = new("--page-log2") { Description = "Blocks in a page of the index, as a binary logarithm of 1 to 14. Default: 10.", CustomParser = r => Values.Number<int>(r) };
    private readonly PerInputArguments _track = new("video");
    private readonly OutputArguments _output = new("The container to write; - for standard output.", required: true);
    private readonly SummaryLine _summary = new();

    public UpgradeCommand(CliConsole console)
        : base("upgrade", "Put version 1.1 behind a 1.0 container, which stays as it is at the beginning: its index, root and proofs.", console)
    {
        Add(_container);
        Add(_pageLog2);
        _track.AddDescriptionsTo(this);
        _output.AddTo(this);
        _summary.AddTo(this);
    }

    public override IReadOnlyList<(string Purpose, string Line)> Examples =>
    [
        ("Put an index, a root and proofs behind a 1.0 container.", "harmony4 upgrade old.h4mk -o new.h4mk"),
    ];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var path = result.GetValue(_container)!;
        var target = _output.Path(result)!;
        var pageLog2 = ExportCommand.PageLog2(result, _pageLog2) ?? 10;
        var described = _track.DescribeTrack(result);
        var options = new H4mkWriterOptions
        {
            PageLog2 = pageLog2,
            Tracks = [new H4mkTrackInfo { Id = 0, Kind = described.Kind ?? TrackKind.Video, Label = described.Label, Language = described.Language }],
        };
        var opened = await OpenAsync(path, cancellationToken).ConfigureAwait(false);
        await using (opened.ConfigureAwait(false))
        {
            if (opened.Version != H4mkVersion.V10)
            {
                throw CliException.Usage($"{InputFile.NameOf(path)}: is of version 1.1 already: only a 1.0 container can be upgraded");
            }

            var (name, done) = await WriteAsync(
                target,
                _output.Force(result),
                async file => (file.Name, await WorkAsync(path, progress => new MediaTransport().UpgradeAsync(opened, file.Stream, options, times: null, progress, cancellationToken)).ConfigureAwait(false)),
                cancellationToken).ConfigureAwait(false);
            await _summary.TellAsync(result, Console, string.Create(CultureInfo.InvariantCulture, $"{name}: version 1.1, {done.Length} bytes, {done.BlockCount} blocks, {done.KeyframeCount} keyframes, root {done.Identity}")).ConfigureAwait(false);
        }

        return ExitCode.Done;
    }
}
