using System.CommandLine;
using System.Globalization;
using Harmony4.Cli.Files;
using Harmony4.Format;

namespace Harmony4.Cli.Commands;

internal sealed class SeekCommand : Verb
{
    private readonly Argument<string> _container = new("container") { Description = "A path, an http(s) address, or - for standard input." };
    private readonly Argument<ulong> _pts = new("pts") { Description = "The time: microseconds, 1.5s, 250ms or hh:mm:ss.ffffff.", CustomParser = Values.Time };
    private readonly Option<int?> _track = new("--track") { Description = "The track's id. Default: the first track.", CustomParser = r => Values.Number<int>(r) };
    private readonly ProofArguments _proof = new("Write a proof of the answer to this file, which verify --proof checks against the container's root.");
    private readonly Option<bool> _force = new("--force", "-f") { Description = "With --proof: overwrite an existing file." };
    private readonly Option<bool> _lenient = new("--lenient") { Description = "Sort a 1.0 seek table whose times decrease instead of refusing it." };
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON document; null when nothing is at or before that time." };

    public SeekCommand(CliConsole console)
        : base("seek", "Find the keyframe at or before a time.", console)
    {
        Add(_container);
        Add(_pts);
        Add(_track);
        Add(_force);
        Add(_lenient);
        Add(_json);
        _proof.AddTo(this);
    }

    public override IReadOnlyList<(string Purpose, string Line)> Examples =>
    [
        ("The keyframe at or before a second and a half.", "harmony4 seek clip.mp4.h4mk 1.5s --json"),
        ("And a proof of that answer, for somebody who has the root alone.", "harmony4 seek clip.mp4.h4mk 00:00:01.5 --proof answer.proof"),
    ];

    public override string? MeaningOfNo => "nothing is at or before that time";

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        _proof.RequireApartFrom(result, InputFile.StandardStream);
        var path = result.GetValue(_container)!;
        var opened = await OpenAsync(path, cancellationToken, new H4mkContainerOptions { SortSeek = result.GetValue(_lenient) }).ConfigureAwait(false);
        await using (opened.ConfigureAwait(false))
        {
            var asked = result.GetValue(_pts);
            var id = result.GetValue(_track);
            var (found, cost) = await LocateAsync(path, async () =>
            {
                var keyframe = await new MediaTransport().SeekAsync(opened, asked, id, cancellationToken).ConfigureAwait(false);
                var reads = (ContainerFile.CountReads(opened.Source), opened.Source.BytesRead);
                var file = await _proof.StageAsync(result, opened, Console, () => opened.ProveKeyframeAsync(opened.GetTrack(id).Id, asked, cancellationToken), result.GetValue(_force), cancellationToken).ConfigureAwait(false);
                if (file is not null)
                {
                    await using (file.ConfigureAwait(false))
                    {
                        await file.CompleteAsync(cancellationToken).ConfigureAwait(false);
                    }
                }

                return (keyframe, reads);
            }).ConfigureAwait(false);
            var first = found is null ? await LocateAsync(path, () => opened.FindNextKeyframeAsync(opened.GetTrack(id).Id, asked, cancellationToken).AsTask()).ConfigureAwait(false) : null;
            if (result.GetValue(_json))
            {
                await WriteJsonAsync(Console, found, cost, cancellationToken).ConfigureAwait(false);
            }
            else if (found is { } keyframe)
            {
                Print(Console.Output, keyframe, cost);
            }

            if (found is not null)
            {
                return ExitCode.Done;
            }

            var where = first is { } next ? string.Create(CultureInfo.InvariantCulture, $"the first is at {next.Pts} us ({Values.FormatTime(next.Pts)})") : "the track has none";
            throw new CliException(ExitCode.No, string.Create(CultureInfo.InvariantCulture, $"{InputFile.NameOf(path)}: no keyframe at or before {asked} us: {where}"));
        }
    }

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
