namespace Harmony4.Tokenization.Internal;

/// <summary>Converts counts of a media clock to microseconds without overflow.</summary>
internal static class MediaClock
{
    public const int MicrosecondsPerSecond = 1_000_000;

    /// <summary>Returns <c>floor(ticks × numerator / denominator)</c>; |ticks| × numerator must stay below 2^127.</summary>
    public static Int128 Scale(Int128 ticks, Int128 numerator, Int128 denominator)
    {
        var product = ticks * numerator;
        return (product >= 0 ? product : product - denominator + 1) / denominator;
    }

    /// <summary>Returns the microseconds of <paramref name="ticks"/> at <paramref name="rate"/> per second, rounded down.</summary>
    public static Int128 Scale(Int128 ticks, uint rate) => Scale(ticks, MicrosecondsPerSecond, rate);

    /// <summary>Returns ticks that a frame may have; null for those that only damage can give.</summary>
    public static long? ToTicks(Int128 ticks) => ticks >= long.MinValue && ticks <= long.MaxValue ? (long)ticks : null;
}
