using System.Collections.Concurrent;
using System.Numerics;

namespace Harmony4.Format.Internal;

/// <summary>Arrays for blocks that are held with their headers. Those of the pool are powers of two, which the header of a block of such a length would double.</summary>
internal static class HeldBlocks
{
    private const int Smallest = 128 * 1024;
    private const int Classes = 4;
    private const int MostKept = 32;

    // The collector may have what nobody uses: after a rush nothing is left of it.
    private static readonly WeakReference<ConcurrentQueue<byte[]>>?[] Kept = new WeakReference<ConcurrentQueue<byte[]>>?[Classes];

    /// <summary>Bytes of the array that is rented for so many.</summary>
    public static int LengthFor(int length) => length <= PooledArray.LongestPooled / 2 ? (int)BitOperations.RoundUpToPowerOf2((uint)length)
        : ClassOf(length) is var index && index < Classes ? (Smallest << index) + ChunkHeader.Size
        : length;

    public static byte[] Rent(int length)
    {
        if (length <= PooledArray.LongestPooled / 2)
        {
            return System.Buffers.ArrayPool<byte>.Shared.Rent(length);
        }

        return ClassOf(length) is var index && index < Classes && Volatile.Read(ref Kept[index]) is { } kept && kept.TryGetTarget(out var arrays) && arrays.TryDequeue(out var array)
            ? array
            : GC.AllocateUninitializedArray<byte>(LengthFor(length));
    }

    public static void Return(byte[] array)
    {
        if (array.Length <= PooledArray.LongestPooled / 2)
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(array);
            return;
        }

        var index = ClassOf(array.Length);
        if (index >= Classes)
        {
            return;
        }

        var kept = Volatile.Read(ref Kept[index]);
        if (kept is null || !kept.TryGetTarget(out var arrays))
        {
            arrays = new ConcurrentQueue<byte[]>();
            Volatile.Write(ref Kept[index], new WeakReference<ConcurrentQueue<byte[]>>(arrays));
        }

        if (arrays.Count < MostKept)
        {
            arrays.Enqueue(array);
        }
    }

    // 128 KiB, 256 KiB, 512 KiB and 1 MiB, each with a header.
    private static int ClassOf(int length) => BitOperations.Log2((uint)Math.Max(1, (length - ChunkHeader.Size - 1) / Smallest)) is var floor
        && (Smallest << floor) + ChunkHeader.Size < length ? floor + 1 : floor;
}
