using System.Buffers.Binary;

namespace Harmony4.TestKit;

/// <summary>Logs in the format that docs/segmenters.md shows as one of a caller's own.</summary>
public static class RecordLogs
{
    /// <summary>A log of records of a time in microseconds and a length.</summary>
    public static byte[] Of(params (ulong Time, int Length)[] records)
    {
        var log = new MemoryStream();
        log.Write("RECLOG01"u8);
        Span<byte> head = stackalloc byte[12];
        foreach (var (time, length) in records)
        {
            BinaryPrimitives.WriteInt32LittleEndian(head, length);
            BinaryPrimitives.WriteUInt64LittleEndian(head[4..], time);
            log.Write(head);
            log.Write(Vectors.SeededBytes($"{time}", length));
        }

        return log.ToArray();
    }

    /// <summary>A log of <paramref name="count"/> records of 20 bytes, head included, a millisecond apart.</summary>
    public static byte[] Even(int count, ulong start = 0) => Of([.. Enumerable.Range(0, count).Select(i => (start + ((ulong)i * 1000), 8))]);
}
