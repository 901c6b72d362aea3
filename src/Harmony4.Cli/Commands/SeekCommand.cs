using System.CommandLine;
using System.Globalization;
using Harmony4.Cli.Files;
using Harmony4.Format;

namespace Harmony4.Cli.Commands;

internal static class SeekCommand
{
    public static Command Create(CliConsole console)
    {
        var container = new Argument<string>("container") { Description = "A path, an http(s) address, or - for standard input." };
        var pts = new Argument<ulong>("pts") { Description = "The time: microseconds, 1.5s, 250ms or hh:mm:ss.ffffff.", CustomParser = Values.Time };
        var track = new Option<int?>("--track") { Description = "The track's id. Default: the first track.", CustomParser = r => Values.Number<int>(r) };
        var proof = new ProofArguments("Write a proof of the answer to this file, which verify --proof checks against the container's root.");
        var force = new Option<bool>("--force", "-f") { Description = "With --proof: overwrite an existing file." };
        var lenient = new Option<bool>("--lenient") { Description = "Sort a 1.0 seek table whose times decrease instead of refusing it." };
        var json = new Option<bool>("--json") { Description = "Print one JSON document; null when nothing is at or before that time." };
        var command = new Command("seek", "Find the keyframe at or before a time.") { container, pts, track, force, lenient, json };
        proof.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            proof.RequireApartFrom(result, InputFile.StandardStream);
            var path = result.GetValue(container)!;
            var options = new H4mkContainerOptions { SortSeek = result.GetValue(lenient) };
            var opened = await ContainerFile.OpenAsync(path, console, cancellationToken, options).ConfigureAwait(false);
            await using (opened.ConfigureAwait(false))
            {
                var asked = result.GetValue(pts);
                var id = result.GetValue(track);
                var (found, cost) = await CliApplication.LocateAsync(InputFile.NameOf(path), async () =>
                {
                    var keyframe = await new MediaTransport().SeekAsync(opened, asked, id, cancellationToken).ConfigureAwait(false);
                    var reads = (ContainerFile.CountReads(opened.Source), opened.Source.BytesRead);
                    var file = await proof.StageAsync(result, opened, console, () => opened.ProveKeyframeAsync(opened.GetTrack(id).Id, asked, cancellationToken), result.GetValue(force), cancellationToken).ConfigureAwait(false);
                    if (file is not null)
                    {
                        await using (file.ConfigureAwait(false))
                        {
                            await file.CompleteAsync(cancellationToken).ConfigureAwait(false);
                        }
                    }

                    return (keyframe, reads);
                }).ConfigureAwait(false);
                var first = found is null ? await FindFirstAsync(opened, id, path, asked, cancellationToken).ConfigureAwait(false) : null;
                if (result.GetValue(json))
                {
                    await WriteJsonAsync(console, found, cost, cancellationToken).ConfigureAwait(false);
                }
                else if (found is { } keyframe)
                {
                    Print(console.Output, keyframe, cost);
                }

                if (found is not null)
                {
                    return ExitCode.Done;
                }

                var where = first is { } next ? string.Create(CultureInfo.InvariantCulture, $"the first is at {next.Pts} us ({Values.FormatTime(next.Pts)})") : "the track has none";
                throw new CliException(ExitCode.No, string.Create(CultureInfo.InvariantCulture, $"{InputFile.NameOf(path)}: no keyframe at or before {asked} us: {where}"));
            }
        });
        return command;
    }

    private static Task<Keyframe?> FindFirstAsync(H4mkContainer opened, int? track, string path, ulong asked, CancellationToken cancellationToken) => CliApplication.LocateAsync(
        InputFile.NameOf(path),
        () => opened.FindNextKeyframeAsync(opened.GetTrack(track).Id, asked, cancellationToken).AsTask());

    private static Task WriteJsonAsync(CliConsole console, Keyframe? found, (long Reads, long Bytes) cost, CancellationToken cancellationToken) =>
        JsonText.WriteAsync(
            console,
            writer =>
            {
                if (found is not { } keyframe)
                {
                    writer.WriteNullValue();
                    return;
                }

                writer.WriteStartObject();
                keyframe.WriteMembersTo(writer);
                writer.WriteNumber("reads"u8, cost.Reads);
                writer.WriteNumber("bytes_read"u8, cost.Bytes);
                writer.WriteEndObject();
            },
            cancellationToken);

    private static void Print(TextWriter output, in Keyframe keyframe, (long Reads, long Bytes) cost)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"pts         {keyframe.Pts} us ({Values.FormatTime(keyframe.Pts)})"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"offset      {keyframe.StreamOffset}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"block       {keyframe.Block?.ToString(CultureInfo.InvariantCulture) ?? "none starts there"}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"file offset {keyframe.FileOffset?.ToString(CultureInfo.InvariantCulture) ?? "none"}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"reads       {cost.Reads} ({cost.Bytes} bytes)"));
    }
}
