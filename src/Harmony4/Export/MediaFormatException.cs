using System.Globalization;

namespace Harmony4;

/// <summary>The media does not begin with the format that the caller asked for, or has more blocks than the caller allows.</summary>
/// <remarks>The first is only raised for a segmenter that the caller chose, by name or as one of its own: a detected format that breaks off later is still transported, and <see cref="ExportedInput.Notice"/> says where.</remarks>
public sealed class MediaFormatException : FormatException
{
    /// <summary>Initializes an exception.</summary>
    /// <param name="segment">The segmenter's name.</param>
    /// <param name="offset">Position in the media, in bytes.</param>
    /// <param name="detail">What was expected and found, in one line without the offset.</param>
    /// <param name="input">Which of several inputs it is, from 0.</param>
    public MediaFormatException(string segment, long offset, string detail, int input = 0)
        : base(string.Create(CultureInfo.InvariantCulture, $"{segment}: {detail}, at offset {offset} (0x{offset:x})"))
    {
        Segment = segment;
        Offset = offset;
        Detail = detail;
        Input = input;
    }

    /// <summary>Gets the segmenter's name.</summary>
    public string Segment { get; }

    /// <summary>Gets which of several inputs of an export it is, from 0.</summary>
    public int Input { get; }

    /// <summary>Gets the position in the media, in bytes.</summary>
    public long Offset { get; }

    /// <summary>Gets what was expected and found, without the offset.</summary>
    public string Detail { get; }
}
