using System.CommandLine;
using Harmony4.Cli.Files;
using Harmony4.Cli.Terminal;
using Harmony4.Transport.Crypto;

namespace Harmony4.Cli.Commands;

internal static class ExportCommand
{
    // META and SAFE are read whole by every reader.
    private const int MaxMetadataLength = 16 * 1024 * 1024;

    public static Command Create(CliConsole console)
    {
        var input = new Argument<string>("in") { Description = "The media; - for standard input." };
        var segmenter = new SegmenterArguments();
        var output = new OutputArguments("The container; - for standard output. Default: <in>.h4mk beside the input.");
        var spec = new Option<string>("--spec") { Description = "The version to write.", DefaultValueFactory = _ => "1.0" };
        spec.AcceptOnlyFromAmong("1.0");
        var meta = new Option<string?>("--meta") { Description = "A file with the JSON object for META." };
        var safe = new Option<string?>("--safe") { Description = "A file with the JSON object for SAFE." };
        var key = new Option<string?>("--mask-key-file") { Description = "Lay the 1.0 transport mask over each block, with the key in this file. It is obfuscation, not encryption." };
        var command = new Command("export", "Build a container from media.") { input, spec, meta, safe, key };
        segmenter.AddTo(command);
        output.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var inputPath = result.GetValue(input)!;
            var outputPath = output.Path(result) ?? DefaultOutput(inputPath, console);
            using var masterKey = result.GetValue(key) is { } keyPath ? await MaskKeyFile.ReadAsync(keyPath, console, cancellationToken).ConfigureAwait(false) : null;
            using var mask = masterKey is null ? null : new TransportMask(masterKey);
            var options = new ExportOptions
            {
                Segment = segmenter.Segment(result),
                Segmenter = segmenter.Options(result),
                Meta = await ReadJsonAsync("--meta", result.GetValue(meta)).ConfigureAwait(false),
                Safe = await ReadJsonAsync("--safe", result.GetValue(safe)).ConfigureAwait(false),
                Mask = mask,
            };

            var media = InputFile.Open(inputPath, console);
            await using (media.ConfigureAwait(false))
            {
                var container = OutputFile.Create(outputPath, output.Force(result), console);
                await using (container.ConfigureAwait(false))
                {
                    var done = await ProgressDisplay.RunAsync(console, "export", progress => CliApplication.LocateAsync(
                        InputFile.NameOf(inputPath),
                        () => new MediaTransport().ExportAsync(media, container.Stream, options, progress, cancellationToken))).ConfigureAwait(false);
                    await container.CompleteAsync(cancellationToken).ConfigureAwait(false);
                    await ReportAsync(console, inputPath, container.Name, done).ConfigureAwait(false);
                    if (mask is not null && options.Meta is { } own && !TransportMetadata.IsMasked(own.Span))
                    {
                        await console.TellAsync($"harmony4: {result.GetValue(meta)}: the blocks are masked, but this META has no \"masked\":true, without which extract does not take the mask off").ConfigureAwait(false);
                    }
                }
            }

            return ExitCode.Done;

            async ValueTask<ReadOnlyMemory<byte>?> ReadJsonAsync(string name, string? path)
            {
                if (path is null)
                {
                    return null;
                }

                var bytes = await InputFile.ReadAllAsync(path, MaxMetadataLength, console, cancellationToken).ConfigureAwait(false);
                return JsonText.IsObject(bytes) ? bytes : throw CliException.Usage($"{name}: {path} is not a JSON object in UTF-8 of at most 512 levels");
            }
        });
        return command;
    }

    private static string DefaultOutput(string input, CliConsole console) =>
        input != InputFile.StandardStream ? input + ".h4mk"
        : console.IsOutputTerminal ? throw CliException.Usage("-o is needed when the media comes from standard input and standard output is a terminal")
        : InputFile.StandardStream;

    private static async Task ReportAsync(CliConsole console, string input, string output, ExportResult done)
    {
        if (done.Hint is { } hint)
        {
            await console.TellAsync($"harmony4: {InputFile.NameOf(input)}: {hint}").ConfigureAwait(false);
        }

        if (done.Notice is { } notice)
        {
            await console.TellAsync($"harmony4: {InputFile.NameOf(input)}: {notice.Offset}: {done.Segment}: {notice.Message}; what follows is transported as opaque blocks").ConfigureAwait(false);
        }

        if (console.IsErrorTerminal)
        {
            await console.TellAsync(
                $"{output}: {done.Container.Length} bytes, {done.Container.BlockCount} blocks, {done.Container.KeyframeCount} keyframes, segment {done.Segment}").ConfigureAwait(false);
        }
    }
}
