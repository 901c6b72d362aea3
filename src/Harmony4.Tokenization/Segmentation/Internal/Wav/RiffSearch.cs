namespace Harmony4.Tokenization.Internal;

/// <summary>Finds where a WAVE file begins.</summary>
internal static class RiffSearch
{
    /// <inheritdoc cref="FramedSegmenter.FindStart"/>
    public static bool? Find(ReadOnlySpan<byte> bytes, int limit, bool isFront, bool isAll, out int passed)
    {
        for (passed = 0; passed <= limit && passed + WavSegmenter.RiffHeader <= bytes.Length; passed++)
        {
            if (WavSegmenter.IsRiff(bytes[passed..]))
            {
                return true;
            }
        }

        return isAll || passed > limit ? false : null;
    }
}
