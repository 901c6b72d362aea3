using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Harmony4.Cli.Files;
using Harmony4.Tokenization;

namespace Harmony4.Cli.Commands;

internal sealed class TokenizeVideoCommand : Verb
{
    private readonly Argument<string> _input = new("in") { Description = "The media; - for standard input." };
    private readonly SegmenterArguments _segmenter = new();
    private readonly OutputArguments _output = new("Where --raw tokens go. Default: standard output.");
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object per token and line." };
    private readonly Option<bool> _raw = new("--raw") { Description = "The 13-byte tokens, one after the other." };

    public TokenizeVideoCommand(CliConsole console)
        : base("video", "13-byte tokens: time, index and key flag of every block.", console)
    {
        Add(_input);
        Add(_json);
        Add(_raw);
        _segmenter.AddTo(this);
        _output.AddTo(this);
    }

    public override IReadOnlyList<(string Purpose, string Line)> Examples =>
    [
        ("One JSON object a block.", "harmony4 tokenize video clip.mp4 --json"),
        ("The tokens as bytes.", "harmony4 tokenize video clip.mp4 --raw -o clip.tokens"),
    ];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var isRaw = result.GetValue(_raw);
        if (isRaw && result.GetValue(_json))
        {
            throw CliException.Usage("--raw and --json exclude each other");
        }

        if (!isRaw && _output.Path(result) is not null)
        {
            throw CliException.Usage("-o goes with --raw; text and --json are printed on standard output");
        }

        var path = result.GetValue(_input)!;
        var media = InputFile.Open(path, Console);
        await using (media.ConfigureAwait(false))
        {
            var tokens = new MediaTransport().TokenizeVideoAsync(media, _segmenter.Segment(result), _segmenter.Options(result), cancellationToken);
            await LocateAsync(path, async () =>
            {
                if (isRaw)
                {
                    await WriteRawAsync(result, tokens, cancellationToken).ConfigureAwait(false);
                }
                else if (result.GetValue(_json))
                {
                    await WriteJsonAsync(Console, tokens, cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    await WriteTextAsync(Console.Output, tokens).ConfigureAwait(false);
                }

                return true;
            }).ConfigureAwait(false);
        }

        return ExitCode.Done;
    }

    private Task WriteRawAsync(ParseResult result, IAsyncEnumerable<VideoBlockToken> tokens, CancellationToken cancellationToken) => WriteAsync(
        _output.Path(result) ?? InputFile.StandardStream,
        _output.Force(result),
        file => TokenOutput.WriteRawAsync(file.Stream, tokens, cancellationToken),
        cancellationToken);

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
