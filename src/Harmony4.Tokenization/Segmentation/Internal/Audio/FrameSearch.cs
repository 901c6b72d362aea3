namespace Harmony4.Tokenization.Internal;

/// <summary>Finds where a stream of audio frames begins: several in a row, each where the one before says.</summary>
internal static class FrameSearch
{
    // In noise a header is found every few hundred bytes, and two in a row every few ten thousand.
    private const int InARowAtTheFront = 3;
    private const int LeastAtTheFront = 2;
    private const int InARow = 8;
    private const int Least = 4;
    private const int LongestHeader = AdtsSegmenter.FixedHeader;

    public delegate bool FrameReader(ReadOnlySpan<byte> bytes, out AudioFrame frame);

    /// <inheritdoc cref="FramedSegmenter.FindStart"/>
    public static bool? Find(ReadOnlySpan<byte> bytes, int limit, bool isFront, bool isAll, out int passed, FrameReader read)
    {
        for (passed = 0; passed <= limit; passed++)
        {
            var next = bytes[Math.Min(passed, bytes.Length)..].IndexOf((byte)0xFF);
            if (next < 0)
            {
                passed = Math.Min(bytes.Length, limit);
                return isAll || bytes.Length > limit ? false : null;
            }

            passed += next;
            if (passed > limit)
            {
                break;
            }

            if (Follow(bytes[passed..], isFront && passed == 0, isAll, read) is not false and var found)
            {
                return found;
            }
        }

        passed = limit;
        return false;
    }

    private static bool? Follow(ReadOnlySpan<byte> bytes, bool isFront, bool isAll, FrameReader read)
    {
        var kind = 0;
        for (var count = 0; count < (isFront ? InARowAtTheFront : InARow); count++)
        {
            if (!read(bytes, out var frame))
            {
                // The header of one more may be cut off.
                return bytes.Length >= LongestHeader ? false : isAll ? count >= (isFront ? LeastAtTheFront : Least) : null;
            }

            if (count > 0 && frame.Kind != kind)
            {
                return false;
            }

            kind = frame.Kind;
            bytes = bytes[Math.Min(frame.Length, bytes.Length)..];
        }

        return true;
    }
}
