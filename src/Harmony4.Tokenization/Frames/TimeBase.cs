namespace Harmony4.Tokenization;

/// <summary>The length of a tick of a media clock, in seconds: <see cref="Numerator"/> / <see cref="Denominator"/>, as the media states it.</summary>
/// <param name="Numerator">Above 0.</param>
/// <param name="Denominator">Above 0.</param>
public readonly record struct TimeBase(long Numerator, long Denominator)
{
    /// <summary>Converts ticks to microseconds, rounded down.</summary>
    /// <param name="ticks">Ticks of this clock.</param>
    /// <returns>Microseconds; the nearest end of the range where they do not fit.</returns>
    /// <exception cref="DivideByZeroException">This is the default, which is no clock.</exception>
    public long ToMicroseconds(long ticks)
    {
        var micros = Internal.MediaClock.Scale(ticks, (Int128)Numerator * Internal.MediaClock.MicrosecondsPerSecond, Denominator);
        return (long)Int128.Clamp(micros, long.MinValue, long.MaxValue);
    }
}
