using System.Security.Cryptography;

namespace Harmony4.Format.Internal;

/// <summary>What the end of a 1.1 file holds: ROOT, the SIGN chunks behind it, and TAIL.</summary>
internal sealed class ContainerEnd
{
    private readonly byte[] _afterRoot;
    private readonly uint _rootCrc;

    public ContainerEnd(long length, long rootOffset, uint rootCrc, RootTables root, byte[] afterRoot, IReadOnlyList<SignChunk> signs)
    {
        Length = length;
        RootOffset = rootOffset;
        _rootCrc = rootCrc;
        Root = root;
        _afterRoot = afterRoot;
        Signs = signs;
        LastListedEnd = FindLastListedEnd();
    }

    /// <summary>Bytes of the file.</summary>
    public long Length { get; }

    public long RootOffset { get; }

    public RootTables Root { get; }

    public IReadOnlyList<SignChunk> Signs { get; }

    /// <summary>Where the last chunk ends that ROOT lists: in a recorded file SEEK follows there.</summary>
    public long LastListedEnd { get; }

    public ChunkInfo Trak => Root.AuxChunk(Root.FindAux(ChunkTag.Trak));

    /// <summary>Whether a 1.0 file is the beginning of this one.</summary>
    public bool IsUpgraded => Trak.Offset != FileHeader.Size;

    public ChunkInfo RootChunk => new() { Tag = ChunkTag.Root, Offset = RootOffset, Length = (uint)Root.Payload.Length, Crc = _rootCrc };

    public ChunkInfo TailChunk => ChunkHeader.Read(_afterRoot.AsSpan(_afterRoot.Length - TailRecord.ChunkSize)).At(Length - TailRecord.ChunkSize);

    /// <summary>SHA-256 of all that follows ROOT: what names these very bytes of the file, signatures included.</summary>
    public Sha256Digest FileDigest => new(SHA256.HashData(_afterRoot));

    public ChunkInfo? Find(ChunkTag tag) =>
        tag == ChunkTag.Root ? RootChunk
        : tag == ChunkTag.Tail ? TailChunk
        : tag == ChunkTag.Sign ? (Signs.Count > 0 ? Signs[0].Chunk : null)
        : tag == ChunkTag.Veri ? Veri
        : tag == ChunkTag.Seek ? Seek
        : Root.FindAux(tag) is >= 0 and var aux ? Root.AuxChunk(aux)
        : null;

    /// <summary>The chunks that are no block, token or page, in file order; of a 1.0 part those that ROOT lists, and VERI.</summary>
    public IEnumerable<ChunkInfo> Others()
    {
        var chunks = Enumerable.Range(0, Root.AuxCount).Select(Root.AuxChunk).Concat(Signs.Select(s => s.Chunk)).Append(RootChunk).Append(TailChunk);
        chunks = Seek is { } seek ? chunks.Append(seek) : chunks;
        chunks = Veri is { } veri ? chunks.Append(veri) : chunks;
        return chunks.OrderBy(c => c.Offset);
    }

    /// <summary>VERI of the 1.0 part, which TRAK directly follows.</summary>
    private ChunkInfo? Veri => IsUpgraded && Trak.Offset >= FileHeader.Size + ChunkHeader.Size + Sha256Digest.SizeInBytes
        ? new ChunkInfo { Tag = ChunkTag.Veri, Offset = Trak.Offset - ChunkHeader.Size - Sha256Digest.SizeInBytes, Length = Sha256Digest.SizeInBytes }
        : null;

    private ChunkInfo? Seek => !IsUpgraded && RootOffset - LastListedEnd is >= ChunkHeader.Size and <= uint.MaxValue and var length
        ? new ChunkInfo { Tag = ChunkTag.Seek, Offset = LastListedEnd, Length = (uint)(length - ChunkHeader.Size) }
        : null;

    private long FindLastListedEnd()
    {
        long end = FileHeader.Size;
        for (var i = 0; i < Root.AuxCount; i++)
        {
            end = Math.Max(end, Root.AuxChunk(i).EndOffset);
        }

        foreach (var track in Root.Tracks)
        {
            // Pages of a track stand in order.
            end = track.PageCount == 0 ? end : Math.Max(end, Root.PageChunk(track, track.PageCount - 1).EndOffset);
        }

        return end;
    }
}
