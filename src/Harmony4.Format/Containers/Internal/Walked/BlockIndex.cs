namespace Harmony4.Format.Internal;

/// <summary>The CORE chunks of a file in order: 24 bytes each, in pages so that growth never copies them.</summary>
internal sealed class BlockIndex
{
    private const int PageBits = 11;
    private const int PageLength = 1 << PageBits;
    private readonly List<Entry[]> _pages = [];

    /// <summary>Bytes of memory that a page of the index takes.</summary>
    public const int PageSize = 24 * PageLength;

    public int Count { get; private set; }

    /// <summary>Gets whether the next block needs another page.</summary>
    public bool IsFull => Count == _pages.Count << PageBits;

    /// <summary>Payload bytes of all blocks.</summary>
    public long PayloadLength { get; private set; }

    public BlockLocation this[int ordinal]
    {
        get
        {
            ref readonly var entry = ref At(ordinal);
            return new BlockLocation { Ordinal = ordinal, StreamOffset = entry.StreamOffset, FileOffset = entry.FileOffset, Length = entry.Length, Crc = entry.Crc };
        }
    }

    public void Add(in ChunkInfo chunk)
    {
        if (IsFull)
        {
            _pages.Add(new Entry[PageLength]);
        }

        _pages[^1][Count & (PageLength - 1)] = new Entry(chunk.PayloadOffset, PayloadLength, chunk.Length, chunk.Crc.GetValueOrDefault());
        Count++;
        PayloadLength += chunk.Length;
    }

    /// <summary>The first block whose stream offset is at or after <paramref name="streamOffset"/>; <see cref="Count"/> when there is none.</summary>
    public int FirstAtOrAfter(ulong streamOffset)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            var middle = (int)(((uint)low + (uint)high) >> 1);
            if ((ulong)At(middle).StreamOffset < streamOffset)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>The first block whose chunk begins at or after a position in the file; <see cref="Count"/> when there is none.</summary>
    public int FirstInFileAtOrAfter(long offset)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            var middle = (int)(((uint)low + (uint)high) >> 1);
            if (At(middle).FileOffset - ChunkHeader.Size < offset)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>The block that holds the byte at a stream offset below <see cref="PayloadLength"/>: the last that starts at or before it.</summary>
    public int Containing(long streamOffset) => FirstAtOrAfter((ulong)streamOffset + 1) - 1;

    private ref readonly Entry At(int ordinal) => ref _pages[ordinal >> PageBits][ordinal & (PageLength - 1)];

    private readonly record struct Entry(long FileOffset, long StreamOffset, uint Length, uint Crc);
}
