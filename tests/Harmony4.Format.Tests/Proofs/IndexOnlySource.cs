using System.Buffers.Binary;
using System.Security.Cryptography;
using Harmony4.Format.Internal;
using Harmony4.Hashing;

namespace Harmony4.Format.Tests.Proofs;

/// <summary>
/// A recording of one track of 1 MiB blocks and any number of empty ones behind it, of which only the index exists: pages are made anew
/// whenever they are read, and a read anywhere else fails.
/// </summary>
internal sealed class IndexOnlySource : H4mkSource
{
    private const int BlockLength = 1 << 20;
    private const int PageLog2 = 10;
    private const int PageBlocks = 1 << PageLog2;
    private const long FirstChunk = 256;
    private const long StrideOfBlock = ChunkHeader.Size + TokenRecord.Size + ChunkHeader.Size + BlockLength;
    private readonly long _blocks;
    private readonly int _keyEvery;
    private readonly byte[] _end;
    private readonly long _rootOffset;

    private readonly long _lyingOrdinal;

    /// <param name="blocks">Blocks of the first track.</param>
    /// <param name="keyEvery">How many blocks there are from keyframe to keyframe.</param>
    /// <param name="tracks">How many tracks there are.</param>
    /// <param name="lyingOrdinal">The first block of a page whose link is to lead one block too far; none by default.</param>
    public IndexOnlySource(long blocks, int keyEvery, int tracks = 1, long lyingOrdinal = -1)
    {
        _lyingOrdinal = lyingOrdinal;
        _blocks = blocks;
        _keyEvery = keyEvery;
        var pages = (int)((blocks + PageBlocks - 1) / PageBlocks);
        _rootOffset = PageOffset(pages);
        var root = BuildRoot(pages, tracks);
        var tail = new byte[TailRecord.Size];
        new TailRecord((ulong)_rootOffset, (uint)(ChunkHeader.Size + root.Length), RootHeader.Minor, 0, new Sha256Digest(SHA256.HashData(root))).Write(tail);
        _end = [.. Chunk(ChunkTag.Root, root), .. Chunk(ChunkTag.Tail, tail)];
    }

    private long FileLength => _rootOffset + _end.Length;

    protected override ValueTask<SourceRead> ReadTailCoreAsync(Memory<byte> destination, CancellationToken cancellationToken) =>
        ReadCoreAsync(Math.Max(0, FileLength - destination.Length), destination, cancellationToken);

    protected override ValueTask<SourceRead> ReadCoreAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        if (offset + destination.Length > _rootOffset)
        {
            // The first read reaches before ROOT, where it is given zeros.
            var count = (int)Math.Min(destination.Length, FileLength - offset);
            var from = (int)Math.Max(0, offset - _rootOffset);
            var gap = (int)Math.Max(0, _rootOffset - offset);
            destination.Span[..gap].Clear();
            _end.AsSpan(from, count - gap).CopyTo(destination.Span[gap..]);
            return new ValueTask<SourceRead>(new SourceRead(count, FileLength));
        }

        var page = (int)((offset - FirstChunk) / (PageOffset(1) - FirstChunk));
        var chunk = Chunk(ChunkTag.Indx, Page(page));
        Assert.Equal((PageOffset(page) + (Count(page) * StrideOfBlock), chunk.Length), (offset, destination.Length));
        chunk.CopyTo(destination);
        return new ValueTask<SourceRead>(new SourceRead(chunk.Length, FileLength));
    }

    private static byte[] Chunk(ChunkTag tag, byte[] payload)
    {
        byte[] chunk = [.. new byte[ChunkHeader.Size], .. payload];
        new ChunkHeader(tag, (uint)payload.Length, Crc32.Compute(payload)).Write(chunk);
        return chunk;
    }

    private static Sha256Digest RootOf(byte[] records, int size)
    {
        var tree = new MerkleTreeBuilder();
        tree.AppendRecords(records, size);
        return new Sha256Digest(tree.GetRoot());
    }

    private static ulong Pts(long ordinal) => (ulong)ordinal * 40_000;

    private int Count(int page) => (int)Math.Min(PageBlocks, _blocks - ((long)page * PageBlocks));

    /// <summary>Where the blocks of a page begin; its INDX follows them.</summary>
    private long PageOffset(int page)
    {
        var blocks = Math.Min(_blocks, (long)page * PageBlocks);
        return FirstChunk + (blocks * (StrideOfBlock + PageHeader.BytesPerBlock)) + (page * (ChunkHeader.Size + PageHeader.Size));
    }

    private byte[] Page(int page)
    {
        var count = Count(page);
        var payload = new byte[PageHeader.PayloadLength(count)];
        var first = (long)page * PageBlocks;
        new PageHeader(0, 0, (uint)first, (ulong)first * BlockLength).Write(payload);
        var offsets = payload.AsSpan(PageHeader.Size + (IndexEntry.Size * count));
        Span<byte> digest = stackalloc byte[Sha256Digest.SizeInBytes];
        for (var i = 0; i < count; i++)
        {
            var ordinal = first + i;
            var link = ordinal == 0 ? 0 : ordinal - ((ordinal - 1) / _keyEvery * _keyEvery);
            BinaryPrimitives.WriteInt64BigEndian(digest, ordinal);
            var entry = new IndexEntry(Pts(ordinal), 40_000, BlockLength, (uint)(ordinal == _lyingOrdinal ? link - 1 : link), ordinal % _keyEvery == 0 ? 1u : 0, new Sha256Digest(digest));
            entry.Write(payload.AsSpan(PageHeader.Size + (IndexEntry.Size * i)));
            BinaryPrimitives.WriteUInt64BigEndian(offsets[(PageHeader.FileOffsetSize * i)..], (ulong)(PageOffset(page) + (i * StrideOfBlock) + ChunkHeader.Size + TokenRecord.Size));
        }

        return payload;
    }

    private byte[] BuildRoot(int pages, int tracks)
    {
        var pageRecords = new byte[PageRecord.Size * pages];
        var pageOffsets = new byte[8 * pages];
        var tree = new MerkleTreeBuilder();
        for (var page = 0; page < pages; page++)
        {
            var root = RootOf(Page(page)[PageHeader.Size..(PageHeader.Size + (IndexEntry.Size * Count(page)))], IndexEntry.Size);
            tree.AppendLeafHashes(root.ToArray());
            var firstKey = (((long)page * PageBlocks) + _keyEvery - 1) / _keyEvery * _keyEvery;
            new PageRecord(firstKey < _blocks ? Pts(firstKey) : PageRecord.NoKey, (ulong)page * PageBlocks * BlockLength, root).Write(pageRecords.AsSpan(PageRecord.Size * page));
            BinaryPrimitives.WriteInt64BigEndian(pageOffsets.AsSpan(8 * page), PageOffset(page) + (Count(page) * StrideOfBlock));
        }

        var trackRecords = new byte[TrackRecord.Size * tracks];
        for (var i = 0; i < tracks; i++)
        {
            TrackRecordOf(i, tree.GetRoot()).Write(trackRecords.AsSpan(TrackRecord.Size * i));
        }

        // META, SAFE and TRAK stand at the front, where nobody reads them here.
        var aux = new byte[3 * AuxRecord.Size];
        var auxOffsets = new byte[3 * 8];
        ChunkTag[] tags = [ChunkTag.Meta, ChunkTag.Safe, ChunkTag.Trak];
        for (var i = 0; i < tags.Length; i++)
        {
            new AuxRecord(tags[i], 2, default).Write(aux.AsSpan(AuxRecord.Size * i));
            BinaryPrimitives.WriteInt64BigEndian(auxOffsets.AsSpan(8 * i), 8 + (14 * ((i + 1) % 3)));
        }

        var header = new byte[RootHeader.Size];
        new RootHeader
        {
            PageLog2 = PageLog2,
            TrackCount = (ushort)tracks,
            AuxCount = 3,
            BlockCount = (ulong)_blocks,
            PayloadLength = (ulong)_blocks * BlockLength,
            TracksRoot = RootOf(trackRecords, TrackRecord.Size),
            AuxRoot = RootOf(aux, AuxRecord.Size),
            PagesDigest = new Sha256Digest(SHA256.HashData(pageRecords)),
        }.Write(header);
        return [.. header, .. trackRecords, .. aux, .. pageRecords, .. auxOffsets, .. pageOffsets];
    }

    private TrackRecord TrackRecordOf(int position, byte[] root) => new()
    {
        Id = (ushort)position,
        BlockCount = position == 0 ? (uint)_blocks : 0,
        KeyCount = position == 0 ? (uint)((_blocks + _keyEvery - 1) / _keyEvery) : 0,
        LastKey = position == 0 ? (uint)((_blocks - 1) / _keyEvery * _keyEvery) : TrackRecord.None,
        PayloadLength = position == 0 ? (ulong)_blocks * BlockLength : 0,
        FirstPts = 0,
        EndPts = position == 0 ? Pts(_blocks) : 0,
        Root = position == 0 ? new Sha256Digest(root) : new Sha256Digest(MerkleTree.EmptyRoot),
    };
}
