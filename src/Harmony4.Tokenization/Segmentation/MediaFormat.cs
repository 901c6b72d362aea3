namespace Harmony4.Tokenization;

/// <summary>What the leading bytes of an input say about its format.</summary>
/// <param name="Name">The name of the segmenter to use.</param>
/// <param name="Hint">One line for the user when a better way exists than the segmenter named, else null.</param>
public sealed record MediaFormat(string Name, string? Hint = null);
