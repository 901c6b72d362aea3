using System.Buffers;

namespace Harmony4.Tokenization;

/// <summary>A format of the caller's own: its name, what makes its segmenters, and what tells it by the first bytes. <see cref="MediaFormatSet.With"/> adds it to a set.</summary>
/// <remarks>Immutable, and thread safe as far as the two functions are.</remarks>
public sealed class SegmenterFormat
{
    /// <summary>The most characters of a <see cref="Name"/>.</summary>
    public const int MaxNameLength = 64;

    // What asks for detection where a name could stand.
    private const string Auto = "auto";

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-");

    private readonly Func<SegmenterOptions, BlockSegmenter> _create;

    /// <summary>Initializes a format.</summary>
    /// <param name="name">The name, which <see cref="BlockSegmenter.Name"/> of its segmenters has to be; see <see cref="IsValidName"/>.</param>
    /// <param name="create">Makes a new segmenter each time it is called.</param>
    /// <exception cref="ArgumentException">The name has not the form of one.</exception>
    public SegmenterFormat(string name, Func<SegmenterOptions, BlockSegmenter> create)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(create);
        if (!IsValidName(name))
        {
            throw new ArgumentException($"expected a name of 1 to {MaxNameLength} of a-z 0-9 . _ - that begins with a letter or digit and is not {Auto}, found '{name}'", nameof(name));
        }

        Name = name;
        _create = create;
    }

    /// <summary>Gets the name.</summary>
    public string Name { get; }

    /// <summary>
    /// Gets what tells the format by the first bytes of an input, of which it gets at most <see cref="MediaFormats.DetectionLength"/>, and all of a shorter input. Tags in front are among
    /// them, as the segmenter will get them. It must not throw.
    /// </summary>
    /// <value>Default null: the format is taken by name alone.</value>
    public Func<ReadOnlySpan<byte>, bool>? Detect { get; init; }

    /// <summary>Gets whether the segmenter has to be given the input twice: <see cref="BlockSegmenter.PrepareAsync"/>. Where such an input is detected and can be read only once, it is cut into fixed-size blocks.</summary>
    /// <value>Default <see langword="false"/>.</value>
    public bool IsReadTwice { get; init; }

    /// <summary>Tells whether a text can be the name of a format: 1 to <see cref="MaxNameLength"/> of <c>a-z 0-9 . _ -</c>, the first a letter or digit, and not <c>auto</c>.</summary>
    /// <param name="name">The text.</param>
    /// <returns>Whether it can. Whether a set has a format of that name already is another matter.</returns>
    public static bool IsValidName(string? name) =>
        name is { Length: > 0 and <= MaxNameLength } and not Auto && char.IsAsciiLetterOrDigit(name[0]) && !name.AsSpan().ContainsAnyExcept(NameCharacters);

    internal BlockSegmenter Create(SegmenterOptions? options)
    {
        var segmenter = _create(options ?? new SegmenterOptions()) ?? throw new InvalidOperationException($"the function that makes segmenters of the format '{Name}' returned null");
        return segmenter.Name == Name ? segmenter : throw new InvalidOperationException($"the format '{Name}' has segmenters that call themselves '{segmenter.Name}': expected the same name");
    }
}
