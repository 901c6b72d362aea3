namespace Harmony4.Format.Internal;

/// <summary>Which keyframes SEEK of a recorded 1.1 file lists: every 2^s-th, s the least that leaves 65,536.</summary>
internal static class SeekStride
{
    public const int MaxEntries = 65_536;

    public static int Log2Of(long keyframes)
    {
        var log2 = 0;
        while (CountOf(keyframes, log2) > MaxEntries)
        {
            log2++;
        }

        return log2;
    }

    public static long CountOf(long keyframes) => CountOf(keyframes, Log2Of(keyframes));

    private static long CountOf(long keyframes, int log2) => (keyframes + (1L << log2) - 1) >> log2;
}
