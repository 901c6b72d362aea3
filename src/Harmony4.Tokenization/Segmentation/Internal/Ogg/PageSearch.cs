namespace Harmony4.Tokenization.Internal;

/// <summary>Finds where an Ogg stream begins: a page that is followed by another, or by the end.</summary>
internal static class PageSearch
{
    /// <inheritdoc cref="FramedSegmenter.FindStart"/>
    public static bool? Find(ReadOnlySpan<byte> bytes, int limit, bool isFront, bool isAll, out int passed)
    {
        passed = 0;
        if (isFront && Begins(bytes, isAll) is not false and var atFront)
        {
            return atFront;
        }

        for (; passed <= limit; passed++)
        {
            var next = bytes[Math.Min(passed, bytes.Length)..].IndexOf((byte)'O');
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

            if (Follow(bytes[passed..], isAll) is not false and var found)
            {
                return found;
            }
        }

        passed = limit;
        return false;
    }

    private static bool? Follow(ReadOnlySpan<byte> bytes, bool isAll)
    {
        if (Begins(bytes, isAll) is not true and var begins)
        {
            return begins;
        }

        // A page is below 64 KiB, which is what is looked at behind the start.
        return OggPage.GetLength(bytes) is { } length && length < bytes.Length ? Begins(bytes[length..], isAll)
            : isAll ? OggPage.GetLength(bytes) == bytes.Length
            : null;
    }

    private static bool? Begins(ReadOnlySpan<byte> bytes, bool isAll) =>
        !OggPage.CanBegin(bytes) ? false : isAll || bytes.Length >= OggPage.MarkLength ? true : null;
}
