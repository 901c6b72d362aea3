namespace Harmony4.Format.Internal;

/// <summary>The blocks of a track that came so far.</summary>
internal sealed class GrowingTrack(int id)
{
    /// <summary>Bytes of memory that a part of the blocks takes, and of their keyframes.</summary>
    public const int PartSize = GrowingList<Block>.PartLength * (Block.Size + sizeof(int));

    private readonly GrowingList<Block> _blocks = new();
    private readonly GrowingList<int> _keys = new();
    private long _byteLength;
    private long _finalCount;
    private ulong? _first;
    private ulong? _end;

    public int Id => id;

    /// <summary>Gets whether the next block takes more memory.</summary>
    public bool IsFull => _blocks.IsFull;

    public void Add(in BlockLocation block)
    {
        if (block.IsKey)
        {
            _keys.Add(_blocks.Count);
        }

        var pts = block.Pts.GetValueOrDefault();
        _blocks.Add(new Block(block.FileOffset, block.StreamOffset, pts, block.Length, block.Duration, block.Crc.GetValueOrDefault(), block.Flags));
        _byteLength += block.Length;
        _first = Math.Min(_first ?? pts, pts);
        _end = Math.Max(_end ?? 0, pts + block.Duration);
    }

    /// <summary>Counts the blocks of a page, whose index has come and fits.</summary>
    public void End(PageRange page) => _finalCount = page.FirstOrdinal + page.Count;

    public View Take() => new(
        new H4mkTrack
        {
            Id = id,
            BlockCount = _blocks.Count,
            FinalBlockCount = _finalCount,
            ByteLength = _byteLength,
            KeyframeCount = _keys.Count,
            FirstPts = _first,
            EndPts = _end,
        },
        _blocks.Take(),
        _keys.Take());

    /// <summary>A block as TOKN and CORE give it.</summary>
    internal readonly record struct Block(long FileOffset, long StreamOffset, ulong Pts, uint Length, uint Duration, uint Crc, BlockFlags Flags)
    {
        public const int Size = 40;
    }

    /// <summary>The track as it was at one moment.</summary>
    internal sealed record View(H4mkTrack Track, GrowingList<Block>.View Blocks, GrowingList<int>.View Keys)
    {
        public BlockLocation this[int ordinal]
        {
            get
            {
                ref readonly var block = ref Blocks[ordinal];
                return new BlockLocation
                {
                    Ordinal = ordinal,
                    StreamOffset = block.StreamOffset,
                    FileOffset = block.FileOffset,
                    Length = block.Length,
                    Pts = block.Pts,
                    Duration = block.Duration,
                    Flags = block.Flags,
                    Crc = block.Crc,
                };
            }
        }

        /// <summary>How many keyframes are at or before a time.</summary>
        public int KeysUpTo(ulong pts)
        {
            var blocks = Blocks;
            return Keys.CountWhile(pts, (key, limit) => blocks[key].Pts <= limit);
        }

        /// <summary>The last block that begins at or before a byte of the stream: of blocks without bytes in front of it none has it.</summary>
        public int Containing(long streamOffset) => Blocks.CountWhile(streamOffset, static (block, limit) => block.StreamOffset <= limit) - 1;

        /// <summary>The first block whose TOKN begins at or after a position in the file.</summary>
        public int FirstAtOrAfter(long offset) => Blocks.CountWhile(offset, static (block, limit) => GrowingIndex.TokenOf(block.FileOffset) < limit);
    }
}
