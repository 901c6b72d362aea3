using System.Buffers.Binary;
using System.Globalization;

namespace Harmony4.Format;

/// <summary>The four bytes that name a chunk's kind, such as <c>CORE</c>.</summary>
/// <remarks>An immutable value. A tag on the wire is valid when each byte is a visible ASCII character, 0x21 … 0x7E.</remarks>
public readonly struct ChunkTag : IEquatable<ChunkTag>
{
    private const byte FirstTagByte = 0x21;
    private const byte LastTagByte = 0x7E;

    /// <summary>One opaque block.</summary>
    public static readonly ChunkTag Core = new(0x434F5245);

    /// <summary>The keyframe table.</summary>
    public static readonly ChunkTag Seek = new(0x5345454B);

    /// <summary>What the producer says of the media: a JSON object.</summary>
    public static readonly ChunkTag Meta = new(0x4D455441);

    /// <summary>What the producer promises not to do: a JSON object.</summary>
    public static readonly ChunkTag Safe = new(0x53414645);

    /// <summary>SHA-256 of all chunks before it.</summary>
    public static readonly ChunkTag Veri = new(0x56455249);

    /// <summary>The tracks of a 1.1 container: a JSON object.</summary>
    public static readonly ChunkTag Trak = new(0x5452414B);

    /// <summary>What the CORE behind it is: track, ordinal, time, duration, length and flags.</summary>
    public static readonly ChunkTag Tokn = new(0x544F4B4E);

    /// <summary>One page of a track's index.</summary>
    public static readonly ChunkTag Indx = new(0x494E4458);

    /// <summary>How blocks are sealed.</summary>
    public static readonly ChunkTag Seal = new(0x5345414C);

    /// <summary>The index of the index: tracks, other chunks and pages under one hash.</summary>
    public static readonly ChunkTag Root = new(0x524F4F54);

    /// <summary>A signature, a receipts key or a further recipient.</summary>
    public static readonly ChunkTag Sign = new(0x5349474E);

    /// <summary>The last chunk of a 1.1 container: where ROOT stands.</summary>
    public static readonly ChunkTag Tail = new(0x5441494C);

    /// <summary>Initializes a tag from its big-endian value.</summary>
    /// <param name="value">The four bytes; the first is the most significant.</param>
    public ChunkTag(uint value) => Value = value;

    /// <summary>Initializes a tag from its text.</summary>
    /// <param name="text">Four characters, each 0x21 … 0x7E.</param>
    /// <exception cref="ArgumentException">The text is not such a tag.</exception>
    public ChunkTag(ReadOnlySpan<char> text)
    {
        if (text.Length != 4)
        {
            throw new ArgumentException($"a tag has 4 characters, found {text.Length}", nameof(text));
        }

        foreach (var c in text)
        {
            if (c is < (char)FirstTagByte or > (char)LastTagByte)
            {
                throw new ArgumentException("a tag's characters are 0x21 to 0x7E", nameof(text));
            }

            Value = (Value << 8) | c;
        }
    }

    /// <summary>Gets the four bytes as a big-endian number.</summary>
    public uint Value { get; }

    /// <summary>Gets whether every byte is a visible ASCII character, as a container demands.</summary>
    public bool IsValid
    {
        get
        {
            for (var shift = 0; shift < 32; shift += 8)
            {
                if ((byte)(Value >> shift) is < FirstTagByte or > LastTagByte)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Compares two tags.</summary>
    /// <param name="left">A tag.</param>
    /// <param name="right">A tag.</param>
    /// <returns>Whether they are the same.</returns>
    public static bool operator ==(ChunkTag left, ChunkTag right) => left.Value == right.Value;

    /// <summary>Compares two tags.</summary>
    /// <param name="left">A tag.</param>
    /// <param name="right">A tag.</param>
    /// <returns>Whether they differ.</returns>
    public static bool operator !=(ChunkTag left, ChunkTag right) => left.Value != right.Value;

    /// <inheritdoc/>
    public bool Equals(ChunkTag other) => Value == other.Value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ChunkTag other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)Value;

    /// <summary>Returns the four characters, or <c>0x</c> and eight hex digits when a byte is not visible ASCII.</summary>
    /// <returns>The text.</returns>
    public override string ToString()
    {
        if (!IsValid)
        {
            return string.Create(CultureInfo.InvariantCulture, $"0x{Value:x8}");
        }

        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Value);
        return System.Text.Encoding.ASCII.GetString(bytes);
    }
}
