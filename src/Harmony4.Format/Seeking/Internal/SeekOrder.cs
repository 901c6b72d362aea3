using System.Buffers.Binary;

namespace Harmony4.Format.Internal;

/// <summary>Whether the times of a SEEK payload increase.</summary>
/// <param name="FirstDecrease">The first entry earlier than the one before it, or −1.</param>
/// <param name="FirstEqual">The first entry as late as the one before it, or −1.</param>
internal readonly record struct SeekOrder(int FirstDecrease, int FirstEqual)
{
    public static SeekOrder Examine(ReadOnlySpan<byte> payload)
    {
        int decrease = -1, equal = -1;
        ulong previous = 0;
        var entries = payload[SeekRecord.CountSize..];
        for (var i = 0; entries.Length >= SeekRecord.Size; i++, entries = entries[SeekRecord.Size..])
        {
            var pts = BinaryPrimitives.ReadUInt64BigEndian(entries);
            if (pts <= previous && i > 0)
            {
                if (pts < previous)
                {
                    decrease = decrease < 0 ? i : decrease;
                }
                else
                {
                    equal = equal < 0 ? i : equal;
                }
            }

            previous = pts;
        }

        return new SeekOrder(decrease, equal);
    }

    public static ulong PtsAt(ReadOnlySpan<byte> entries, int index) =>
        BinaryPrimitives.ReadUInt64BigEndian(entries[(index * SeekRecord.Size)..]);

    /// <summary>Returns the payload with its entries in order of time; entries of one time keep their order.</summary>
    public static byte[] Sort(ReadOnlySpan<byte> payload)
    {
        var sorted = payload.ToArray();
        var count = (payload.Length - SeekRecord.CountSize) / SeekRecord.Size;
        var keys = new (ulong Pts, int Index)[count];
        for (var i = 0; i < count; i++)
        {
            keys[i] = (BinaryPrimitives.ReadUInt64BigEndian(payload[At(i)..]), i);
        }

        Array.Sort(keys);
        for (var i = 0; i < count; i++)
        {
            payload.Slice(At(keys[i].Index), SeekRecord.Size).CopyTo(sorted.AsSpan(At(i)));
        }

        return sorted;
    }

    private static int At(int index) => SeekRecord.CountSize + (index * SeekRecord.Size);
}
