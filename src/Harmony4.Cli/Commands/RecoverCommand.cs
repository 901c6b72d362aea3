using System.CommandLine;
using System.Globalization;
using Harmony4.Cli.Files;
using Harmony4.Cli.Terminal;
using Harmony4.Format;

namespace Harmony4.Cli.Commands;

internal sealed class RecoverCommand : Verb
{
    private const int MaxPipedSignaturesLength = 256 * 1024 * 1024;
    private const int MaxHeadLength = 16 * 1024 * 1024;

    private readonly Argument<string> _input = new("file") { Description = "A recording that was cut or damaged, such as the .part file that a killed export left; it is not changed." };
    private readonly OutputArguments _output = new("The container to write; - for standard output.", required: true);
    private readonly Option<string?> _trak = new("--trak") { Description = "A file with the TRAK payload to use where that of the recording is damaged.", HelpName = "file" };
    private readonly Option<string?> _meta = new("--meta") { Description = "A file with the META payload to use where that of the recording is damaged.", HelpName = "file" };
    private readonly Option<string?> _safe = new("--safe") { Description = "A file with the SAFE payload to use where that of the recording is damaged.", HelpName = "file" };
    private readonly Option<string?> _signatures = new("--signatures") { Description = "The file that export --live-signatures wrote beside the recording: a signature in it that fits what was recovered is added.", HelpName = "file" };
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON document: blocks, lost, skipped, cut, root." };

    public RecoverCommand(CliConsole console)
        : base("recover", "Make the longest sound container of a cut or damaged recording.", console)
    {
        Add(_input);
        Add(_trak);
        Add(_meta);
        Add(_safe);
        Add(_signatures);
        Add(_json);
        _output.AddTo(this);
    }

    public override IReadOnlyList<(string Purpose, string Line)> Examples =>
    [
        ("Make a container of what a killed export left.", "harmony4 recover .live.h4mk.part -o live.h4mk"),
    ];

    public override string? MeaningOfNo => "the container is written, and something was lost";

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var path = result.GetValue(_input)!;
        var target = _output.Path(result)!;
        if (target == InputFile.StandardStream && result.GetValue(_json))
        {
            throw CliException.Usage("--json and -o - both go to standard output");
        }

        if (target != InputFile.StandardStream && path != InputFile.StandardStream && System.IO.Path.GetFullPath(target) == System.IO.Path.GetFullPath(path))
        {
            throw CliException.Usage($"{path}: is what is recovered, and stays as it is: name another output");
        }

        using var side = await OpenSignaturesAsync(result.GetValue(_signatures), cancellationToken).ConfigureAwait(false);
        var signatures = side is null ? null : LiveSignatures.FromStream(side);
        var options = new H4mkRecoveryOptions
        {
            Authenticators = signatures is null ? [] : [signatures],
            Trak = await ReadAsync(result.GetValue(_trak), cancellationToken).ConfigureAwait(false),
            Meta = await ReadAsync(result.GetValue(_meta), cancellationToken).ConfigureAwait(false),
            Safe = await ReadAsync(result.GetValue(_safe), cancellationToken).ConfigureAwait(false),
        };
        var source = await ContainerFile.OpenSourceAsync(path, Console, cancellationToken).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            var file = OutputFile.Create(target, _output.Force(result), Console, input: path);
            await using (file.ConfigureAwait(false))
            {
                var report = await WorkAsync(path, progress => new MediaTransport().RecoverAsync(source, file.Stream, options, progress, cancellationToken)).ConfigureAwait(false);
                await RequireSoundAsync(file, report, cancellationToken).ConfigureAwait(false);
                await file.CompleteAsync(cancellationToken).ConfigureAwait(false);
                if (signatures is not null && (await signatures.AuthenticateAsync(report.Container.Root!, cancellationToken).ConfigureAwait(false)).Count == 0)
                {
                    await Console.TellAsync($"harmony4: {file.Name}: none of the {await signatures.CountAsync(cancellationToken).ConfigureAwait(false)} live signatures is of what was recovered").ConfigureAwait(false);
                }

                await ReportAsync(file.Name, report, result.GetValue(_json), cancellationToken).ConfigureAwait(false);
                return report.IsClean ? ExitCode.Done : ExitCode.No;
            }
        }
    }

    /// <summary>Reads what was written once more: nothing is called recovered that does not verify.</summary>
    private async Task RequireSoundAsync(OutputFile file, H4mkRecoveryReport report, CancellationToken cancellationToken)
    {
        await file.Stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (file.WrittenPath is not { } written)
        {
            await Console.TellAsync($"harmony4: {file.Name}: cannot be read again: verify it before you rely on it").ConfigureAwait(false);
            return;
        }

        var source = H4mkSource.FromFile(written);
        await using (source.ConfigureAwait(false))
        {
            var result = await ProgressDisplay.RunAsync(Console, "verify", progress => new MediaTransport().VerifyAsync(source, options: null, progress, cancellationToken)).ConfigureAwait(false);
            if (result.State is not (VerificationState.Unsigned or VerificationState.Valid) || result.Identity != report.Container.Identity)
            {
                var first = result.Findings is [var finding, ..] ? $"{finding.Offset}: {finding.Message}" : "its root is not the one that was written";
                throw CliException.Failed(file.Name, $"what was written does not verify: {first}");
            }
        }
    }

    /// <summary>Opens the side file, which is read once the root is known. One from a pipe is held.</summary>
    private async ValueTask<Stream?> OpenSignaturesAsync(string? path, CancellationToken cancellationToken)
    {
        if (path is null)
        {
            return null;
        }

        var file = InputFile.Open(path, Console);
        return file.CanSeek
            ? new LocatedInput(file, path)
            : new MemoryStream(await InputFile.ReadAllAsync(file, path, MaxPipedSignaturesLength, cancellationToken).ConfigureAwait(false), writable: false);
    }

    private async ValueTask<ReadOnlyMemory<byte>> ReadAsync(string? path, CancellationToken cancellationToken) =>
        path is null ? default : await InputFile.ReadAllAsync(path, MaxHeadLength, Console, cancellationToken).ConfigureAwait(false);

    private async Task ReportAsync(string name, H4mkRecoveryReport report, bool json, CancellationToken cancellationToken)
    {
        if (json)
        {
            await JsonText.WriteAsync(Console, writer => report.WriteTo(writer), cancellationToken).ConfigureAwait(false);
            return;
        }

        var cut = report.CutOffset is { } offset ? string.Create(CultureInfo.InvariantCulture, $", cut at {offset}") : "";
        await Console.TellAsync(string.Create(CultureInfo.InvariantCulture, $"{name}: {report.BlockCount} blocks, {report.LostCount} lost, {report.SkippedCount} ranges skipped{cut}, root {report.Container.Identity}")).ConfigureAwait(false);
        foreach (var lost in report.Lost.Take(10))
        {
            await Console.TellAsync(string.Create(CultureInfo.InvariantCulture, $"harmony4: lost: track {lost.Track}, block {lost.Ordinal}")).ConfigureAwait(false);
        }

        foreach (var range in report.Skipped.Take(10))
        {
            await Console.TellAsync(string.Create(CultureInfo.InvariantCulture, $"harmony4: skipped: bytes {range.From} to {range.To}")).ConfigureAwait(false);
        }

        if (report.LostCount > 10 || report.SkippedCount > 10)
        {
            await Console.TellAsync("harmony4: and more; --json lists them").ConfigureAwait(false);
        }
    }
}
