using System.CommandLine;
using System.Globalization;
using Harmony4.Cli.Files;
using Harmony4.Format;

namespace Harmony4.Cli.Commands;

internal sealed class AppendCommand : Verb
{
    private readonly Argument<string> _container = new("container") { Description = "A 1.1 container; without -o it is changed in place." };
    private readonly Argument<string[]> _inputs = new("in") { Description = "The media; - for standard input. As many as the container has tracks, in their order.", Arity = ArgumentArity.OneOrMore };
    private readonly SegmenterArguments _segmenter = new();
    private readonly PerInputArguments _perInput = new();
    private readonly OutputArguments _output = new("Write the longer container there, and leave the other as it is; - for standard output.");
    private readonly SummaryLine _summary = new();
    private readonly ProofArguments _proof = new("Write a proof to this file that the longer container begins with the other; verify --proof checks it against both roots.");

    private readonly SealArguments _seal = new("The key of a sealed container: what is appended is sealed too, under a seal of its own. The code over the root has to verify; --force goes on without, as after a recovery.");

    public AppendCommand(CliConsole console)
        : base("append", "Append media to the tracks of a container, in place or to -o. Its signatures fall away.", console)
    {
        Add(_container);
        Add(_inputs);
        _seal.AddTo(this);
        _segmenter.AddTo(this);
        _perInput.AddTimeTrackTo(this);
        _output.AddTo(this);
        _summary.AddTo(this);
        _proof.AddTo(this);
    }

    public override IReadOnlyList<(string Purpose, string Line)> Examples =>
    [
        ("Append in place; a crash leaves the old file or the new one.", "harmony4 append clip.mp4.h4mk next.mp4"),
        ("Write the longer container elsewhere, with a proof that it extends the other.", "harmony4 append clip.mp4.h4mk next.mp4 -o longer.h4mk --proof grew.proof"),
    ];

    public override string? MeaningOfNo => "the seal key is none of the container's";

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var path = result.GetValue(_container)!;
        var paths = result.GetValue(_inputs)!;
        var target = _output.Path(result);
        if (paths.Count(p => p == InputFile.StandardStream) > 1)
        {
            throw CliException.Usage("standard input (-) can be one input only");
        }

        if (path == InputFile.StandardStream || (target is null && InputFile.TryGetAddress(path, out _)))
        {
            throw CliException.Usage($"{InputFile.NameOf(path)}: cannot be changed in place; write the longer container with -o");
        }

        if (target is null && Array.Find(paths, p => IsSameFile(p, path)) is { } self)
        {
            throw CliException.Usage($"{InputFile.NameOf(self)}: cannot be appended to itself in place, where it would grow while it is read; write the longer container with -o");
        }

        _proof.RequireApartFrom(result, target ?? path);
        using var keys = new KeyRing();
        var seal = await _seal.ReadAsync(result, keys, Console, cancellationToken).ConfigureAwait(false);
        var options = new ExportOptions { Segment = _segmenter.Segment(result), Seal = seal is null ? null : seal with { AcceptUnauthenticated = _output.Force(result) } };
        var described = _perInput.DescribeTimeTracks(result, paths.Length, _segmenter.Options(result));
        using var end = paths.Contains(InputFile.StandardStream) ? Console.ExpectEndOfInput() : null;
        var streams = new List<Stream>();
        try
        {
            foreach (var input in paths)
            {
                var stream = InputFile.Open(input, Console);
                streams.Add(
                    input == InputFile.StandardStream ? new EndableStream(stream, end!.Token)
                    : stream.CanSeek ? new LocatedInput(stream, input)
                    : new EndableStream(new LocatedInput(stream, input), CancellationToken.None));
            }

            IReadOnlyList<ExportInput> inputs = [.. described.Select((input, i) => input with { Media = streams[i] })];
            var done = target is null
                ? await InPlaceAsync(result, path, inputs, options, cancellationToken).ConfigureAwait(false)
                : await ToAsync(result, path, target, inputs, options, cancellationToken).ConfigureAwait(false);
            await ReportAsync(result, target ?? path, paths, done).ConfigureAwait(false);
        }
        finally
        {
            foreach (var stream in streams)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }
        }

        if (end is { Token.IsCancellationRequested: true })
        {
            await Console.TellAsync("harmony4: interrupted: the container is complete, and holds what was read of standard input").ConfigureAwait(false);
            return ExitCode.Interrupted;
        }

        return ExitCode.Done;
    }

    private async Task<ExportResult> InPlaceAsync(ParseResult result, string path, IReadOnlyList<ExportInput> inputs, ExportOptions options, CancellationToken cancellationToken)
    {
        if (await LocateAsync(path, () => ContainerEdit.TryUndoAsync(path, cancellationToken)).ConfigureAwait(false))
        {
            await Console.TellAsync($"harmony4: {path}: an earlier change had broken off and is undone").ConfigureAwait(false);
        }

        var proof = _proof.Path(result) is { } proofPath ? OutputFile.Create(proofPath, _output.Force(result), Console) : null;
        try
        {
            Console.IsChangingInPlace = true;
            var done = await AppendAsync(path, result, progress => new MediaTransport().AppendAsync(path, inputs, options, progress, cancellationToken)).ConfigureAwait(false);
            Console.IsChangingInPlace = false;
            if (proof is not null)
            {
                await proof.Stream.WriteAsync(done.Proof, cancellationToken).ConfigureAwait(false);
                await proof.CompleteAsync(cancellationToken).ConfigureAwait(false);
            }

            return new ExportResult { Container = done.Container, Inputs = done.Inputs };
        }
        finally
        {
            if (proof is not null)
            {
                await proof.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task<ExportResult> ToAsync(ParseResult result, string path, string target, IReadOnlyList<ExportInput> inputs, ExportOptions options, CancellationToken cancellationToken)
    {
        var opened = await OpenAsync(path, cancellationToken).ConfigureAwait(false);
        await using (opened.ConfigureAwait(false))
        {
            var file = OutputFile.Create(target, _output.Force(result), Console);
            await using (file.ConfigureAwait(false))
            {
                if (_proof.Path(result) is not null && file.WrittenPath is null)
                {
                    throw CliException.Usage("--proof: the longer container has to be read again for it: -o must be a file");
                }

                var done = await AppendAsync(path, result, progress => new MediaTransport().AppendAsync(opened, inputs, file.Stream, options, progress, cancellationToken)).ConfigureAwait(false);
                await file.Stream.FlushAsync(cancellationToken).ConfigureAwait(false);
                var proof = await _proof.StageAsync(result, opened, Console, () => ProveAsync(opened, file.WrittenPath!, cancellationToken), _output.Force(result), cancellationToken).ConfigureAwait(false);
                await file.CompleteAsync(cancellationToken).ConfigureAwait(false);
                if (proof is not null)
                {
                    await using (proof.ConfigureAwait(false))
                    {
                        await proof.CompleteAsync(cancellationToken).ConfigureAwait(false);
                    }
                }

                return done;
            }
        }
    }

    private static async ValueTask<byte[]> ProveAsync(H4mkContainer container, string written, CancellationToken cancellationToken)
    {
        var longer = await H4mkContainer.OpenAsync(written, cancellationToken: cancellationToken).ConfigureAwait(false);
        await using (longer.ConfigureAwait(false))
        {
            return await container.ProveExtensionAsync(longer, cancellationToken).ConfigureAwait(false);
        }
    }

    // Two names of one file, by links or not, have what is saved of it in one place. Linux names the file that standard input is.
    private static bool IsSameFile(string input, string path)
    {
        var name = input != InputFile.StandardStream ? input : File.Exists("/proc/self/fd/0") ? "/proc/self/fd/0" : null;
        return name is not null && !InputFile.TryGetAddress(name, out _) && ContainerEdit.GetUndoPath(name) == ContainerEdit.GetUndoPath(path);
    }

    /// <summary>Ties a fault to the file that has it: of the container or, by its number, of an input.</summary>
    private Task<T> AppendAsync<T>(string path, ParseResult result, Func<IProgress<TransportProgress>?, Task<T>> work)
    {
        var names = result.GetValue(_inputs)!.Select(InputFile.NameOf).ToArray();
        return WorkAsync(path, async progress =>
        {
            try
            {
                return await work(progress).ConfigureAwait(false);
            }
            catch (MediaFormatException exception)
            {
                throw CliException.Failed(names[exception.Input], string.Create(CultureInfo.InvariantCulture, $"{exception.Offset}: {exception.Segment}: {exception.Detail}"), exception);
            }
        });
    }

    private async Task ReportAsync(ParseResult result, string output, string[] paths, ExportResult done)
    {
        await ExportCommand.TellOfInputsAsync(Console, paths, done.Inputs, _segmenter.Options(result)).ConfigureAwait(false);
        foreach (var (path, input) in paths.Zip(done.Inputs))
        {
            if (input.Shift > 0)
            {
                await Console.TellAsync(string.Create(CultureInfo.InvariantCulture, $"harmony4: {InputFile.NameOf(path)}: begins before the track's end: its times are moved by {input.Shift} us ({Values.FormatTime(input.Shift)})")).ConfigureAwait(false);
            }
        }

        var container = done.Container;
        await _summary.TellAsync(result, Console, string.Create(CultureInfo.InvariantCulture, $"{output}: {container.Length} bytes, {container.BlockCount} blocks, {container.KeyframeCount} keyframes, root {container.Identity}")).ConfigureAwait(false);
    }
}
