using System.CommandLine;
using System.Globalization;
using System.Text;
using Harmony4.Cli.Files;
using Harmony4.Cli.Terminal;

namespace Harmony4.Cli.Commands;

internal static class InspectCommand
{
    public static Command Create(CliConsole console)
    {
        var container = new Argument<string>("container") { Description = "A path, an http(s) address, or - for standard input." };
        var chunks = new Option<bool>("--chunks") { Description = "List every chunk (--json always does)." };
        var verify = new Option<bool>("--verify") { Description = "Read and verify the whole file as well." };
        var json = new Option<bool>("--json") { Description = "Print one JSON document." };
        var command = new Command("inspect", "Show version, size, tracks, chunks, META and SAFE, without reading a block.") { container, chunks, verify, json };
        command.SetAction(async (result, cancellationToken) =>
        {
            var path = result.GetValue(container)!;
            var opened = await ContainerFile.OpenAsync(path, console, cancellationToken).ConfigureAwait(false);
            await using (opened.ConfigureAwait(false))
            {
                var report = await ProgressDisplay.RunAsync(console, "verify", progress => CliApplication.LocateAsync(
                    InputFile.NameOf(path),
                    () => new MediaTransport().InspectAsync(opened, result.GetValue(verify), progress, cancellationToken))).ConfigureAwait(false);
                if (result.GetValue(json))
                {
                    await JsonText.WriteAsync(console, writer => report.WriteToAsync(writer, cancellationToken), cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    await PrintAsync(console.Output, report, result.GetValue(chunks)).ConfigureAwait(false);
                }
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static async Task PrintAsync(TextWriter output, ContainerReport report, bool chunks)
    {
        Line(output, "version", report.Version);
        Line(output, "size", $"{report.Size} bytes");
        foreach (var (track, info) in report.Tracks.Zip(report.TrackInfo))
        {
            Line(output, $"track {track.Id}", string.Create(CultureInfo.InvariantCulture, $"{info.Kind.ToName()}, {track.BlockCount} blocks, {track.ByteLength} bytes"));
        }

        Line(output, "keyframes", report.SeekEntryCount?.ToString(CultureInfo.InvariantCulture) ?? "unknown");
        Line(output, "integrity", report.Integrity.ToName());
        Line(output, "veri", report.Veri?.ToString() ?? "none");
        Line(output, "META", report.Meta is { } meta ? TerminalText.Printable(Encoding.UTF8.GetString(meta.Span)) : "none");
        Line(output, "SAFE", report.Safe is { } safe ? TerminalText.Printable(Encoding.UTF8.GetString(safe.Span)) : "none");
        VerifyCommand.PrintFindings(output, report.Verification);
        if (!chunks)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine($"{"offset",14}  {"tag",-4}  {"size",12}  crc");
        await foreach (var chunk in report.EnumerateChunksAsync().ConfigureAwait(false))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{chunk.Offset,14}  {chunk.Tag,-4}  {chunk.Length,12}  {chunk.Crc:x8}"));
        }
    }

    private static void Line(TextWriter output, string name, string value) => output.WriteLine($"{name,-10} {value}");
}
