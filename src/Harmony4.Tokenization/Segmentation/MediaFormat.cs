namespace Harmony4.Tokenization;

/// <summary>What the leading bytes of an input say about its format.</summary>
/// <param name="Name">The name of the segmenter to use.</param>
/// <param name="Hint">One line for the user when a better way exists than the segmenter named, else null.</param>
public sealed record MediaFormat(string Name, string? Hint = null)
{
    /// <summary>Gets whether what tells of the blocks stands behind the media, so that the segmenter has to be given the input twice: <see cref="BlockSegmenter.PrepareAsync"/>.</summary>
    /// <value>False. An input that can be read only once is for <see cref="MediaFormats.Fixed"/> then, and <see cref="Hint"/> says what gives more.</value>
    public bool IsReadTwice { get; init; }
}
