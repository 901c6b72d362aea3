using System.CommandLine;
using System.Globalization;
using Harmony4.Format;
using Harmony4.Tokenization;

namespace Harmony4.Cli.Commands;

/// <summary>What <c>export</c> is told of single inputs: <c>N=value</c> for input N, counted from 0; a bare value for the only input.</summary>
internal sealed class PerInputArguments(string kindDefault = "what the media's framing says, else data")
{
    private readonly Option<string[]> _kind = Repeatable("--kind", $"What the track is for: video, audio or data. Default: {kindDefault}.", "video", "audio", "data");
    private readonly Option<string[]> _label = Repeatable("--label", "What people are to call the track.");
    private readonly Option<string[]> _language = Repeatable("--language", "The track's language as a BCP 47 tag, such as pt-BR.");
    private readonly Option<string[]> _timeTrack = Repeatable("--time-track", "The media's own number of the track that times and keyframes are taken from. Default: the first video track, else the first.");

    public void AddTo(Command command)
    {
        AddDescriptionsTo(command);
        AddTimeTrackTo(command);
    }

    /// <summary>Adds what is said of a track.</summary>
    public void AddDescriptionsTo(Command command)
    {
        command.Add(_kind);
        command.Add(_label);
        command.Add(_language);
    }

    /// <summary>Adds what is said of how media is read.</summary>
    public void AddTimeTrackTo(Command command) => command.Add(_timeTrack);

    /// <summary>What is said of the only track.</summary>
    public ExportInput DescribeTrack(ParseResult result) => DescribeTracks(result, 1)[0];

    /// <summary>The inputs, of whose tracks nothing is said.</summary>
    public IReadOnlyList<ExportInput> DescribeTimeTracks(ParseResult result, int count, SegmenterOptions segmenter)
    {
        var timeTracks = Read(result, _timeTrack, count);
        return [.. timeTracks.Select(number => new ExportInput { Media = Stream.Null, SegmenterOptions = segmenter with { TimeTrack = number is null ? null : TimeTrack(number) } })];
    }

    /// <summary>Describes the inputs, whose media is put in later.</summary>
    public IReadOnlyList<ExportInput> Describe(ParseResult result, int count, SegmenterOptions segmenter) =>
        [.. DescribeTracks(result, count).Zip(DescribeTimeTracks(result, count, segmenter), (track, times) => track with { SegmenterOptions = times.SegmenterOptions })];

    private IReadOnlyList<ExportInput> DescribeTracks(ParseResult result, int count)
    {
        var kinds = Read(result, _kind, count);
        var labels = Read(result, _label, count);
        var languages = Read(result, _language, count);
        return [.. Enumerable.Range(0, count).Select(i => new ExportInput
        {
            Media = Stream.Null,
            Kind = kinds[i] is { } kind ? Kind(kind) : null,
            Label = labels[i],
            Language = languages[i] is { } language ? Language(language) : null,
        })];
    }

    private static Option<string[]> Repeatable(string name, string description, params string[] values)
    {
        var option = new Option<string[]>(name)
        {
            Description = $"{description} N=value for input N, from 0; may be given for each.",
            Arity = ArgumentArity.ZeroOrMore,
            AllowMultipleArgumentsPerToken = false,
            HelpName = "[N=]value",
        };
        if (values.Length > 0)
        {
            option.CompletionSources.Add(values);
        }

        return option;
    }

    private static string?[] Read(ParseResult result, Option<string[]> option, int count)
    {
        var values = new string?[count];
        foreach (var text in result.GetValue(option) ?? [])
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            var index = 0;
            var isNumbered = equals > 0 && int.TryParse(text.AsSpan(0, equals), NumberStyles.None, CultureInfo.InvariantCulture, out index);
            if (!isNumbered && count > 1)
            {
                throw CliException.Usage($"{option.Name}: expected N=value, which names one of the {count} inputs, found '{text}'");
            }

            if (index >= count)
            {
                throw CliException.Usage($"{option.Name}: expected an input below {count}, found {index}");
            }

            if (values[index] is not null)
            {
                throw CliException.Usage($"{option.Name}: given twice for input {index}");
            }

            values[index] = isNumbered ? text[(equals + 1)..] : text;
        }

        return values;
    }

    private static TrackKind Kind(string text) => text switch
    {
        "video" => TrackKind.Video,
        "audio" => TrackKind.Audio,
        "data" => TrackKind.Data,
        _ => throw CliException.Usage($"--kind: expected video, audio or data, found '{text}'"),
    };

    // The shape of a BCP 47 tag (RFC 5646 section 2.1): what is written enters the container's identity for ever.
    private static string Language(string text) =>
        text.Split('-').All(p => p.Length is >= 1 and <= 8 && p.All(char.IsAsciiLetterOrDigit)) && char.IsAsciiLetter(text[0])
            ? text
            : throw CliException.Usage($"--language: expected a BCP 47 tag such as pt-BR, found '{text}'");

    private static ulong TimeTrack(string text) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw CliException.Usage($"--time-track: expected a whole number, found '{text}'");
}
