using System.Buffers.Binary;
using System.Security.Cryptography;
using Harmony4.Hashing;

namespace Harmony4.Format.Internal;

/// <summary>
/// Everything in a 1.1 file that is a function of its blocks and of the chunks given: pages, SEEK, ROOT and TAIL. A writer writes what this gives;
/// a verification gives it the blocks of a file and compares.
/// </summary>
/// <remarks>Not safe for concurrent use. Bounded by the open pages (64 MiB in all), 56 bytes for each full page and 1 MiB for SEEK.</remarks>
internal sealed class RecordedIndex
{
    private const int OpenEntryLength = IndexEntry.Size + sizeof(ulong);
    private const int PageLength = 5 * 64;

    private readonly List<(AuxRecord Record, ulong Offset)> _aux = [];
    private readonly Dictionary<int, int> _positions = [];
    private readonly RecordedTrack[] _tracks;
    private readonly StridedSeek? _seek;
    private readonly MerkleTreeBuilder _tree = new();

    /// <param name="list">The tracks.</param>
    /// <param name="hasSeek">Whether SEEK follows the pages; not so behind a 1.0 part, which has one of its own.</param>
    public RecordedIndex(TrackList list, bool hasSeek)
    {
        PageLog2 = list.PageLog2;
        _seek = hasSeek ? new StridedSeek() : null;
        _tracks = new RecordedTrack[list.Tracks.Count];
        for (var i = 0; i < _tracks.Length; i++)
        {
            _tracks[i] = new RecordedTrack((ushort)list.Tracks[i].Id, list.PageLog2);
            _positions.Add(list.Tracks[i].Id, i);
        }
    }

    /// <summary>Takes up what a closed file holds, so that further blocks can follow.</summary>
    /// <param name="list">Its tracks.</param>
    /// <param name="root">Its ROOT.</param>
    /// <param name="seek">The payload of its SEEK; <see langword="null"/> where a 1.0 part has one of its own.</param>
    /// <remarks>The tracks are taken up by <see cref="RecordedTrack.Resume"/>.</remarks>
    public RecordedIndex(TrackList list, RootTables root, byte[]? seek)
        : this(list, hasSeek: false)
    {
        _seek = seek is null ? null : new StridedSeek(seek, root.Tracks[0].Record.KeyCount);
        PayloadLength = root.Header.PayloadLength;
        BlockCount = (long)root.Header.BlockCount;
        foreach (var i in Enumerable.Range(0, root.AuxCount).OrderBy(root.AuxOffset))
        {
            _aux.Add((root.Aux(i), root.AuxOffset(i)));
        }
    }

    public int PageLog2 { get; }

    public ReadOnlySpan<RecordedTrack> Tracks => _tracks;

    /// <summary>Payload bytes of all tracks.</summary>
    public ulong PayloadLength { get; private set; }

    public long BlockCount { get; private set; }

    public int AuxCount => _aux.Count;

    /// <summary>Bytes of memory at most: the open pages, the records of those that are full, which the list that holds them doubles and ROOT repeats, and SEEK.</summary>
    public long Memory
    {
        get
        {
            var pages = 0L;
            foreach (var track in _tracks)
            {
                pages += track.PageCount;
            }

            return (OpenEntryLength * ((long)_tracks.Length << PageLog2)) + (PageLength * pages) + (_seek?.Memory ?? 0);
        }
    }

    /// <summary>The payload of SEEK so far; valid until the next block.</summary>
    public ReadOnlyMemory<byte> SeekPayload => _seek!.Payload;

    /// <summary>Whether SEEK follows the pages.</summary>
    public bool HasSeek => _seek is not null;

    /// <summary>Returns the position of the track with an id; −1 when there is none.</summary>
    public int PositionOf(int track) => _positions.GetValueOrDefault(track, -1);

    /// <summary>Takes note of a META, SAFE, TRAK, SEAL or unknown chunk.</summary>
    public void AddAux(ChunkTag tag, uint length, in Sha256Digest digest, long offset) => _aux.Add((new AuxRecord(tag, length, digest), (ulong)offset));

    /// <summary>Takes note of a block that its track has judged.</summary>
    /// <returns>The block's place on the track's open page.</returns>
    public int AddBlock(int position, in IndexEntry block, long chunkOffset)
    {
        if (position == 0 && block.IsKey)
        {
            _seek?.Add(block.Pts, PayloadLength);
        }

        PayloadLength += block.Length;
        BlockCount++;
        return _tracks[position].Add(block, (ulong)chunkOffset);
    }

    /// <summary>Closes a track's open page, whose INDX chunk stands at a position.</summary>
    public void ClosePage(int position, long chunkOffset) => _tracks[position].ClosePage(chunkOffset, _tree);

    /// <summary>Gives the payload of ROOT that closing the file now gives. Where pages are open, the positions of their INDX in it are 0; everything else, the header above all, is as it would be.</summary>
    public byte[] BuildRoot()
    {
        var pages = 0L;
        foreach (var track in _tracks)
        {
            pages += track.PageCountIfClosed;
        }

        var payload = new byte[RootTables.PayloadLength(_tracks.Length, _aux.Count, pages)];
        var tracks = payload.AsSpan(RootHeader.Size, TrackRecord.Size * _tracks.Length);
        var aux = payload.AsSpan(RootHeader.Size + tracks.Length, AuxRecord.Size * _aux.Count);
        var pageRecords = payload.AsSpan(RootHeader.Size + tracks.Length + aux.Length, PageRecord.Size * (int)pages);
        var offsets = payload.AsSpan(RootHeader.Size + tracks.Length + aux.Length + pageRecords.Length);
        WriteAux(aux, ref offsets);
        WriteTracks(tracks, pageRecords, offsets);
        new RootHeader
        {
            PageLog2 = (byte)PageLog2,
            TrackCount = (ushort)_tracks.Length,
            AuxCount = (ushort)_aux.Count,
            BlockCount = (ulong)BlockCount,
            PayloadLength = PayloadLength,
            TracksRoot = RootOf(tracks, TrackRecord.Size),
            AuxRoot = RootOf(aux, AuxRecord.Size),
            PagesDigest = new Sha256Digest(SHA256.HashData(pageRecords)),
        }.Write(payload);
        return payload;
    }

    /// <summary>Gives the payload of TAIL for a ROOT at a position.</summary>
    public static byte[] BuildTail(long rootOffset, ReadOnlySpan<byte> rootPayload)
    {
        var payload = new byte[TailRecord.Size];
        new TailRecord((ulong)rootOffset, (uint)(ChunkHeader.Size + rootPayload.Length), RootHeader.Minor, 0, new Sha256Digest(SHA256.HashData(rootPayload))).Write(payload);
        return payload;
    }

    private void WriteAux(Span<byte> records, ref Span<byte> offsets)
    {
        // By tag, and within a tag in file order: the sort is stable.
        foreach (var (record, offset) in _aux.OrderBy(a => a.Record.Tag.Value))
        {
            record.Write(records);
            records = records[AuxRecord.Size..];
            BinaryPrimitives.WriteUInt64BigEndian(offsets, offset);
            offsets = offsets[sizeof(ulong)..];
        }
    }

    private void WriteTracks(Span<byte> tracks, Span<byte> pages, Span<byte> offsets)
    {
        foreach (var track in _tracks)
        {
            track.ToRecord(_tree).Write(tracks);
            tracks = tracks[TrackRecord.Size..];
            for (var i = 0; i < track.PageCountIfClosed; i++)
            {
                var (record, offset) = track.PageIfClosed(i, _tree);
                record.Write(pages);
                pages = pages[PageRecord.Size..];
                BinaryPrimitives.WriteUInt64BigEndian(offsets, offset);
                offsets = offsets[sizeof(ulong)..];
            }
        }
    }

    private Sha256Digest RootOf(ReadOnlySpan<byte> records, int size)
    {
        Span<byte> root = stackalloc byte[Sha256Digest.SizeInBytes];
        _tree.Reset();
        _tree.AppendRecords(records, size);
        _tree.WriteRoot(root);
        return new Sha256Digest(root);
    }
}
