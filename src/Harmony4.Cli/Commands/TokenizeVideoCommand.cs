using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Harmony4.Cli.Files;
using Harmony4.Tokenization;

namespace Harmony4.Cli.Commands;

internal static class TokenizeVideoCommand
{
    public static Command Create(CliConsole console)
    {
        var input = new Argument<string>("in") { Description = "The media; - for standard input." };
        var segmenter = new SegmenterArguments();
        var output = new OutputArguments("Where --raw tokens go. Default: standard output.");
        var json = new Option<bool>("--json") { Description = "One JSON object per token and line." };
        var raw = new Option<bool>("--raw") { Description = "The 13-byte tokens, one after the other." };
        var command = new Command("video", "13-byte tokens: time, index and key flag of every block.") { input, json, raw };
        segmenter.AddTo(command);
        output.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var isRaw = result.GetValue(raw);
            if (isRaw && result.GetValue(json))
            {
                throw CliException.Usage("--raw and --json exclude each other");
            }

            if (!isRaw && output.Path(result) is not null)
            {
                throw CliException.Usage("-o goes with --raw; text and --json are printed on standard output");
            }

            var path = result.GetValue(input)!;
            var media = InputFile.Open(path, console);
            await using (media.ConfigureAwait(false))
            {
                var tokens = new MediaTransport().TokenizeVideoAsync(media, segmenter.Segment(result), segmenter.Options(result), cancellationToken);
                await CliApplication.LocateAsync(InputFile.NameOf(path), async () =>
                {
                    if (isRaw)
                    {
                        await WriteRawAsync(tokens).ConfigureAwait(false);
                    }
                    else if (result.GetValue(json))
                    {
                        await WriteJsonAsync(console, tokens, cancellationToken).ConfigureAwait(false);
                    }
                    else
                    {
                        await WriteTextAsync(console.Output, tokens).ConfigureAwait(false);
                    }

                    return true;
                }).ConfigureAwait(false);
            }

            return ExitCode.Done;

            async Task WriteRawAsync(IAsyncEnumerable<VideoBlockToken> tokens)
            {
                var file = OutputFile.Create(output.Path(result) ?? InputFile.StandardStream, output.Force(result), console);
                await using (file.ConfigureAwait(false))
                {
                    await TokenOutput.WriteRawAsync(file.Stream, tokens, cancellationToken).ConfigureAwait(false);
                    await file.CompleteAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        });
        return command;
    }

    private static async Task WriteTextAsync(TextWriter output, IAsyncEnumerable<VideoBlockToken> tokens)
    {
        output.WriteLine($"{"index",10}  {"pts",20}  key");
        await foreach (var token in tokens.ConfigureAwait(false))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{token.Index,10}  {token.Pts,20}  {(token.IsKey ? "key" : "-")}"));
        }
    }

    private static Task WriteJsonAsync(CliConsole console, IAsyncEnumerable<VideoBlockToken> tokens, CancellationToken cancellationToken) =>
        TokenOutput.WriteJsonLinesAsync(console.RawOutput, tokens, Write, cancellationToken);

    private static void Write(Utf8JsonWriter writer, VideoBlockToken token)
    {
        writer.WriteStartObject();
        writer.WriteNumber("pts"u8, token.Pts);
        writer.WriteNumber("index"u8, token.Index);
        writer.WriteBoolean("key"u8, token.IsKey);
        writer.WriteEndObject();
    }
}
