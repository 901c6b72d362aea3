using System.Runtime.CompilerServices;
using Harmony4.Hashing;

namespace Harmony4.Format.Internal;

/// <summary>The index of a 1.1 container: ROOT in memory, pages read as they are asked for.</summary>
internal sealed partial class PagedIndex : ContainerIndex
{
    private const ulong MaxPts = long.MaxValue;

    // What is kept of a block on a page: its entry, where it stands in the file and in the stream, and its place among the keys.
    private const long PagedBlockLength = 80;

    private readonly H4mkSource _source;
    private readonly ContainerEnd _end;
    private readonly PageCache _pages;
    private readonly int _pageCacheLength;

    public PagedIndex(H4mkSource source, ContainerEnd end, H4mkContainerOptions options, MemoryAccount memory)
        : base(Array.ConvertAll(end.Root.Tracks, static pages => ToTrack(pages.Record)), end.Length, memory)
    {
        _source = source;
        _end = end;
        _pages = new PageCache(options.PageCacheLength);
        _pageCacheLength = options.PageCacheLength;
    }

    public override H4mkVersion Version => H4mkVersion.V11;

    public RootTables Root => _end.Root;

    public ContainerEnd End => _end;

    /// <summary>Position of the ROOT chunk.</summary>
    public long RootOffset => _end.RootOffset;

    /// <summary>Bytes of memory that the pages take at most that are kept. The one read last stays, whatever the cache may hold.</summary>
    public long PageMemory => Math.Min(Math.Max(_pageCacheLength, PagedBlockLength << Root.Header.PageLog2), PagedBlockLength * BlockCount);

    /// <summary>The bytes of ROOT, as a TAIL says that has not been judged yet: no more than would be read.</summary>
    public static long RootLengthOf(in TailRecord tail, long length, H4mkContainerOptions options) => Math.Min(Math.Min(tail.RootLength, length), options.MaxRootLength);

    public int PageOf(long ordinal) => (int)(ordinal >> Root.Header.PageLog2);

    public override ValueTask<BlockLocation> GetBlockAsync(int position, long ordinal, CancellationToken cancellationToken)
    {
        var page = PageOf(ordinal);
        return Cached(position, page) is { } cached
            ? new ValueTask<BlockLocation>(Locate(cached, (int)(ordinal - cached.FirstOrdinal)))
            : GetAsync(position, page, ordinal, cancellationToken);
    }

    public override ValueTask<BlockLocation> FindBlockAsync(int position, long streamOffset, CancellationToken cancellationToken)
    {
        var page = PageAt(position, streamOffset);
        return Cached(position, page) is { } cached
            ? new ValueTask<BlockLocation>(Locate(cached, cached.FindStreamOffset(streamOffset)))
            : FindAsync(position, page, streamOffset, cancellationToken);
    }

    public override ValueTask<Keyframe?> FindKeyframeAsync(int position, ulong pts, CancellationToken cancellationToken)
    {
        pts = Math.Min(pts, MaxPts);
        var page = PagesUpTo(position, pts) - 1;
        return page < 0 ? default
            : Cached(position, page) is { } cached ? new ValueTask<Keyframe?>(Keyframe(cached, cached.FindKey(pts)))
            : FindKeyAsync(position, page, pts, cancellationToken);
    }

    public override async ValueTask<Keyframe?> FindNextKeyframeAsync(int position, ulong pts, CancellationToken cancellationToken) =>
        pts >= MaxPts ? null
        : await FindNextKeyAsync(position, pts, cancellationToken).ConfigureAwait(false) is { } found ? Keyframe(found.Page, found.Index)
        : null;

    /// <summary>The page and place of the last keyframe at or before a time.</summary>
    public async ValueTask<(IndexPage Page, int Index)?> FindKeyAsync(int position, ulong pts, CancellationToken cancellationToken)
    {
        var page = PagesUpTo(position, pts) - 1;
        if (page < 0)
        {
            return null;
        }

        var loaded = await LoadAsync(position, page, cancellationToken).ConfigureAwait(false);
        return (loaded, loaded.FindKey(pts));
    }

    /// <summary>The page and place of the first keyframe after a time.</summary>
    public async ValueTask<(IndexPage Page, int Index)?> FindNextKeyAsync(int position, ulong pts, CancellationToken cancellationToken)
    {
        // A page with keys on both sides of the time has it; else it is in the page that those after it carry the time of.
        var after = PagesUpTo(position, pts);
        if (after > 0)
        {
            var page = await LoadAsync(position, after - 1, cancellationToken).ConfigureAwait(false);
            if (page.FindNextKey(pts) is >= 0 and var index)
            {
                return (page, index);
            }
        }

        var track = Root.Tracks[position];
        if (after == track.PageCount || FirstKeyPts(track, after) is var next && next == PageRecord.NoKey)
        {
            return null;
        }

        var holder = await LoadAsync(position, PagesUpTo(position, FirstKeyPts(track, after)) - 1, cancellationToken).ConfigureAwait(false);
        return (holder, holder.FindNextKey(pts));
    }

    public override IEnumerable<ChunkInfo> ListOthers() => _end.Others();

    public override ChunkInfo? Find(ChunkTag tag) => _end.Find(tag);

    public override Sha256Digest? DigestOf(in ChunkInfo chunk)
    {
        for (var i = 0; i < Root.AuxCount; i++)
        {
            if (Root.AuxChunk(i) is var aux && aux.Tag == chunk.Tag && aux.Offset == chunk.Offset)
            {
                return Root.Aux(i).Digest;
            }
        }

        return null;
    }

    public override IAsyncEnumerable<ChunkInfo> EnumerateChunksAsync(ChunkTag? tag, long from, CancellationToken cancellationToken) =>
        new ChunkListing(this, tag, from).EnumerateAsync(cancellationToken);

    /// <summary>A track as callers see it.</summary>
    public static H4mkTrack ToTrack(in TrackRecord record) => new()
    {
        Id = record.Id,
        BlockCount = record.BlockCount,
        ByteLength = (long)record.PayloadLength,
        KeyframeCount = record.KeyCount,
        FirstPts = record.BlockCount == 0 ? null : record.FirstPts,
        EndPts = record.BlockCount == 0 ? null : record.EndPts,
        Root = record.Root,
    };

    /// <summary>Reads a page, or takes it from the cache.</summary>
    /// <exception cref="H4mkFormatException">It is not the page that ROOT names.</exception>
    public async ValueTask<IndexPage> LoadAsync(int position, int page, CancellationToken cancellationToken)
    {
        if (Cached(position, page) is { } cached)
        {
            return cached;
        }

        var track = Root.Tracks[position];
        var chunk = Root.PageChunk(track, page);

        // ROOT says how long the page is, and that it lies inside the file.
        var bytes = new byte[ChunkHeader.Size + (int)chunk.Length];
        var read = await _source.ReadAsync(chunk.Offset, bytes, cancellationToken).ConfigureAwait(false);
        if (read.Count < bytes.Length)
        {
            Throw.Changed(chunk.Offset, ChunkTag.Indx);
        }

        var header = ChunkHeader.Read(bytes);
        if (header.Tag != ChunkTag.Indx || header.Length != chunk.Length)
        {
            Throw.Bad(H4mkErrorCode.Page, chunk.Offset, ChunkTag.Indx, $"expected a page of {chunk.Length} bytes, found {header.Tag} of {header.Length}");
        }

        var payload = bytes[ChunkHeader.Size..];
        if (Crc32.Compute(payload) is var crc && crc != header.Crc)
        {
            Throw.Crc(header.At(chunk.Offset), crc);
        }

        var (parsed, fault) = IndexPage.Parse(payload, Root, track, page);
        if (parsed is null)
        {
            Throw.Bad(H4mkErrorCode.Page, chunk.Offset, ChunkTag.Indx, fault!);
        }

        _pages.Add(track.FirstPage + page, parsed);
        return parsed;
    }

    private IndexPage? Cached(int position, int page) => _pages.Find(Root.Tracks[position].FirstPage + page);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<BlockLocation> GetAsync(int position, int page, long ordinal, CancellationToken cancellationToken)
    {
        var loaded = await LoadAsync(position, page, cancellationToken).ConfigureAwait(false);
        return Locate(loaded, (int)(ordinal - loaded.FirstOrdinal));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<BlockLocation> FindAsync(int position, int page, long streamOffset, CancellationToken cancellationToken)
    {
        var loaded = await LoadAsync(position, page, cancellationToken).ConfigureAwait(false);
        return Locate(loaded, loaded.FindStreamOffset(streamOffset));
    }

    private async ValueTask<Keyframe?> FindKeyAsync(int position, int page, ulong pts, CancellationToken cancellationToken)
    {
        var loaded = await LoadAsync(position, page, cancellationToken).ConfigureAwait(false);
        return Keyframe(loaded, loaded.FindKey(pts));
    }

    /// <summary>A block's place; what its page claims of the file is held against the file's length here, before anything is read by it.</summary>
    private BlockLocation Locate(IndexPage page, int index)
    {
        var chunk = page.ChunkOffset(index);
        var block = page.Locate(Math.Max(0, index));
        if (chunk < FileHeader.Size || (UInt128)chunk + ChunkHeader.Size + block.Length > (ulong)RootOffset)
        {
            Throw.Bad(H4mkErrorCode.Block, (long)Math.Min(chunk, long.MaxValue), ChunkTag.Core, $"expected block {block.Ordinal} before ROOT at {RootOffset}, found it listed at {chunk} with {block.Length} bytes");
        }

        return block;
    }

    private Keyframe? Keyframe(IndexPage page, int index)
    {
        var block = Locate(page, index);
        return new Keyframe { Pts = block.Pts!.Value, StreamOffset = (ulong)block.StreamOffset, Block = block.Ordinal, FileOffset = block.FileOffset };
    }

    private ulong FirstKeyPts(in TrackPages track, int page) => PageRecord.ReadFirstKeyPts(Root.Page(track.FirstPage + page));

    /// <summary>How many of a track's pages have a first key time at or before a time.</summary>
    private int PagesUpTo(int position, ulong pts)
    {
        var track = Root.Tracks[position];
        int low = 0, high = track.PageCount;
        while (low < high)
        {
            var middle = (int)(((uint)low + (uint)high) >> 1);
            if (FirstKeyPts(track, middle) <= pts)
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

    /// <summary>The last page whose stream offset is at or before a byte.</summary>
    private int PageAt(int position, long streamOffset)
    {
        var track = Root.Tracks[position];
        int low = 0, high = track.PageCount;
        while (low < high)
        {
            var middle = (int)(((uint)low + (uint)high) >> 1);
            if (PageRecord.ReadStreamOffset(Root.Page(track.FirstPage + middle)) <= (ulong)streamOffset)
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
}
