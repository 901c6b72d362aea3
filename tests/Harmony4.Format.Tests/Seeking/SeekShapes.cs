namespace Harmony4.Format.Tests.Seeking;

/// <summary>Tables of times that a guess by even spacing gets wrong in different ways.</summary>
internal static class SeekShapes
{
    public static readonly string[] Names = ["even", "jitter", "exponential", "one giant gap", "clustered", "two densities", "all equal", "random gaps", "whole range"];

    public static ulong[] Make(string shape, int count)
    {
        var random = new Random(17);
        var times = new ulong[count];
        var at = 0UL;
        for (var i = 0; i < count; i++)
        {
            times[i] = at;
            at += shape switch
            {
                "even" => 1_001_000UL,
                "jitter" => (ulong)random.Next(900_000, 1_100_000),
                "exponential" => 1UL << (int)(i * 44L / count),
                "one giant gap" => i == count / 2 ? 1UL << 62 : 1000,
                "clustered" => i % 1000 == 999 ? 10_000_000_000 : 1UL,
                "two densities" => i < count / 2 ? 1UL : 1_000_000,
                "all equal" => 0UL,
                "random gaps" => (ulong)Math.Pow(2, random.NextDouble() * 36),
                "whole range" => ulong.MaxValue / (ulong)count,
                _ => throw new ArgumentOutOfRangeException(nameof(shape), shape, "not a shape"),
            };
        }

        return times;
    }
}
