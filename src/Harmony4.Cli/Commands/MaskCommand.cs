using System.CommandLine;
using Harmony4.Cli.Files;
using Harmony4.Cli.Terminal;
using Harmony4.Transport.Crypto;

namespace Harmony4.Cli.Commands;

internal static class MaskCommand
{
    private const int DefaultBlockSize = 256 * 1024;

    public static Command Create(CliConsole console)
    {
        var input = new Argument<string>("in") { Description = "Any bytes; - for standard input." };
        var output = new OutputArguments("The masked bytes; - for standard output.");
        var key = new Option<string>("--key-file") { Description = "The key: hex text, or raw bytes.", Required = true };
        var blockSize = new Option<long>("--block-size")
        {
            Description = "The mask begins anew with every block of this length.",
            DefaultValueFactory = _ => DefaultBlockSize,
            CustomParser = Values.Size,
        };
        var command = new Command("mask", "Lay the 1.0 transport mask over a file, block by block; a second time takes it off. It is obfuscation, not encryption: to hide what media says, export it with --seal-key-file.") { input, key, blockSize };
        output.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var path = result.GetValue(input)!;
            var size = result.GetValue(blockSize);
            if (size is < 1 or > uint.MaxValue)
            {
                throw CliException.Usage($"--block-size: expected 1 to {uint.MaxValue}, found {size}");
            }

            using var masterKey = await KeyFiles.ReadMaskKeyAsync(result.GetValue(key)!, console, cancellationToken).ConfigureAwait(false);
            using var mask = new TransportMask(masterKey);
            var outputPath = output.Path(result) ?? throw CliException.Usage("-o is needed: the file to write, or - for standard output");
            var source = InputFile.Open(path, console);
            await using (source.ConfigureAwait(false))
            {
                var file = OutputFile.Create(outputPath, output.Force(result), console);
                await using (file.ConfigureAwait(false))
                {
                    await ProgressDisplay.RunAsync(console, "mask", progress => CliApplication.LocateAsync(
                        InputFile.NameOf(path),
                        () => new MediaTransport().MaskAsync(source, file.Stream, mask, size, progress, cancellationToken))).ConfigureAwait(false);
                    await file.CompleteAsync(cancellationToken).ConfigureAwait(false);
                }
            }

            return ExitCode.Done;
        });
        return command;
    }
}
