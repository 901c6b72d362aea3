using System.Buffers.Binary;

namespace Harmony4.Benchmarks.Format;

/// <summary>How the times of a million keyframes may lie.</summary>
public enum SeekShape
{
    /// <summary>One every second and a little: what an encoder makes.</summary>
    Even,

    /// <summary>Each gap twice the last, over and over until 64 bits are used up.</summary>
    ExponentialGaps,

    /// <summary>Even, but for one gap of 2^62 µs in the middle.</summary>
    OneGiantGap,

    /// <summary>Runs of a thousand close together, far apart from each other.</summary>
    Clustered,

    /// <summary>Half of them a million times as dense as the other half.</summary>
    TwoDensities,

    /// <summary>All at one time.</summary>
    AllEqual,

    /// <summary>Every gap from another power of two.</summary>
    RandomGaps,
}

internal static class SeekShapes
{
    public static ulong[] Make(SeekShape shape, int count)
    {
        var random = new Random(17);
        var times = new ulong[count];
        var at = 0UL;
        for (var i = 0; i < count; i++)
        {
            times[i] = at;
            at += shape switch
            {
                SeekShape.Even => 1_001_000UL,
                SeekShape.ExponentialGaps => 1UL << (int)(i * 44L / count),
                SeekShape.OneGiantGap => i == count / 2 ? 1UL << 62 : 1000,
                SeekShape.Clustered => i % 1000 == 999 ? 10_000_000_000 : 1UL,
                SeekShape.TwoDensities => i < count / 2 ? 1UL : 1_000_000,
                SeekShape.AllEqual => 0UL,
                _ => (ulong)Math.Pow(2, random.NextDouble() * 36),
            };
        }

        return times;
    }

    public static byte[] Payload(ulong[] times)
    {
        var payload = new byte[4 + (16 * times.Length)];
        BinaryPrimitives.WriteInt32BigEndian(payload, times.Length);
        for (var i = 0; i < times.Length; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(payload.AsSpan(4 + (16 * i)), times[i]);
            BinaryPrimitives.WriteUInt64BigEndian(payload.AsSpan(12 + (16 * i)), (ulong)i * 524_288);
        }

        return payload;
    }

    /// <summary>Times to ask for, shuffled: half of them any time of the span, half of them near an entry, so that dense parts are asked for too.</summary>
    public static ulong[] Queries(ulong[] times, int count)
    {
        var random = new Random(23);
        var queries = new ulong[count];
        var span = Math.Max(1, times[^1] - times[0]);
        for (var i = 0; i < count; i++)
        {
            queries[i] = i % 2 == 0
                ? times[0] + (ulong)(random.NextDouble() * span)
                : times[random.Next(times.Length)] + (ulong)random.Next(3);
        }

        random.Shuffle(queries);
        return queries;
    }
}
