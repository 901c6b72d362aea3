using System.Buffers.Binary;
using System.Globalization;
using Harmony4.Hashing;

namespace Harmony4.Format.Internal;

/// <summary>Reads the parts of a proof in order and holds each against those before it: header against identity, record against header, block against record.</summary>
internal ref struct ProofReader(ReadOnlySpan<byte> proof)
{
    private const int HashSize = Sha256Digest.SizeInBytes;
    private readonly ReadOnlySpan<byte> _proof = proof;

    /// <summary>Where the next part begins.</summary>
    public int Position { get; private set; }

    /// <summary>Where the part stands that does not hold.</summary>
    public int FaultOffset { get; private set; }

    /// <summary>What was expected and what was found, once something failed.</summary>
    public string Fault { get; private set; } = "";

    /// <summary>Notes a fault.</summary>
    /// <returns>False.</returns>
    public bool Fail(int offset, FormattableString detail)
    {
        FaultOffset = offset;
        Fault = detail.ToString(CultureInfo.InvariantCulture);
        return false;
    }

    public bool TryReadStart(out ProofHeader header) =>
        ProofHeader.TryRead(_proof, out header) ? Advance(ProofHeader.Size) : Fail(0, $"expected 'H4P1' and a kind of 1 to 3, found other bytes");

    /// <summary>Reads a root header, which is trusted once it hashes to the identity.</summary>
    public bool TryReadRootHeader(in Sha256Digest identity, out RootHeader header)
    {
        header = default;
        var at = Position;
        if (!TryTake(RootHeader.Size, out var bytes))
        {
            return false;
        }

        var found = RootHeader.IdentityOf(bytes);
        if (found != identity)
        {
            return Fail(at, $"expected the root header of {identity}, found that of {found}");
        }

        return (RootHeader.TryRead(bytes, out header) && TrackList.AreCountsInRange(header.TrackCount, header.PageLog2))
            || Fail(at, $"expected a root header of version 1.1 with SHA-256, found other bytes");
    }

    /// <summary>Reads a track record that stands beside others, before the tracks root is held against all of them.</summary>
    public bool TryReadRecord(out TrackRecord record, out ReadOnlySpan<byte> bytes)
    {
        record = default;
        var at = Position;
        return TryTake(TrackRecord.Size, out bytes)
            && (TrackRecord.TryRead(bytes, out record) || Fail(at, $"expected 0 in the zero field of a track record"));
    }

    /// <summary>Reads a track record and its path to the tracks root.</summary>
    public bool TryReadTrack(in RootHeader header, int position, out TrackRecord record)
    {
        record = default;
        var at = Position;
        if (position >= header.TrackCount)
        {
            return Fail(ProofHeader.Size, $"expected a track position below {header.TrackCount}, found {position}");
        }

        return TryReadRecord(out record, out var bytes)
            && TryReadPath(bytes, position, header.TrackCount, header.TracksRoot, out var holds)
            && (holds || Fail(at, $"expected a path from track record {position} to tracks root {header.TracksRoot}, found another"));
    }

    /// <summary>Reads a block's ordinal, entry and path to the track's root. An ordinal of all ones stands alone: no block.</summary>
    public bool TryReadBlock(in TrackRecord track, out uint ordinal, out IndexEntry entry)
    {
        ordinal = TrackRecord.None;
        entry = default;
        var at = Position;
        if (!TryTake(sizeof(uint), out var bytes))
        {
            return false;
        }

        ordinal = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        if (ordinal == TrackRecord.None)
        {
            return true;
        }

        if (ordinal >= track.BlockCount)
        {
            return Fail(at, $"expected an ordinal below {track.BlockCount}, found {ordinal}");
        }

        if (!TryTake(IndexEntry.Size, out bytes) || !TryReadPath(bytes, ordinal, track.BlockCount, track.Root, out var holds))
        {
            return false;
        }

        entry = IndexEntry.Read(bytes);
        return holds
            ? IndexPage.EntryFault(entry) is not { } fault || Fail(at, $"block {ordinal}: {fault}")
            : Fail(at, $"expected a path from block {ordinal} to track root {track.Root}, found another");
    }

    public bool TryReadTime(out ulong time)
    {
        time = 0;
        var at = Position;
        if (!TryTake(sizeof(ulong), out var bytes))
        {
            return false;
        }

        time = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        return time <= long.MaxValue || Fail(at, $"expected a time below 2^63 us, found {time}");
    }

    /// <summary>Reads what leads from the root of a track to the root that it has in the newer container.</summary>
    public bool TryReadConsistency(in TrackRecord old, in TrackRecord grown)
    {
        var at = Position;
        Span<MerkleSubtree> nodes = stackalloc MerkleSubtree[MerkleProof.MaxPathNodes];
        return TryTake(HashSize * MerkleProof.GetConsistencyPath(old.BlockCount, grown.BlockCount, nodes), out var path)
            && (MerkleProof.VerifyConsistency(old.BlockCount, old.Root.Span, grown.BlockCount, grown.Root.Span, path)
                || Fail(at, $"expected a path from root {old.Root} of track {old.Id} to {grown.Root}, found another"));
    }

    public bool TryReadEnd() => Position == _proof.Length || Fail(Position, $"expected the end of the proof, found {_proof.Length - Position} bytes more");

    /// <summary>Reads the path of a record whose place and tree size are known: so its length is.</summary>
    private bool TryReadPath(ReadOnlySpan<byte> record, long index, long size, in Sha256Digest root, out bool holds)
    {
        holds = false;
        Span<MerkleSubtree> nodes = stackalloc MerkleSubtree[MerkleProof.MaxPathNodes];
        if (!TryTake(HashSize * MerkleProof.GetInclusionPath(index, size, nodes), out var path))
        {
            return false;
        }

        Span<byte> leaf = stackalloc byte[HashSize];
        MerkleTree.HashLeaf(record, leaf);
        holds = MerkleProof.VerifyInclusion(leaf, index, size, path, root.Span);
        return true;
    }

    private bool TryTake(int count, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (count > _proof.Length - Position)
        {
            return Fail(Position, $"expected {count} bytes, found {_proof.Length - Position} before the end of the proof");
        }

        bytes = _proof.Slice(Position, count);
        return Advance(count);
    }

    private bool Advance(int count)
    {
        Position += count;
        return true;
    }
}
