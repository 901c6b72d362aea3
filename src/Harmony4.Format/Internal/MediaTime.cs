namespace Harmony4.Format.Internal;

/// <summary>Times as people pass them, in the microseconds of the wire.</summary>
internal static class MediaTime
{
    public static ulong ToMicroseconds(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        return (ulong)(time.Ticks / TimeSpan.TicksPerMicrosecond);
    }
}
