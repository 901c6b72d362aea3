using System.Buffers;
using System.Buffers.Binary;
using Harmony4.Hashing;

namespace Harmony4.Format.Internal;

/// <summary>Writes the parts of a proof in order.</summary>
internal sealed class ProofWriter
{
    private const int HashSize = Sha256Digest.SizeInBytes;
    private readonly ArrayBufferWriter<byte> _output = new(2048);

    public byte[] ToArray() => _output.WrittenSpan.ToArray();

    public void WriteStart(ProofKind kind, int tracks)
    {
        new ProofHeader(kind, (ushort)tracks).Write(_output.GetSpan(ProofHeader.Size));
        _output.Advance(ProofHeader.Size);
    }

    public void WriteBytes(ReadOnlySpan<byte> bytes) => _output.Write(bytes);

    /// <summary>Writes root header, track record and its path.</summary>
    public void WriteTrack(RootTables root, int position)
    {
        WriteBytes(root.HeaderBytes);
        WriteBytes(root.TrackBytes.Slice(TrackRecord.Size * position, TrackRecord.Size));
        Span<MerkleSubtree> nodes = stackalloc MerkleSubtree[MerkleProof.MaxPathNodes];
        nodes = nodes[..MerkleProof.GetInclusionPath(position, root.Tracks.Length, nodes)];
        var leaves = new byte[HashSize * root.Tracks.Length];
        MerkleTree.HashLeaves(root.TrackBytes, TrackRecord.Size, leaves);
        MerkleTree.WriteProof(leaves, nodes, _output.GetSpan(HashSize * nodes.Length));
        _output.Advance(HashSize * nodes.Length);
    }

    public void WriteTime(ulong time)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_output.GetSpan(sizeof(ulong)), time);
        _output.Advance(sizeof(ulong));
    }

    /// <summary>Writes ordinal, entry and path of a block.</summary>
    public void WriteBlock(RootTables root, in TrackPages track, IndexPage page, int index)
    {
        var ordinal = page.FirstOrdinal + index;
        WriteOrdinal((uint)ordinal);
        WriteBytes(page.EntryBytes(index));
        Span<MerkleSubtree> nodes = stackalloc MerkleSubtree[MerkleProof.MaxPathNodes];
        nodes = nodes[..MerkleProof.GetInclusionPath(ordinal, track.Record.BlockCount, nodes)];
        WriteNodes(new TrackTree(root, track), page, nodes);
    }

    /// <summary>Writes that there is no block.</summary>
    public void WriteNone() => WriteOrdinal(TrackRecord.None);

    /// <summary>Writes what leads from the root of a track's first blocks to its root.</summary>
    /// <param name="root">Of the newer container.</param>
    /// <param name="track">Of the newer container.</param>
    /// <param name="oldCount">How many blocks the older container has, above 0.</param>
    /// <param name="page">The newer container's page that holds the last of them.</param>
    public void WriteConsistency(RootTables root, in TrackPages track, long oldCount, IndexPage page)
    {
        Span<MerkleSubtree> nodes = stackalloc MerkleSubtree[MerkleProof.MaxPathNodes];
        nodes = nodes[..MerkleProof.GetConsistencyPath(oldCount, track.Record.BlockCount, nodes)];
        WriteNodes(new TrackTree(root, track), page, nodes);
    }

    private void WriteOrdinal(uint ordinal)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_output.GetSpan(sizeof(uint)), ordinal);
        _output.Advance(sizeof(uint));
    }

    private void WriteNodes(in TrackTree tree, IndexPage page, ReadOnlySpan<MerkleSubtree> nodes)
    {
        foreach (var node in nodes)
        {
            tree.WriteNode(node, page, _output.GetSpan(HashSize));
            _output.Advance(HashSize);
        }
    }
}
