using System.CommandLine;
using System.Globalization;
using System.Text;
using Harmony4.Cli.Files;
using Harmony4.Cli.Terminal;
using Harmony4.Format;

namespace Harmony4.Cli.Commands;

internal sealed class InspectCommand : Verb
{
    private readonly Argument<string> _container = new("container") { Description = "A path, an http(s) address, or - for standard input." };
    private readonly Option<bool> _chunks = new("--chunks") { Description = "List every chunk, those of blocks and index too (of version 1.0 --json always does)." };
    private readonly Option<bool> _verify = new("--verify") { Description = "Read and verify the whole file as well." };
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON document." };

    public InspectCommand(CliConsole console)
        : base("inspect", "Show version, size, tracks, chunks, META and SAFE, without reading a block.", console)
    {
        Add(_container);
        Add(_chunks);
        Add(_verify);
        Add(_json);
    }

    public override IReadOnlyList<(string Purpose, string Line)> Examples =>
    [
        ("What a container holds: one read, whatever its size.", "harmony4 inspect clip.mp4.h4mk"),
        ("The same for a program, with every chunk.", "harmony4 inspect clip.mp4.h4mk --json --chunks"),
    ];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var path = result.GetValue(_container)!;
        await ContainerFile.TellOfChangeAsync(path, Console).ConfigureAwait(false);
        var opened = await OpenAsync(path, cancellationToken).ConfigureAwait(false);
        await using (opened.ConfigureAwait(false))
        {
            var report = await WorkAsync(path, progress => new MediaTransport().InspectAsync(opened, result.GetValue(_verify), progress, cancellationToken)).ConfigureAwait(false);
            await LocateAsync(path, async () =>
            {
                if (result.GetValue(_json))
                {
                    var listBlocks = result.GetValue(_chunks) || opened.Version == H4mkVersion.V10;
                    await JsonText.WriteAsync(Console, writer => report.WriteToAsync(writer, listBlocks, cancellationToken), cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    Print(Console.Output, report);
                    if (result.GetValue(_chunks))
                    {
                        await PrintChunksAsync(Console.Output, opened, cancellationToken).ConfigureAwait(false);
                    }
                }

                return true;
            }).ConfigureAwait(false);
        }

        return ExitCode.Done;
    }

    private static void Print(TextWriter output, ContainerReport report)
    {
        Line(output, "version", report.Version);
        Line(output, "size", $"{report.Size} bytes");
        for (var i = 0; i < report.Tracks.Count; i++)
        {
            Line(output, $"track {report.Tracks[i].Id}", Describe(report.Tracks[i], i < report.TrackInfo.Count ? report.TrackInfo[i] : null));
        }

        Line(output, "keyframes", report.SeekEntryCount is { } entries ? string.Create(CultureInfo.InvariantCulture, $"{entries} in SEEK") : "an unknown number in SEEK");
        Line(output, "integrity", report.State.ToName());
        Line(output, "root", report.Root?.ToString() ?? "none");
        Line(output, "veri", report.Veri?.ToString() ?? "none");
        foreach (var sign in report.Signs)
        {
            Line(output, "signature", string.Create(CultureInfo.InvariantCulture, $"kind {sign.Kind}, unchecked"));
        }

        Line(output, "META", report.Meta is { } meta ? TerminalText.Printable(Encoding.UTF8.GetString(meta.Span)) : "none");
        Line(output, "SAFE", report.Safe is { } safe ? TerminalText.Printable(Encoding.UTF8.GetString(safe.Span)) : "none");
        VerifyCommand.PrintFindings(output, report.Verification);
    }

    private static string Describe(H4mkTrack track, H4mkTrackInfo? info)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{info?.Kind.ToName() ?? "unknown kind"}, {track.BlockCount} blocks, {track.ByteLength} bytes");
        if (track.KeyframeCount is { } keyframes)
        {
            text.Append(CultureInfo.InvariantCulture, $", {keyframes} keyframes");
        }

        if (track.Duration is { } duration)
        {
            text.Append(", ").Append(Values.FormatTime(duration));
        }

        foreach (var word in (string?[])[info?.Language, info?.Label])
        {
            text.Append(word is null ? "" : ", ").Append(word);
        }

        foreach (var (name, value) in info?.Members.OrderBy(m => m.Key, StringComparer.Ordinal) ?? Enumerable.Empty<KeyValuePair<string, System.Text.Json.JsonElement>>())
        {
            text.Append(CultureInfo.InvariantCulture, $", {name} {value}");
        }

        return TerminalText.Printable(text.ToString());
    }

    private static async Task PrintChunksAsync(TextWriter output, H4mkContainer container, CancellationToken cancellationToken)
    {
        output.WriteLine();
        output.WriteLine($"{"offset",14}  {"tag",-4}  {"size",12}  crc");
        await foreach (var chunk in container.EnumerateChunksAsync(cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{chunk.Offset,14}  {chunk.Tag,-4}  {chunk.Length,12}  {chunk.Crc?.ToString("x8", CultureInfo.InvariantCulture) ?? "-"}"));
        }
    }

    private static void Line(TextWriter output, string name, string value) => output.WriteLine($"{name,-10} {value}");
}
