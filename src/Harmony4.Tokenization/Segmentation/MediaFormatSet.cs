using Harmony4.Tokenization.Internal;

namespace Harmony4.Tokenization;

/// <summary>The formats that media is cut by: their names, detection by leading bytes, and creation by name.</summary>
/// <remarks>Immutable and thread safe. <see cref="MediaFormats.BuiltIn"/> is the set to begin with.</remarks>
public sealed class MediaFormatSet
{
    private readonly FormatEntry[] _builtIn;
    private readonly SegmenterFormat[] _own;

    internal MediaFormatSet(FormatEntry[] builtIn, SegmenterFormat[] own)
    {
        _builtIn = builtIn;
        _own = own;
        Names = Array.AsReadOnly([.. builtIn.Select(f => f.Name), .. own.Select(f => f.Name)]);
    }

    /// <summary>Gets the names that <see cref="Create"/> takes: the built-in ones, then those added, in the order of their registration.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Makes a set that has a further format. This one stays as it is.</summary>
    /// <param name="format">The format. It is asked by <see cref="Detect"/> before the built-in formats, and behind those added earlier.</param>
    /// <returns>The longer set.</returns>
    /// <exception cref="ArgumentException">The set has a format of that name.</exception>
    public MediaFormatSet With(SegmenterFormat format)
    {
        ArgumentNullException.ThrowIfNull(format);
        return !Names.Contains(format.Name)
            ? new MediaFormatSet(_builtIn, [.. _own, format])
            : throw new ArgumentException($"there is a format '{format.Name}' already: expected a name that is none of {string.Join(", ", Names)}", nameof(format));
    }

    /// <summary>Tells the format of an input from its first bytes.</summary>
    /// <param name="head">
    /// The first bytes of the input: <see cref="MediaFormats.GetTagLength"/> and <see cref="MediaFormats.DetectionLength"/> of them, or all of a shorter input. What is behind them is not looked at.
    /// </param>
    /// <returns>
    /// The format; fixed-size blocks when no other is recognised. Formats of the caller's own come first. Tags never decide on a built-in one. MPEG-TS, ADTS, MP3, Ogg, FLAC and WAV are also
    /// recognised behind up to 64 KiB of other bytes, where enough units follow each other, unless the input begins as an archive, a document or media of another format does.
    /// </returns>
    public MediaFormat Detect(ReadOnlySpan<byte> head)
    {
        var start = head[..Math.Min(head.Length, MediaFormats.DetectionLength)];
        foreach (var format in _own)
        {
            if (format.Detect?.Invoke(start) == true)
            {
                return new MediaFormat(format.Name, format.IsReadTwice ? $"media of the format {format.Name} has to be read twice, which a pipe cannot be: its blocks are opaque, and timed by a frame rate that is not the media's" : null)
                {
                    IsReadTwice = format.IsReadTwice,
                };
            }
        }

        return DetectBuiltIn(head);
    }

    /// <summary>Creates the segmenter of a format.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>A segmenter for one input.</returns>
    /// <exception cref="ArgumentException">The name is not one of <see cref="Names"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <exception cref="InvalidOperationException">What an added format made is no segmenter, or one of another name.</exception>
    public BlockSegmenter Create(string name, SegmenterOptions? options = null) =>
        Array.Find(_builtIn, f => f.Name == name)?.Create(options)
        ?? Array.Find(_own, f => f.Name == name)?.Create(options)
        ?? throw new ArgumentException($"'{name}' is not a format: expected one of {string.Join(", ", Names)}", nameof(name));

    private MediaFormat DetectBuiltIn(ReadOnlySpan<byte> head)
    {
        var tags = MediaFormats.GetTagLength(head);
        head = head[(int)Math.Min(tags, head.Length)..];
        head = head[..Math.Min(head.Length, MediaFormats.DetectionLength)];

        // What begins with a format's own mark is that, whatever frames are found further behind.
        foreach (var limit in (ReadOnlySpan<int>)[0, FramedSegmenter.StartWindow])
        {
            if (limit > 0 && ForeignFile.Begins(head))
            {
                break;
            }

            foreach (var format in _builtIn)
            {
                if ((tags == 0 || format.MayStartLate) && format.Detect?.Invoke(head, limit) is { } detected)
                {
                    return detected;
                }
            }
        }

        return new MediaFormat(MediaFormats.Fixed, ForeignFile.FindName(head) is { } name ? $"this is {name}, which has no segmenter: its blocks are opaque, and timed by a frame rate that is not the media's" : null);
    }
}
