using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Harmony4.Cli.Files;
using Harmony4.Cli.Spectrogram;
using Harmony4.Tokenization;

namespace Harmony4.Cli.Commands;

internal sealed class TokenizeAudioCommand : Verb
{
    // What raw samples are: PCM16LE mono.
    private const PcmSampleFormat RawFormat = PcmSampleFormat.Int16;
    private const int RawChannels = 1;
    private const string Cut = ": the file is cut";

    private static readonly AudioTokenizerOptions Defaults = new();

    private readonly Argument<string> _input = new("in") { Description = "WAV, or raw 16-bit little-endian mono PCM (.pcm, or --raw-pcm); - for standard input." };
    private readonly Option<bool> _rawPcm = new("--raw-pcm") { Description = "Take the input for raw samples, whatever its name or head." };
    private readonly Option<int?> _sampleRate = new("--sample-rate") { Description = $"Samples per second of raw input. Default: {AudioTokenizerOptions.DefaultSampleRate}; a WAV file says its own, and another is refused.", CustomParser = r => Values.Number<int>(r) };
    private readonly Option<int> _frameSize = new("--frame-size") { Description = "Samples of a frame: a power of two, 256 to 16384.", DefaultValueFactory = _ => Defaults.FrameSize, CustomParser = Values.Number<int> };
    private readonly Option<int> _topK = new("--top-k") { Description = "How many of the strongest bins become tokens.", DefaultValueFactory = _ => Defaults.TopK, CustomParser = Values.Number<int> };
    private readonly Option<int?> _channel = new("--channel") { Description = "Which channel, from 0. Needed when there are several: nothing is mixed.", CustomParser = r => Values.Number<int>(r) };
    private readonly Option<bool> _padTail = new("--pad-tail") { Description = "Fill the last frame up with silence instead of dropping it." };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object per token and line." };
    private readonly Option<bool> _raw = new("--raw") { Description = "The 8-byte tokens, one after the other." };
    private readonly Option<string?> _html = new("--html") { Description = "A self-contained page with the spectrogram; - for standard output.", HelpName = "file" };
    private readonly OutputArguments _output = new("Where --raw tokens go. Default: standard output.");

    public TokenizeAudioCommand(CliConsole console)
        : base("audio", "8-byte tokens: frequency, magnitude and phase of the strongest bins of every frame.", console)
    {
        Add(_input);
        Add(_rawPcm);
        Add(_sampleRate);
        Add(_frameSize);
        Add(_topK);
        Add(_channel);
        Add(_padTail);
        Add(_json);
        Add(_raw);
        Add(_html);
        _output.AddTo(this);
    }

    public override IReadOnlyList<(string Purpose, string Line)> Examples =>
    [
        ("The spectrogram, as a page that loads nothing.", "harmony4 tokenize audio speech.wav --html speech.html"),
        ("The five strongest frequencies of every frame.", "harmony4 tokenize audio speech.wav --top-k 5 --json"),
    ];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var html = result.GetValue(_html);
        var forms = (result.GetValue(_json) ? 1 : 0) + (result.GetValue(_raw) ? 1 : 0) + (html is null ? 0 : 1);
        if (forms > 1)
        {
            throw CliException.Usage("--raw, --json and --html exclude each other");
        }

        if (!result.GetValue(_raw) && _output.Path(result) is not null)
        {
            throw CliException.Usage("-o goes with --raw; --html names its own file, text and --json are printed on standard output");
        }

        var path = result.GetValue(_input)!;
        var name = InputFile.NameOf(path);
        var media = InputFile.Open(path, Console);
        await using (media.ConfigureAwait(false))
        {
            await LocateAsync(path, async () =>
            {
                var (tokenizer, input, frames) = await OpenAsync(result, path, media, cancellationToken).ConfigureAwait(false);
                var told = input.MissingLength > 0;
                if (html is not null)
                {
                    await WritePageAsync(html, name, tokenizer, frames, _output.Force(result), cancellationToken).ConfigureAwait(false);
                }
                else if (result.GetValue(_raw))
                {
                    await WriteRawAsync(_output.Path(result) ?? InputFile.StandardStream, frames, _output.Force(result), cancellationToken).ConfigureAwait(false);
                }
                else if (result.GetValue(_json))
                {
                    await TokenOutput.WriteJsonLinesAsync(Console.RawOutput, TokensOf(frames), WriteJson, cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    await WriteTextAsync(frames).ConfigureAwait(false);
                }

                if (!told)
                {
                    await TellOfCutAsync(name, input).ConfigureAwait(false);
                }

                return true;
            }).ConfigureAwait(false);
        }

        return ExitCode.Done;
    }

    private async Task<(AudioFftTokenizer Tokenizer, PcmInput Input, IAsyncEnumerable<AudioTokenFrame> Frames)> OpenAsync(ParseResult result, string path, Stream media, CancellationToken cancellationToken)
    {
        var start = media.CanSeek ? media.Position : 0;
        var raw = result.GetValue(_rawPcm) || path.EndsWith(".pcm", StringComparison.OrdinalIgnoreCase);
        var input = raw ? PcmInput.FromRaw(media, RawFormat, channels: RawChannels) : await PcmInput.OpenAsync(media, cancellationToken).ConfigureAwait(false);
        if (!raw && !input.IsWav)
        {
            throw new MediaFormatException(MediaFormats.Wav, 0, "expected a WAV file, found other bytes; --raw-pcm takes them for raw samples");
        }

        var options = OptionsFor(result, InputFile.NameOf(path), input);
        var tokenizer = new AudioFftTokenizer(options);

        // A file tells at once what a pipe tells at its end, so that no token is printed of one that ends inside a sample.
        if (input.Length is { } length && length % tokenizer.GroupLength is > 0 and var odd)
        {
            throw CliException.Failed(
                InputFile.NameOf(path),
                string.Create(CultureInfo.InvariantCulture, $"{input.DataOffset + length - odd}: expected {tokenizer.GroupLength} bytes of a sample of each channel, found {odd}{(input.MissingLength > 0 ? Cut : "")}"));
        }

        if (media.CanSeek && input.SampleFormat is PcmSampleFormat.Float32 or PcmSampleFormat.Float64)
        {
            // The same for samples that are no sound: all of them are looked at first.
            await CheckAsync(input, options, cancellationToken).ConfigureAwait(false);
            media.Position = start;
            input = await PcmInput.OpenAsync(media, cancellationToken).ConfigureAwait(false);
        }

        await TellOfCutAsync(InputFile.NameOf(path), input).ConfigureAwait(false);
        return (tokenizer, input, new MediaTransport().TokenizeAudioAsync(input, options, cancellationToken));
    }

    /// <summary>What the input states, and the options do not contradict.</summary>
    private AudioTokenizerOptions OptionsFor(ParseResult result, string name, PcmInput input)
    {
        var rate = result.GetValue(_sampleRate);
        if (rate is { } asked && input.SampleRate is { } stated && asked != stated)
        {
            throw CliException.Usage(string.Create(CultureInfo.InvariantCulture, $"--sample-rate {asked}: the WAV file has {stated}"));
        }

        var channels = input.Channels ?? RawChannels;
        var channel = result.GetValue(_channel);
        if (channels > 1 && channel is null)
        {
            throw CliException.Usage($"{name} has {channels} channels: --channel 0 to {channels - 1} chooses one");
        }

        if (channel is { } chosen && (chosen < 0 || chosen >= channels))
        {
            throw CliException.Usage($"--channel: expected 0 to {channels - 1}, found {chosen}");
        }

        return input.Complete(new AudioTokenizerOptions
        {
            SampleRate = rate,
            FrameSize = result.GetValue(_frameSize),
            TopK = result.GetValue(_topK),
            Channel = channel,
            PadTail = result.GetValue(_padTail),
        });
    }

    private static async Task CheckAsync(PcmInput input, AudioTokenizerOptions options, CancellationToken cancellationToken)
    {
        await foreach (var _ in new MediaTransport().TokenizeAudioAsync(input, options with { TopK = 1 }, cancellationToken).ConfigureAwait(false))
        {
        }
    }

    private async Task TellOfCutAsync(string name, PcmInput input)
    {
        if (input.MissingLength > 0)
        {
            await Console.TellAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"harmony4: {name}: {input.DataOffset + input.Length}: expected {input.MissingLength} more bytes of samples by the data chunk, found the end{Cut}")).ConfigureAwait(false);
        }
    }

    private async Task WritePageAsync(string path, string title, AudioFftTokenizer tokenizer, IAsyncEnumerable<AudioTokenFrame> frames, bool force, CancellationToken cancellationToken)
    {
        await WriteAsync(path, force, WritePageAsync, cancellationToken).ConfigureAwait(false);

        async Task WritePageAsync(OutputFile file)
        {
            var text = new StreamWriter(file.Stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 64 * 1024, leaveOpen: true) { NewLine = "\n" };
            await using (text.ConfigureAwait(false))
            {
                var page = new SpectrogramPage(text, title, tokenizer.SampleRate, tokenizer.Options.FrameSize, tokenizer.HopSize, tokenizer.TokensPerFrame);
                await foreach (var frame in frames.ConfigureAwait(false))
                {
                    page.Add(frame.Frame, frame.Tokens.Span);
                }

                page.End();
            }
        }
    }

    private async Task WriteRawAsync(string path, IAsyncEnumerable<AudioTokenFrame> frames, bool force, CancellationToken cancellationToken)
    {
        await WriteAsync(
            path,
            force,
            file => TokenOutput.WriteRawAsync(file.Stream, PlainTokensOf(frames), cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteTextAsync(IAsyncEnumerable<AudioTokenFrame> frames)
    {
        Console.Output.WriteLine($"{"frame",8}  {"pts",15}  {"Hz",9}  {"magnitude",9}  phase");
        await foreach (var frame in frames.ConfigureAwait(false))
        {
            for (var i = 0; i < frame.Tokens.Length; i++)
            {
                var token = frame.Tokens.Span[i];
                Console.Output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{frame.Frame.Index,8}  {frame.Frame.Pts,15}  {token.Hz10 / 10.0,9:0.0}  {token.Magnitude,9}  {token.Phase}"));
            }
        }
    }

    private static async IAsyncEnumerable<(long Frame, AudioToken Token)> TokensOf(IAsyncEnumerable<AudioTokenFrame> frames)
    {
        await foreach (var frame in frames.ConfigureAwait(false))
        {
            for (var i = 0; i < frame.Tokens.Length; i++)
            {
                yield return (frame.Frame.Index, frame.Tokens.Span[i]);
            }
        }
    }

    private static async IAsyncEnumerable<AudioToken> PlainTokensOf(IAsyncEnumerable<AudioTokenFrame> frames)
    {
        await foreach (var (_, token) in TokensOf(frames).ConfigureAwait(false))
        {
            yield return token;
        }
    }

    private static void WriteJson(Utf8JsonWriter writer, (long Frame, AudioToken Token) entry)
    {
        writer.WriteStartObject();
        writer.WriteNumber("frame"u8, entry.Frame);
        writer.WriteNumber("hz10"u8, entry.Token.Hz10);
        writer.WriteNumber("magnitude"u8, entry.Token.Magnitude);
        writer.WriteNumber("phase"u8, entry.Token.Phase);
        writer.WriteEndObject();
    }
}
