using System.Buffers.Binary;
using Harmony4.Hashing;

namespace Harmony4.Format.Internal;

/// <summary>What a recording knows of one track: its open page, 56 bytes for each page that is full, and some sums.</summary>
internal sealed class RecordedTrack(ushort id, int pageLog2)
{
    private readonly List<(PageRecord Record, ulong Offset)> _pages = [];
    private byte[] _entries = [];
    private ulong[] _offsets = [];
    private ulong _pageStart;
    private ulong _pageKey = PageRecord.NoKey;
    private ulong _lastKeyPts;
    private int _open;

    public ushort Id { get; } = id;

    public uint BlockCount { get; private set; }

    public uint KeyCount { get; private set; }

    public uint LastKey { get; private set; } = TrackRecord.None;

    public ulong PayloadLength { get; private set; }

    public ulong FirstPts { get; private set; }

    public ulong EndPts { get; private set; }

    /// <summary>Blocks on the open page.</summary>
    public int OpenCount => _open;

    public bool IsPageFull => _open == 1 << pageLog2;

    public int PageCount => _pages.Count;

    /// <summary>Pages that closing the file now would give: the open one counts if it has a block.</summary>
    public int PageCountIfClosed => _pages.Count + (_open > 0 ? 1 : 0);

    /// <summary>Takes up what a closed file holds of the track, so that further blocks can follow.</summary>
    /// <param name="root">Its ROOT.</param>
    /// <param name="pages">The track's pages there. A last page that is not full is opened again.</param>
    /// <param name="lastKeyPts">The time of its last keyframe, if it has one.</param>
    /// <param name="open">The last page, where it is not full.</param>
    public void Resume(RootTables root, in TrackPages pages, ulong lastKeyPts, IndexPage? open)
    {
        var record = pages.Record;
        BlockCount = record.BlockCount;
        KeyCount = record.KeyCount;
        LastKey = record.LastKey;
        PayloadLength = record.PayloadLength;
        FirstPts = record.FirstPts;
        EndPts = record.EndPts;
        _lastKeyPts = lastKeyPts;
        _pageStart = record.PayloadLength;
        for (var i = 0; i < pages.PageCount - (open is null ? 0 : 1); i++)
        {
            _pages.Add((PageRecord.Read(root.Page(pages.FirstPage + i)), root.PageOffset(pages.FirstPage + i)));
        }

        if (open is null)
        {
            return;
        }

        _open = open.Count;
        _entries = open.Entries.ToArray();
        _offsets = new ulong[open.Count];
        _pageStart = PageRecord.ReadStreamOffset(root.Page(pages.FirstPage + pages.PageCount - 1));
        for (var i = 0; i < open.Count; i++)
        {
            _offsets[i] = open.ChunkOffset(i);
            var entry = open.Entry(i);
            _pageKey = _pageKey == PageRecord.NoKey && entry.IsKey ? entry.Pts : _pageKey;
        }
    }

    /// <summary>Judges the next block.</summary>
    /// <exception cref="ArgumentException">No such block can follow.</exception>
    public void Check(ulong pts, uint duration, uint flags, long length)
    {
        if (FaultOf(pts, duration, flags, length) is { } fault)
        {
            throw new ArgumentException(fault.Message, fault.Parameter);
        }
    }

    /// <summary>Judges the next block.</summary>
    /// <returns>Why no such block can follow, and which of the parameters is to blame; null when it can.</returns>
    public (string Message, string Parameter)? FaultOf(ulong pts, uint duration, uint flags, long length) =>
        pts > (ulong)long.MaxValue - duration ? ($"a block ends at most at 2^63 - 1 us, found a pts of {pts} and a duration of {duration}", nameof(pts))
        : flags >= 16 ? ($"expected flags below 16, found {flags}", nameof(flags))
        : (flags & (uint)BlockFlags.Lost) != 0 && (flags != (uint)BlockFlags.Lost || length != 0 || duration != 0) ? ("a lost block has no bytes, no duration and no other flag", nameof(flags))
        : (flags & (uint)BlockFlags.Key) != 0 && KeyCount > 0 && pts <= _lastKeyPts ? ($"the times of keyframes strictly increase: expected a pts above {_lastKeyPts} us, found {pts}", nameof(pts))
        : BlockCount == uint.MaxValue ? ($"a track has at most {uint.MaxValue} blocks", nameof(length))
        : null;

    /// <summary>Takes note of a block that was judged. Its link is set here; its digest may follow by <see cref="SetDigest"/>.</summary>
    /// <returns>The block's place on the open page.</returns>
    public int Add(in IndexEntry block, ulong chunkOffset)
    {
        if (_open == _offsets.Length)
        {
            var capacity = Math.Min(Math.Max(16, 2 * _open), 1 << pageLog2);
            Array.Resize(ref _entries, IndexEntry.Size * capacity);
            Array.Resize(ref _offsets, capacity);
        }

        var link = LastKey == TrackRecord.None ? 0 : BlockCount - LastKey;
        (block with { Link = link }).Write(_entries.AsSpan(IndexEntry.Size * _open));
        _offsets[_open] = chunkOffset;
        if (block.IsKey)
        {
            AddKey(block.Pts);
        }

        FirstPts = BlockCount == 0 ? block.Pts : Math.Min(FirstPts, block.Pts);
        EndPts = Math.Max(EndPts, block.Pts + block.Duration);
        BlockCount++;
        PayloadLength += block.Length;
        return _open++;
    }

    public void SetDigest(int place, ReadOnlySpan<byte> digest) => digest.CopyTo(_entries.AsSpan((IndexEntry.Size * place) + IndexEntry.DigestOffset));

    /// <summary>The entry of a block on the open page.</summary>
    public ReadOnlySpan<byte> OpenEntry(int place) => _entries.AsSpan(IndexEntry.Size * place, IndexEntry.Size);

    public ulong OpenOffset(int place) => _offsets[place];

    /// <summary>Writes the INDX payload of the open page.</summary>
    /// <returns>Its length.</returns>
    public int WritePage(Span<byte> payload)
    {
        new PageHeader(Id, 0, BlockCount - (uint)_open, _pageStart).Write(payload);
        var entries = _entries.AsSpan(0, IndexEntry.Size * _open);
        entries.CopyTo(payload[PageHeader.Size..]);
        var offsets = payload[(PageHeader.Size + entries.Length)..];
        for (var i = 0; i < _open; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(offsets[(PageHeader.FileOffsetSize * i)..], _offsets[i]);
        }

        return PageHeader.PayloadLength(_open);
    }

    /// <summary>Closes the open page, whose INDX chunk stands at a position.</summary>
    public void ClosePage(long chunkOffset, MerkleTreeBuilder tree)
    {
        _pages.Add((OpenPage(tree), (ulong)chunkOffset));
        _pageKey = PageRecord.NoKey;
        _pageStart = PayloadLength;
        _open = 0;
    }

    /// <summary>A closed page's record and the position of its INDX.</summary>
    public (PageRecord Record, ulong Offset) Page(int page) => _pages[page];

    /// <summary>A page's record and the position of its INDX; that of the open page is not known, and given as 0.</summary>
    public (PageRecord Record, ulong Offset) PageIfClosed(int page, MerkleTreeBuilder tree) => page < _pages.Count ? _pages[page] : (OpenPage(tree), 0);

    /// <summary>What ROOT says of the track if the file is closed now.</summary>
    public TrackRecord ToRecord(MerkleTreeBuilder tree)
    {
        var open = _open > 0 ? OpenPage(tree).Root : default;
        tree.Reset();
        foreach (var (page, _) in _pages)
        {
            tree.AppendLeafHashes(page.Root.Span);
        }

        if (_open > 0)
        {
            tree.AppendLeafHashes(open.Span);
        }

        Span<byte> root = stackalloc byte[Sha256Digest.SizeInBytes];
        tree.WriteRoot(root);
        return new TrackRecord
        {
            Id = Id,
            BlockCount = BlockCount,
            KeyCount = KeyCount,
            LastKey = LastKey,
            PayloadLength = PayloadLength,
            FirstPts = FirstPts,
            EndPts = EndPts,
            Root = new Sha256Digest(root),
        };
    }

    private PageRecord OpenPage(MerkleTreeBuilder tree)
    {
        Span<byte> root = stackalloc byte[Sha256Digest.SizeInBytes];
        tree.Reset();
        tree.AppendRecords(_entries.AsSpan(0, IndexEntry.Size * _open), IndexEntry.Size);
        tree.WriteRoot(root);
        return new PageRecord(_pageKey, _pageStart, new Sha256Digest(root));
    }

    private void AddKey(ulong pts)
    {
        if (_pageKey == PageRecord.NoKey)
        {
            _pageKey = pts;
        }

        // Pages without a keyframe carry the time of the next one.
        for (var i = _pages.Count - 1; i >= 0 && _pages[i].Record.FirstKeyPts == PageRecord.NoKey; i--)
        {
            _pages[i] = (_pages[i].Record with { FirstKeyPts = pts }, _pages[i].Offset);
        }

        LastKey = BlockCount;
        _lastKeyPts = pts;
        KeyCount++;
    }
}
