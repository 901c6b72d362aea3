using System.Runtime.CompilerServices;
using Harmony4.Tokenization;

namespace Harmony4.Internal;

/// <summary>How the segmenter of an input is found: made by the caller's function, by name, or by the first bytes.</summary>
internal sealed class SegmenterChoice
{
    // Holds no segmenter alive.
    private static readonly ConditionalWeakTable<BlockSegmenter, object> Served = new();
    private static readonly object Mark = new();

    private readonly SegmenterOptions _options;
    private readonly string? _name;
    private readonly Func<SegmenterOptions, BlockSegmenter>? _create;

    public SegmenterChoice(MediaFormatSet formats, string? name, Func<SegmenterOptions, BlockSegmenter>? create, SegmenterOptions options)
    {
        if (name is not null && create is not null)
        {
            throw new ArgumentException($"a segmenter is asked for by name, '{name}', and by a function that makes one: expected one of them");
        }

        Formats = formats;
        _name = name;
        _create = create;
        _options = options;
    }

    public MediaFormatSet Formats { get; }

    public ulong? TimeTrack => _options.TimeTrack;

    /// <summary>Chooses for an input. What it says of its segmenter stands instead of what the options say.</summary>
    public static SegmenterChoice Of(ExportInput input, ExportOptions options, MediaFormatSet formats)
    {
        var fromInput = input.Segment is not null || input.Segmenter is not null;
        return new(
            formats,
            fromInput ? input.Segment : options.Segment,
            fromInput ? input.Segmenter : options.Segmenter,
            input.SegmenterOptions ?? options.SegmenterOptions);
    }

    /// <summary>Makes the segmenter that was asked for; null where the first bytes are to tell.</summary>
    public BlockSegmenter? CreateAsked() => _create is not null ? Claim(Check(_create(_options))) : _name is not null ? Create(_name) : null;

    /// <summary>Makes the segmenter of a format.</summary>
    public BlockSegmenter Create(string name) => Claim(Formats.Create(name, _options));

    // TRAK keeps the name, and readers go by the built-in ones.
    private static BlockSegmenter Check(BlockSegmenter? segmenter)
    {
        var name = segmenter switch
        {
            null => throw new ArgumentException("the function that makes segmenters returned null"),
            { Name: var own } when SegmenterFormat.IsValidName(own) => own,
            { Name: var other } => throw new ArgumentException($"'{other}' ({segmenter.GetType()}) cannot be the name of a segmenter: expected 1 to {SegmenterFormat.MaxNameLength} of a-z 0-9 . _ -, the first a letter or digit, and not auto"),
        };
        return segmenter.GetType().Assembly == typeof(BlockSegmenter).Assembly || !MediaFormats.BuiltIn.Names.Contains(name)
            ? segmenter
            : throw new ArgumentException($"{segmenter.GetType()} calls itself '{name}', which is the name of a built-in segmenter: expected another name");
    }

    private static BlockSegmenter Claim(BlockSegmenter segmenter) => Served.TryAdd(segmenter, Mark)
        ? segmenter
        : throw new ArgumentException($"this instance of the segmenter '{segmenter.Name}' has served an input already, and one serves one input: expected a function that makes a new one each time it is called (for each input, and for each reading of it where the seal is reproducible)");
}
