using System.Buffers.Binary;
using System.Security.Cryptography;
using Harmony4.Hashing;

namespace Harmony4.Format.Internal;

/// <summary>The payload of ROOT, judged by all that it says of itself and of the file (docs/format/h4mk-1.1.md, checks of opening). Nothing of it is decoded before it is asked for.</summary>
internal sealed class RootTables
{
    private const int OffsetSize = sizeof(ulong);
    private readonly byte[] _payload;
    private readonly int _auxStart;
    private readonly int _pageStart;
    private readonly int _auxOffsetStart;
    private readonly int _pageOffsetStart;

    private RootTables(byte[] payload, in RootHeader header, TrackPages[] tracks, int pageCount)
    {
        _payload = payload;
        Header = header;
        Tracks = tracks;
        PageCount = pageCount;
        _auxStart = RootHeader.Size + (TrackRecord.Size * tracks.Length);
        _pageStart = _auxStart + (AuxRecord.Size * header.AuxCount);
        _auxOffsetStart = _pageStart + (PageRecord.Size * pageCount);
        _pageOffsetStart = _auxOffsetStart + (OffsetSize * header.AuxCount);
        Identity = RootHeader.IdentityOf(payload);
    }

    public RootHeader Header { get; }

    public Sha256Digest Identity { get; }

    public TrackPages[] Tracks { get; }

    public int PageCount { get; }

    public int AuxCount => Header.AuxCount;

    /// <summary>The 128 bytes that are signed.</summary>
    public ReadOnlySpan<byte> HeaderBytes => _payload.AsSpan(0, RootHeader.Size);

    public ReadOnlySpan<byte> TrackBytes => _payload.AsSpan(RootHeader.Size, TrackRecord.Size * Tracks.Length);

    public ReadOnlyMemory<byte> Payload => _payload;

    /// <summary>The length of ROOT's payload with so many records.</summary>
    public static long PayloadLength(int tracks, int auxes, long pages) =>
        RootHeader.Size + (TrackRecord.Size * (long)tracks) + ((AuxRecord.Size + OffsetSize) * (long)auxes) + ((PageRecord.Size + OffsetSize) * pages);

    public AuxRecord Aux(int index) => AuxRecord.Read(_payload.AsSpan(_auxStart + (AuxRecord.Size * index), AuxRecord.Size));

    public ulong AuxOffset(int index) => BinaryPrimitives.ReadUInt64BigEndian(_payload.AsSpan(_auxOffsetStart + (OffsetSize * index)));

    public ReadOnlySpan<byte> Page(int page) => _payload.AsSpan(_pageStart + (PageRecord.Size * page), PageRecord.Size);

    public ulong PageOffset(int page) => BinaryPrimitives.ReadUInt64BigEndian(_payload.AsSpan(_pageOffsetStart + (OffsetSize * page)));

    /// <summary>Blocks that a page of a track indexes.</summary>
    public int BlocksOf(in TrackPages track, int page) => (int)Math.Min(1L << Header.PageLog2, track.Record.BlockCount - ((long)page << Header.PageLog2));

    /// <summary>The chunk that an aux record tells of.</summary>
    public ChunkInfo AuxChunk(int index)
    {
        var aux = Aux(index);
        return new ChunkInfo { Tag = aux.Tag, Offset = (long)AuxOffset(index), Length = aux.Length };
    }

    /// <summary>The INDX chunk of a track's page.</summary>
    public ChunkInfo PageChunk(in TrackPages track, int page) => new()
    {
        Tag = ChunkTag.Indx,
        Offset = (long)PageOffset(track.FirstPage + page),
        Length = (uint)PageHeader.PayloadLength(BlocksOf(track, page)),
    };

    public int FindAux(ChunkTag tag)
    {
        for (var i = 0; i < AuxCount; i++)
        {
            if (Aux(i).Tag == tag)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Judges a payload whose hash TAIL names.</summary>
    /// <exception cref="H4mkFormatException">It contradicts itself or the file.</exception>
    public static RootTables Parse(byte[] payload, long rootOffset, H4mkContainerOptions options)
    {
        var check = new RootCheck(payload, rootOffset);
        var header = check.ReadHeader(options);
        var tracks = check.ReadTracks(header, out var pageCount);
        var tables = new RootTables(payload, header, tracks, pageCount);
        tables.CheckHashes(check);
        tables.CheckAux(check, options);
        tables.CheckExtents(check, rootOffset);
        foreach (ref readonly var track in tracks.AsSpan())
        {
            tables.CheckPages(check, track, rootOffset);
        }

        return tables;
    }

    private void CheckHashes(in RootCheck check)
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.SizeInBytes];
        RecordsRoot(TrackBytes, TrackRecord.Size, digest);
        check.Need(digest.SequenceEqual(Header.TracksRoot.Span), "expected the track records that the tracks root names, found others");
        RecordsRoot(_payload.AsSpan(_auxStart, AuxRecord.Size * AuxCount), AuxRecord.Size, digest);
        check.Need(digest.SequenceEqual(Header.AuxRoot.Span), "expected the aux records that the aux root names, found others");
        SHA256.HashData(_payload.AsSpan(_pageStart, PageRecord.Size * PageCount), digest);
        check.Need(digest.SequenceEqual(Header.PagesDigest.Span), "expected the page records that the header names, found others");
    }

    private void CheckAux(in RootCheck check, H4mkContainerOptions options)
    {
        ReadOnlySpan<ChunkTag> once = [ChunkTag.Meta, ChunkTag.Safe, ChunkTag.Trak];
        Span<int> seen = stackalloc int[once.Length];
        var previous = default(ChunkTag);
        for (var i = 0; i < AuxCount; i++)
        {
            var aux = Aux(i);
            check.Need(aux.Tag.IsValid && FormatTags.IsAux(aux.Tag) && !FormatTags.IsNearMiss(aux.Tag), $"expected an aux record of META, SAFE, TRAK, SEAL or an unknown tag, found {aux.Tag}");
            check.Need(aux.Tag.Value >= previous.Value, $"expected aux records by tag, found {aux.Tag} after {previous}");
            check.Need(aux.Tag != previous || AuxOffset(i) > AuxOffset(i - 1), $"expected the aux records of {aux.Tag} in file order");
            previous = aux.Tag;
            if (once.IndexOf(aux.Tag) is >= 0 and var at)
            {
                seen[at]++;
                check.Limit(aux.Length, options.MaxJsonLength, $"a {aux.Tag} of at most", "bytes");
            }
        }

        for (var i = 0; i < once.Length; i++)
        {
            check.Need(seen[i] == 1, $"expected one aux record of {once[i]}, found {seen[i]}");
        }
    }

    /// <summary>Everything listed lies inside the file without sharing bytes, which ends containers that list one chunk many times.</summary>
    private void CheckExtents(in RootCheck check, long rootOffset)
    {
        var room = (UInt128)(ulong)rootOffset;
        UInt128 used = FileHeader.Size + ((UInt128)Header.BlockCount * ChunkHeader.Size) + Header.PayloadLength
            + ((UInt128)PageCount * (ChunkHeader.Size + PageHeader.Size)) + ((UInt128)Header.BlockCount * PageHeader.BytesPerBlock);
        for (var i = 0; i < AuxCount; i++)
        {
            var end = (UInt128)AuxOffset(i) + ChunkHeader.Size + Aux(i).Length;
            check.Need(AuxOffset(i) >= FileHeader.Size && end <= room, $"expected {Aux(i).Tag} before ROOT, found it at {AuxOffset(i)}");
            used += ChunkHeader.Size + Aux(i).Length;
        }

        check.Need(used <= room, $"expected at least {used} bytes of listed chunks before ROOT, found {rootOffset}");
    }

    private void CheckPages(in RootCheck check, in TrackPages track, long rootOffset)
    {
        var tree = new MerkleTreeBuilder();
        ulong end = FileHeader.Size, key = 0, stream = 0;
        for (var i = 0; i < track.PageCount; i++)
        {
            var page = Page(track.FirstPage + i);
            tree.AppendLeafHashes(PageRecord.RootOf(page));
            var chunk = (UInt128)PageOffset(track.FirstPage + i);
            var next = chunk + ChunkHeader.Size + (uint)PageHeader.PayloadLength(BlocksOf(track, i));
            check.Need(chunk >= end && next <= (ulong)rootOffset, $"expected the pages of track {track.Record.Id} one after the other before ROOT, found page {i} at {PageOffset(track.FirstPage + i)}");
            end = (ulong)next;
            var pageKey = PageRecord.ReadFirstKeyPts(page);
            var pageStream = PageRecord.ReadStreamOffset(page);
            check.Need(pageKey >= key && (pageKey <= long.MaxValue || pageKey == PageRecord.NoKey), $"expected first key times of track {track.Record.Id} that do not fall, found {pageKey} us in page {i}");
            check.Need(pageStream >= stream && (i > 0 || pageStream == 0) && pageStream <= track.Record.PayloadLength, $"expected stream offsets of track {track.Record.Id} from 0 that do not fall, found {pageStream} in page {i}");
            var hasKey = track.Record.KeyCount > 0 && i <= track.Record.LastKey >> Header.PageLog2;
            check.Need(hasKey == (pageKey != PageRecord.NoKey), $"expected key times of track {track.Record.Id} up to the page of its last keyframe and none behind it, found {pageKey} us in page {i}");
            key = pageKey;
            stream = pageStream;
        }

        Span<byte> root = stackalloc byte[Sha256Digest.SizeInBytes];
        tree.WriteRoot(root);
        check.Need(root.SequenceEqual(track.Record.Root.Span), $"expected pages of track {track.Record.Id} that give its Merkle root, found others");
    }

    private static void RecordsRoot(ReadOnlySpan<byte> records, int size, Span<byte> root)
    {
        var tree = new MerkleTreeBuilder();
        tree.AppendRecords(records, size);
        tree.WriteRoot(root);
    }
}
