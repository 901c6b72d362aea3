using System.Buffers.Binary;
using System.Globalization;
using Harmony4.Hashing;

namespace Harmony4.Format.Internal;

/// <summary>One page of a track's index, judged against ROOT and in itself. Immutable.</summary>
internal sealed class IndexPage
{
    private readonly byte[] _payload;
    private readonly long[] _streamOffsets;
    private readonly int[] _keys;

    private IndexPage(byte[] payload, PageHeader header, int count, long[] streamOffsets, int[] keys)
    {
        _payload = payload;
        FirstOrdinal = header.FirstOrdinal;
        Count = count;
        _streamOffsets = streamOffsets;
        _keys = keys;
    }

    public long FirstOrdinal { get; }

    public int Count { get; }

    /// <summary>Bytes that the page holds in memory, nearly.</summary>
    public int Size => _payload.Length + (sizeof(long) * _streamOffsets.Length) + (sizeof(int) * _keys.Length);

    /// <summary>The entries as they are hashed, 56 bytes each.</summary>
    public ReadOnlySpan<byte> Entries => _payload.AsSpan(PageHeader.Size, IndexEntry.Size * Count);

    public ReadOnlySpan<byte> EntryBytes(int index) => Entries.Slice(IndexEntry.Size * index, IndexEntry.Size);

    public IndexEntry Entry(int index) => IndexEntry.Read(EntryBytes(index));

    /// <summary>Where the CORE chunk of a block stands, as the page claims it: checked by nothing until the chunk is read.</summary>
    public ulong ChunkOffset(int index) =>
        BinaryPrimitives.ReadUInt64BigEndian(_payload.AsSpan(PageHeader.Size + (IndexEntry.Size * Count) + (PageHeader.FileOffsetSize * index)));

    public BlockLocation Locate(int index)
    {
        var entry = Entry(index);
        return new BlockLocation
        {
            Ordinal = FirstOrdinal + index,
            StreamOffset = _streamOffsets[index],
            FileOffset = (long)ChunkOffset(index) + ChunkHeader.Size,
            Length = entry.Length,
            Pts = entry.Pts,
            Duration = entry.Duration,
            Flags = (BlockFlags)entry.Flags,
            Digest = entry.Digest,
        };
    }

    /// <summary>The block that holds a byte of the track stream; of blocks that start there the last, which is the one with bytes.</summary>
    public int FindStreamOffset(long streamOffset)
    {
        var index = Array.BinarySearch(_streamOffsets, streamOffset);
        if (index < 0)
        {
            return ~index - 1;
        }

        while (index + 1 < _streamOffsets.Length && _streamOffsets[index + 1] == streamOffset)
        {
            index++;
        }

        return index;
    }

    /// <summary>The last keyframe at or before a time; −1 when there is none.</summary>
    public int FindKey(ulong pts)
    {
        var next = NextKey(pts);
        return next == 0 ? -1 : _keys[next - 1];
    }

    /// <summary>The first keyframe after a time; −1 when there is none.</summary>
    public int FindNextKey(ulong pts)
    {
        var next = NextKey(pts);
        return next == _keys.Length ? -1 : _keys[next];
    }

    /// <summary>Judges an INDX payload whose CRC is sound.</summary>
    /// <returns>The page, or what is wrong with it.</returns>
    public static (IndexPage? Page, string? Fault) Parse(byte[] payload, RootTables root, in TrackPages track, int page)
    {
        var count = root.BlocksOf(track, page);
        var record = PageRecord.Read(root.Page(track.FirstPage + page));
        var header = PageHeader.Read(payload);
        var expected = new PageHeader(track.Record.Id, 0, (uint)((long)page << root.Header.PageLog2), record.StreamOffset);
        if (header != expected)
        {
            return (null, Text($"expected the page of track {expected.Track} from block {expected.FirstOrdinal} at stream offset {expected.StreamOffset}, found track {header.Track}, block {header.FirstOrdinal}, offset {header.StreamOffset}"));
        }

        Span<byte> digest = stackalloc byte[Sha256Digest.SizeInBytes];
        WriteRoot(payload.AsSpan(PageHeader.Size, IndexEntry.Size * count), digest);
        if (!digest.SequenceEqual(record.Root.Span))
        {
            return (null, Text($"expected page root {record.Root}, found {Convert.ToHexStringLower(digest)}"));
        }

        return Check(payload, header, count, root, track, page);
    }

    /// <summary>The root of a page's entries.</summary>
    public static void WriteRoot(ReadOnlySpan<byte> entries, Span<byte> root)
    {
        var tree = new MerkleTreeBuilder();
        tree.AppendRecords(entries, IndexEntry.Size);
        tree.WriteRoot(root);
    }

    private static (IndexPage? Page, string? Fault) Check(byte[] payload, in PageHeader header, int count, RootTables root, in TrackPages track, int page)
    {
        var offsets = new long[count];
        var stream = header.StreamOffset;
        var keys = new List<int>();
        ulong lastKeyPts = 0;
        long lastKey = -1;
        for (var i = 0; i < count; i++)
        {
            var entry = IndexEntry.Read(payload.AsSpan(PageHeader.Size + (IndexEntry.Size * i)));
            if (EntryFault(entry) is { } fault)
            {
                return (null, Text($"block {header.FirstOrdinal + i}: {fault}"));
            }

            // Before the page's first keyframe all links lead to one keyframe of an earlier page, or to none.
            var ordinal = (long)header.FirstOrdinal + i;
            var linked = entry.Link == 0 ? -1 : ordinal - entry.Link;
            if (i == 0 ? entry.Link > ordinal : linked != lastKey)
            {
                return (null, Text($"block {ordinal}: expected a link to the keyframe before it, found {entry.Link}"));
            }

            lastKey = linked;
            offsets[i] = (long)Math.Min(stream, long.MaxValue);
            stream += entry.Length;
            if (entry.IsKey)
            {
                if (keys.Count > 0 && entry.Pts <= lastKeyPts)
                {
                    return (null, Text($"block {ordinal}: expected a keyframe after {lastKeyPts} us, found {entry.Pts}"));
                }

                keys.Add(i);
                lastKey = ordinal;
                lastKeyPts = entry.Pts;
            }
        }

        return PlaceFault(payload, root, track, page, stream, keys, lastKeyPts, lastKey) is { } misplaced
            ? (null, misplaced)
            : (new IndexPage(payload, header, count, offsets, [.. keys]), null);
    }

    /// <summary>Holds a page against what ROOT says of it and of the page after it.</summary>
    private static string? PlaceFault(byte[] payload, RootTables root, in TrackPages track, int page, ulong streamEnd, List<int> keys, ulong lastKeyPts, long lastKey)
    {
        var isLast = page + 1 == track.PageCount;
        var expectedEnd = isLast ? track.Record.PayloadLength : PageRecord.ReadStreamOffset(root.Page(track.FirstPage + page + 1));
        if (streamEnd != expectedEnd)
        {
            return Text($"expected blocks that end at stream offset {expectedEnd}, found {streamEnd}");
        }

        var stated = PageRecord.ReadFirstKeyPts(root.Page(track.FirstPage + page));
        var next = isLast ? PageRecord.NoKey : PageRecord.ReadFirstKeyPts(root.Page(track.FirstPage + page + 1));
        var first = keys.Count == 0 ? next : IndexEntry.Read(payload.AsSpan(PageHeader.Size + (IndexEntry.Size * keys[0]))).Pts;
        if (first != stated)
        {
            return Text($"expected a first key time of {stated} us, as ROOT says, found {first}");
        }

        if (keys.Count > 0 && next <= lastKeyPts)
        {
            return Text($"expected keyframes before {next} us, where the next page's begin, found {lastKeyPts}");
        }

        return isLast && (lastKey < 0 ? track.Record.LastKey != TrackRecord.None : lastKey != track.Record.LastKey)
            ? Text($"expected the track's last keyframe to be block {track.Record.LastKey}, found {lastKey}")
            : null;
    }

    /// <summary>What no block can have.</summary>
    public static string? EntryFault(in IndexEntry entry) =>
        entry.Flags >= 16 ? Text($"expected flags below 16, found {entry.Flags}")
        : entry.Pts > (ulong)long.MaxValue - entry.Duration ? Text($"expected an end below 2^63 us, found a pts of {entry.Pts} and a duration of {entry.Duration}")
        : (entry.Flags & (uint)BlockFlags.Lost) != 0 && (entry.Flags != (uint)BlockFlags.Lost || entry.Length != 0 || entry.Duration != 0)
            ? "expected no bytes, no duration and no other flag of a lost block"
        : null;

    /// <summary>How many of the page's keyframes are at or before a time.</summary>
    private int NextKey(ulong pts)
    {
        int low = 0, high = _keys.Length;
        while (low < high)
        {
            var middle = (low + high) >> 1;
            if (BinaryPrimitives.ReadUInt64BigEndian(EntryBytes(_keys[middle])) <= pts)
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

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
