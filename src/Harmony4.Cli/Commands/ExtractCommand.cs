using System.CommandLine;
using Harmony4.Cli.Files;
using Harmony4.Cli.Terminal;
using Harmony4.Format;
using Harmony4.Transport.Crypto;

namespace Harmony4.Cli.Commands;

internal static class ExtractCommand
{
    public static Command Create(CliConsole console)
    {
        var container = new Argument<string>("container") { Description = "A path, an http(s) address, or - for standard input." };
        var output = new OutputArguments("Where the track stream goes. Default: standard output.");
        var track = new Option<int?>("--track") { Description = "The track's id. Default: the first track.", CustomParser = r => Values.Number<int>(r) };
        var block = new Option<long?>("--block") { Description = "Only this block, counted from 0.", CustomParser = r => Values.Number<long>(r) };
        var from = new Option<ulong?>("--from") { Description = "Start with the keyframe at or before this time.", CustomParser = r => Values.Time(r) };
        var to = new Option<ulong?>("--to") { Description = "End before the first keyframe at or after this time.", CustomParser = r => Values.Time(r) };
        var noInit = new Option<bool>("--no-init") { Description = "With --from: leave out the first block, which holds what a player needs first." };
        var key = new Option<string?>("--mask-key-file") { Description = "Take off the mask that export laid over the blocks, with the key in this file." };
        var command = new Command("extract", "Write the track stream, or a part of it. Every block is checked before it is written.") { container, track, block, from, to, noInit, key };
        output.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var path = result.GetValue(container)!;
            var options = new ExtractOptions
            {
                Track = result.GetValue(track),
                Block = result.GetValue(block),
                From = result.GetValue(from),
                To = result.GetValue(to),
                IncludeInit = !result.GetValue(noInit),
            };
            using var masterKey = result.GetValue(key) is { } keyPath ? await MaskKeyFile.ReadAsync(keyPath, console, cancellationToken).ConfigureAwait(false) : null;
            using var mask = masterKey is null ? null : new TransportMask(masterKey);
            var opened = await ContainerFile.OpenAsync(path, console, cancellationToken).ConfigureAwait(false);
            await using (opened.ConfigureAwait(false))
            {
                if (mask is not null && !await CliApplication.LocateAsync(InputFile.NameOf(path), () => IsMaskedAsync(opened, cancellationToken)).ConfigureAwait(false))
                {
                    throw CliException.Usage($"{InputFile.NameOf(path)}: the container is not masked (its META does not say so): --mask-key-file would spoil its blocks");
                }

                var file = OutputFile.Create(output.Path(result) ?? InputFile.StandardStream, output.Force(result), console);
                await using (file.ConfigureAwait(false))
                {
                    await ProgressDisplay.RunAsync(console, "extract", progress => CliApplication.LocateAsync(
                        InputFile.NameOf(path),
                        () => new MediaTransport().ExtractAsync(opened, file.Stream, options with { Mask = mask }, progress, cancellationToken))).ConfigureAwait(false);
                    await file.CompleteAsync(cancellationToken).ConfigureAwait(false);
                }
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<bool> IsMaskedAsync(H4mkContainer container, CancellationToken cancellationToken)
    {
        var meta = await container.ReadMetaAsync(cancellationToken).ConfigureAwait(false);
        return meta is { } json && TransportMetadata.IsMasked(json.Span);
    }
}
