using System.Globalization;

namespace Harmony4;

/// <summary>No keyframe is at or before the time asked for.</summary>
public sealed class KeyframeNotFoundException : Exception
{
    /// <summary>Initializes an exception.</summary>
    /// <param name="pts">The time asked for, in microseconds.</param>
    public KeyframeNotFoundException(ulong pts)
        : base(string.Create(CultureInfo.InvariantCulture, $"no keyframe at or before {pts} us")) => Pts = pts;

    /// <summary>Gets the time asked for, in microseconds.</summary>
    public ulong Pts { get; }
}
