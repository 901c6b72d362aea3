using System.Globalization;

namespace Harmony4.Format;

/// <summary>The bytes are not a sound H4MK container, or not a proof that holds. The only exception that a reader raises because of what it reads.</summary>
/// <remarks>The message says what was expected and found, then <see cref="Offset"/> in decimal and hex.</remarks>
public sealed class H4mkFormatException : FormatException
{
    /// <summary>Initializes an exception.</summary>
    /// <param name="code">What is wrong.</param>
    /// <param name="offset">Where in the file or proof, in bytes: the header of the chunk concerned, else the first bad byte.</param>
    /// <param name="detail">What was expected and what was found, in one line without the offset.</param>
    /// <param name="tag">The chunk concerned, if one is.</param>
    public H4mkFormatException(H4mkErrorCode code, long offset, string detail, ChunkTag? tag = null)
        : base(string.Create(CultureInfo.InvariantCulture, $"{(tag is { } t ? $"{t}: " : "")}{detail}, at offset {offset} (0x{offset:x})"))
    {
        Code = code;
        Offset = offset;
        Detail = detail;
        Tag = tag;
    }

    /// <summary>Gets what is wrong.</summary>
    public H4mkErrorCode Code { get; }

    /// <summary>Gets where in the file or proof, in bytes: the header of the chunk concerned, else the first bad byte.</summary>
    public long Offset { get; }

    /// <summary>Gets what was expected and what was found, without the offset.</summary>
    public string Detail { get; }

    /// <summary>Gets the chunk concerned, or null.</summary>
    public ChunkTag? Tag { get; }
}
