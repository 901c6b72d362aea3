using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Harmony4.Cli.Files;
using Harmony4.Tokenization;

namespace Harmony4.Cli.Commands;

internal sealed class TokenizeFramesCommand : Verb
{
    private const string Auto = "auto";

    private readonly Argument<string> _input = new("in") { Description = "The media; - for standard input." };
    private readonly Option<string> _format = new("--segment") { Description = $"The format: auto, or one of {string.Join(", ", FrameReader.Formats)}.", DefaultValueFactory = _ => Auto };
    private readonly Option<ulong?> _track = new("--track") { Description = "Only this track, by the media's own number. Default: all; for --torchcodec the first with moving pictures.", CustomParser = r => Values.Number<ulong>(r) };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object per frame and line." };
    private readonly Option<bool> _torchCodec = new("--torchcodec") { Description = "The JSON that TorchCodec's VideoDecoder takes as custom_frame_mappings: one track, in its own ticks, with the edit list applied." };
    private readonly OutputArguments _output = new("Where --torchcodec goes. Default: standard output.");

    private bool _hasFrames;
    private bool _hasSelected;

    public TokenizeFramesCommand(CliConsole console)
        : base("frames", "Every frame of media, by its framing: time, duration, key flag, position and length.", console)
    {
        _format.AcceptOnlyFromAmong([Auto, .. FrameReader.Formats]);
        Add(_input);
        Add(_format);
        Add(_track);
        Add(_json);
        Add(_torchCodec);
        _output.AddTo(this);
    }

    public override IReadOnlyList<(string Purpose, string Line)> Examples =>
    [
        ("Every frame: time, key flag, position and length.", "harmony4 tokenize frames clip.mp4 --json"),
        ("The mapping that TorchCodec takes.", "harmony4 tokenize frames clip.mp4 --torchcodec -o frames.json"),
    ];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var isMapping = result.GetValue(_torchCodec);
        if (isMapping && result.GetValue(_json))
        {
            throw CliException.Usage("--torchcodec and --json exclude each other");
        }

        if (!isMapping && _output.Path(result) is not null)
        {
            throw CliException.Usage("-o goes with --torchcodec; text and --json are printed on standard output");
        }

        var path = result.GetValue(_input)!;
        var name = InputFile.NameOf(path);
        var media = InputFile.Open(path, Console);
        await using (media.ConfigureAwait(false))
        {
            await LocateAsync(path, async () =>
            {
                var format = result.GetValue(_format);
                var frames = await FrameInput.OpenAsync(media, format == Auto ? null : format, options: null, cancellationToken).ConfigureAwait(false);
                if (isMapping)
                {
                    await WriteMappingAsync(result, frames, cancellationToken).ConfigureAwait(false);
                }
                else if (result.GetValue(_json))
                {
                    await TokenOutput.WriteJsonLinesAsync(Console.RawOutput, SelectAsync(frames, result.GetValue(_track), cancellationToken), WriteJson, cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    await WriteTextAsync(SelectAsync(frames, result.GetValue(_track), cancellationToken)).ConfigureAwait(false);
                }

                if (frames.Notice is { } notice)
                {
                    if (!isMapping && !_hasFrames)
                    {
                        throw CliException.Failed(name, string.Create(CultureInfo.InvariantCulture, $"{notice.Offset}: {frames.Format}: {notice.Message}"));
                    }

                    await Console.TellAsync(string.Create(CultureInfo.InvariantCulture, $"harmony4: {name}: {notice.Offset}: {frames.Format}: {notice.Message}")).ConfigureAwait(false);
                }

                if (!isMapping && !_hasSelected && result.GetValue(_track) is { } track)
                {
                    throw CliException.Failed(name, string.Create(CultureInfo.InvariantCulture, $"expected frames of track {track}, found none"));
                }

                return true;
            }).ConfigureAwait(false);
        }

        return ExitCode.Done;
    }

    private async IAsyncEnumerable<MediaFrame> SelectAsync(FrameInput frames, ulong? track, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var frame in frames.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            _hasFrames = true;
            if (track is null || frame.Track == track)
            {
                _hasSelected = true;
                yield return frame;
            }
        }
    }

    private async Task WriteMappingAsync(ParseResult result, FrameInput frames, CancellationToken cancellationToken)
    {
        await WriteAsync(
            _output.Path(result) ?? InputFile.StandardStream,
            _output.Force(result),
            file => new MediaTransport().WriteFrameMappingAsync(frames, file.Stream, result.GetValue(_track), cancellationToken).AsTask(),
            cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteTextAsync(IAsyncEnumerable<MediaFrame> frames)
    {
        Console.Output.WriteLine($"{"track",10}  {"pts",20}  {"duration",12}  key  {"pos",15}  {"size",10}");
        await foreach (var frame in frames.ConfigureAwait(false))
        {
            Console.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{frame.Track,10}  {Or(frame.Pts),20}  {Or(frame.Duration),12}  {(frame.IsKey ? "key" : "-  ")}  {frame.Position,15}  {frame.Size,10}"));
        }
    }

    private static string Or(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "-";

    private static void WriteJson(Utf8JsonWriter writer, MediaFrame frame)
    {
        writer.WriteStartObject();
        WriteNumber(writer, "pts"u8, frame.Pts);
        WriteNumber(writer, "duration"u8, frame.Duration);
        writer.WriteBoolean("key"u8, frame.IsKey);
        writer.WriteNumber("pos"u8, frame.Position);
        writer.WriteNumber("size"u8, frame.Size);
        writer.WriteNumber("track"u8, frame.Track);
        writer.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter writer, ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
