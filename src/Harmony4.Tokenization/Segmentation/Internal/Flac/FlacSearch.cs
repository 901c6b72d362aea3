namespace Harmony4.Tokenization.Internal;

/// <summary>Finds where a FLAC stream begins: at its mark, and the block that has to follow it.</summary>
internal static class FlacSearch
{
    /// <summary>The mark, and the head of the STREAMINFO block.</summary>
    public const int MarkLength = 8;

    /// <inheritdoc cref="FramedSegmenter.FindStart"/>
    public static bool? Find(ReadOnlySpan<byte> bytes, int limit, bool isAll, out int passed)
    {
        passed = 0;
        while (passed <= limit)
        {
            var at = bytes[passed..].IndexOf((byte)'f');
            if (at < 0)
            {
                passed = bytes.Length;
                return isAll ? false : null;
            }

            passed += at;
            var rest = bytes[passed..];
            if (rest.Length < MarkLength && !isAll)
            {
                return null;
            }

            if (passed <= limit && IsMark(rest))
            {
                return true;
            }

            passed++;
        }

        return false;
    }

    public static bool IsMark(ReadOnlySpan<byte> bytes) => bytes.Length >= MarkLength && bytes.StartsWith("fLaC"u8) && (bytes[4] & 0x7F) == 0 && bytes[5] == 0 && bytes[6] == 0 && bytes[7] == 34;
}
