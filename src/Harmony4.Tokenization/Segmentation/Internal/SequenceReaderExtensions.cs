using System.Buffers;

namespace Harmony4.Tokenization.Internal;

/// <summary>Looks at the bytes ahead of a reader without moving it, whatever segments they lie in.</summary>
internal static class SequenceReaderExtensions
{
    /// <summary>Gets the next <paramref name="count"/> bytes, copied to <paramref name="scratch"/> only when a segment ends among them.</summary>
    public static bool TryPeek(this in SequenceReader<byte> reader, int count, Span<byte> scratch, out ReadOnlySpan<byte> bytes)
    {
        bytes = reader.UnreadSpan;
        if (bytes.Length >= count)
        {
            bytes = bytes[..count];
            return true;
        }

        if (reader.Remaining < count)
        {
            bytes = default;
            return false;
        }

        var copy = scratch[..count];
        reader.TryCopyTo(copy);
        bytes = copy;
        return true;
    }

    /// <summary>Gets as many of the next <paramref name="count"/> bytes as there are.</summary>
    public static ReadOnlySpan<byte> PeekUpTo(this in SequenceReader<byte> reader, int count, Span<byte> scratch)
    {
        reader.TryPeek((int)Math.Min(count, reader.Remaining), scratch, out var bytes);
        return bytes;
    }
}
