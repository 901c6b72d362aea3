namespace Harmony4.Tokenization;

/// <summary>How the time of the n-th frame is rounded to microseconds.</summary>
public enum PtsRounding
{
    /// <summary><c>floor(n × 1,000,000 × denominator / numerator)</c>: never more than a microsecond from the true time.</summary>
    Exact = 0,

    /// <summary>
    /// <c>n × trunc(1,000,000 / fps)</c> with <c>fps</c> the nearest double: what the first implementation of H4MK 1.0 wrote.
    /// It drifts (144 ms in an hour at 60 frames per second) and exists for byte-identical tokens only.
    /// </summary>
    Version10 = 1,
}
