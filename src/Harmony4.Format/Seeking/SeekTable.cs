using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Harmony4.Format.Internal;

namespace Harmony4.Format;

/// <summary>Finds the keyframe at or before a time, on the bytes of a SEEK payload as they are: no entry is decoded before it is asked for.</summary>
/// <remarks>
/// <para>
/// A lookup takes O(log n) steps whatever the times, and expected O(1) when they are near evenly spaced, as keyframes are:
/// the span of time is cut into at most 4,096 equal slots, an index of at most 16 KiB knows each slot's entries, and inside a slot an
/// interpolated guess is tried before a binary search takes over. A slot that holds far more than its share is interpolated by its own entries.
/// </para>
/// <para>Wire form (docs/format/h4mk-1.0.md section 3), big-endian: count u32, then per entry pts u64 in microseconds and stream offset u64.</para>
/// <para>Immutable and safe to share between threads; lookups allocate nothing. The payload is kept, not copied.</para>
/// </remarks>
public sealed class SeekTable
{
    private const int MaxSlotBits = 12;

    // Below this many entries in a slot a binary search is as quick as a guess.
    private const int SmallSlot = 8;

    // A guess this near costs less than the binary search it replaces; past it, times are not even here.
    private const int MaxStride = 4;

    private readonly ReadOnlyMemory<byte> _payload;
    private readonly int[] _slots;
    private readonly ulong _first;
    private readonly ulong _last;
    private readonly int _shift;
    private readonly int _crowdedSlot;

    private SeekTable(ReadOnlyMemory<byte> payload)
    {
        _payload = payload;
        Count = (payload.Length - SeekRecord.CountSize) / SeekRecord.Size;
        if (Count == 0)
        {
            _slots = [0, 0];
            return;
        }

        _first = PtsAt(payload.Span, 0);
        _last = PtsAt(payload.Span, Count - 1);
        var slotBits = Math.Min(MaxSlotBits, BitOperations.Log2((uint)Count));
        _shift = Math.Max(0, 64 - BitOperations.LeadingZeroCount(_last - _first) - slotBits);
        _slots = new int[(int)((_last - _first) >> _shift) + 2];

        // Above four times its share a slot is crowded: its entries fill a corner of it, and only they tell which.
        _crowdedSlot = Math.Max(SmallSlot, 4 * (Count >> slotBits));
        var span = payload.Span;
        for (int i = 0, slot = 0; i <= Count; i++)
        {
            var end = i == Count ? _slots.Length - 1 : (int)((PtsAt(span, i) - _first) >> _shift);
            while (slot < end)
            {
                _slots[++slot] = i;
            }
        }
    }

    /// <summary>Gets the number of entries.</summary>
    public int Count { get; }

    /// <summary>Gets an entry.</summary>
    /// <param name="index">Position in the table, from 0.</param>
    /// <returns>The entry.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is not in the table.</exception>
    public SeekEntry this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            var entry = _payload.Span.Slice(SeekRecord.CountSize + (index * SeekRecord.Size), SeekRecord.Size);
            return new SeekEntry(
                BinaryPrimitives.ReadUInt64BigEndian(entry),
                BinaryPrimitives.ReadUInt64BigEndian(entry[SeekRecord.OffsetOffset..]));
        }
    }

    /// <summary>Reads a table from a SEEK payload.</summary>
    /// <param name="payload">The payload; kept, and not to be changed afterwards.</param>
    /// <param name="offset">Position of the chunk in its file, for errors.</param>
    /// <param name="sortDecreasing">Sort a table whose times decrease somewhere, stably and in a copy, instead of refusing it.</param>
    /// <returns>The table.</returns>
    /// <exception cref="H4mkFormatException">The payload's length is not what its count demands, or its times decrease.</exception>
    public static SeekTable Parse(ReadOnlyMemory<byte> payload, long offset = 0, bool sortDecreasing = false)
    {
        if (payload.Length < SeekRecord.CountSize)
        {
            Throw.Fault(ChunkFault.SeekTooShort((uint)payload.Length), offset, ChunkTag.Seek);
        }

        if (StructureRules.CheckSeekCount(payload.Span, (uint)payload.Length) is { } fault)
        {
            Throw.Fault(fault, offset, ChunkTag.Seek);
        }

        var order = SeekOrder.Examine(payload.Span);
        if (order.FirstDecrease >= 0)
        {
            if (!sortDecreasing)
            {
                var span = payload.Span;
                Throw.SeekOrder(offset, order.FirstDecrease, PtsAt(span, order.FirstDecrease - 1), PtsAt(span, order.FirstDecrease));
            }

            payload = SeekOrder.Sort(payload.Span);
        }

        return new SeekTable(payload);
    }

    /// <summary>Finds the last entry whose time is at or before a time; of equal times the last.</summary>
    /// <param name="pts">The time in microseconds.</param>
    /// <param name="entry">The entry, or the default.</param>
    /// <returns><see langword="false"/> when every entry is later, or there is none.</returns>
    public bool TryFind(ulong pts, out SeekEntry entry)
    {
        var index = FindIndex(pts);
        if (index < 0)
        {
            entry = default;
            return false;
        }

        entry = this[index];
        return true;
    }

    /// <summary>Finds as <see cref="TryFind"/> does.</summary>
    /// <param name="pts">The time in microseconds.</param>
    /// <returns>The entry's position, or −1 when every entry is later.</returns>
    public int FindIndex(ulong pts)
    {
        if (Count == 0 || pts < _first)
        {
            return -1;
        }

        if (pts >= _last)
        {
            return Count - 1;
        }

        // Entries of earlier slots are at or before pts, those of later slots after it; the answer is low - 1 at the end.
        ref var entries = ref Unsafe.Add(ref MemoryMarshal.GetReference(_payload.Span), SeekRecord.CountSize);
        var distance = pts - _first;
        var slot = (int)(distance >> _shift);
        var low = _slots[slot];
        var high = _slots[slot + 1];
        if (high - low > SmallSlot)
        {
            Narrow(ref entries, pts, distance, ref low, ref high);
        }

        while (low < high)
        {
            var middle = (int)(((uint)low + (uint)high) >> 1);
            if (PtsAt(ref entries, middle) <= pts)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low - 1;
    }

    /// <summary>Guesses where in its slot a time falls, and closes in from there while the guess is near; leaves what is left to the binary search.</summary>
    private void Narrow(ref byte entries, ulong pts, ulong distance, ref int low, ref int high)
    {
        int guess;
        if (high - low > _crowdedSlot)
        {
            var first = PtsAt(ref entries, low);
            var last = PtsAt(ref entries, high - 1);
            if (pts < first || pts >= last)
            {
                low = high = pts < first ? low : high;
                return;
            }

            guess = low + (int)((double)(pts - first) / (last - first) * (high - 1 - low));
        }
        else
        {
            // The fraction of the slot, cut to 32 bits so that the product cannot overflow.
            var bits = Math.Min(_shift, 32);
            var fraction = (distance & ((1UL << _shift) - 1)) >> (_shift - bits);
            guess = low + (int)((fraction * (ulong)(uint)(high - low)) >> bits);
        }

        if (PtsAt(ref entries, guess) <= pts)
        {
            low = guess + 1;
            for (var stride = 1; stride <= MaxStride && low + stride <= high; stride <<= 1)
            {
                if (PtsAt(ref entries, low + stride - 1) > pts)
                {
                    high = low + stride - 1;
                    return;
                }

                low += stride;
            }
        }
        else
        {
            high = guess;
            for (var stride = 1; stride <= MaxStride && high - stride >= low; stride <<= 1)
            {
                if (PtsAt(ref entries, high - stride) <= pts)
                {
                    low = high - stride + 1;
                    return;
                }

                high -= stride;
            }
        }
    }

    private static ulong PtsAt(ReadOnlySpan<byte> payload, int index) =>
        BinaryPrimitives.ReadUInt64BigEndian(payload[(SeekRecord.CountSize + (index * SeekRecord.Size))..]);

    // Every caller keeps index within the table, whose length the constructor derived from the payload's.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong PtsAt(ref byte entries, int index)
    {
        var pts = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref entries, (nint)index * SeekRecord.Size));
        return BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(pts) : pts;
    }
}
