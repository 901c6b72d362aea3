using System.Security.Cryptography;
using Harmony4.Hashing.Internal;

namespace Harmony4.Hashing;

/// <summary>
/// The Merkle tree of RFC 9162, section 2.1.1, with SHA-256: a leaf is SHA-256(0x00 ‖ record), a node SHA-256(0x01 ‖ left ‖
/// right), a tree of n leaves splits at the largest power of two below n, and the empty tree's root is SHA-256 of nothing.
/// </summary>
/// <remarks>
/// Leaf hashes are passed as one span, 32 bytes each. Roots of aligned, equal, power-of-two runs of leaves (the last run
/// may be short) are themselves leaf hashes of a tree with the same root, so a tree can be kept in pages. Thread-safe;
/// nothing allocates unless it says so.
/// </remarks>
public static class MerkleTree
{
    /// <summary>The length of a hash in bytes: 32.</summary>
    public const int HashSizeInBytes = SHA256.HashSizeInBytes;

    internal const int LeafPrefix = 0;
    internal const int NodePrefix = 1;

    /// <summary>Gets the root of the tree without leaves: SHA-256 of nothing.</summary>
    public static ReadOnlySpan<byte> EmptyRoot =>
    [
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
        0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
    ];

    /// <summary>Hashes one record into a leaf. Records of 512 bytes and more allocate the platform's hash object.</summary>
    /// <param name="record">The record, of any length.</param>
    /// <param name="hash">Receives the hash in its first 32 bytes; must not overlap the record.</param>
    /// <exception cref="ArgumentException"><paramref name="hash"/> is too short, or overlaps the record.</exception>
    public static void HashLeaf(ReadOnlySpan<byte> record, Span<byte> hash)
    {
        hash = Sha256Lanes.DigestsOf(1, hash);
        Sha256Lanes.ThrowIfOverlapping(record, hash);
        if (record.IsEmpty)
        {
            SHA256.HashData([LeafPrefix], hash);
            return;
        }

        Sha256Lanes.HashRecords(LeafPrefix, record, record.Length, hash);
    }

    /// <summary>Hashes records of one length that lie side by side into leaves, in lanes.</summary>
    /// <param name="records">The records; a multiple of <paramref name="recordSize"/> bytes.</param>
    /// <param name="recordSize">The length of a record in bytes, 1…2³⁰.</param>
    /// <param name="hashes">Receives the leaf hashes; must not overlap the records.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="recordSize"/> is out of range.</exception>
    /// <exception cref="ArgumentException">The records do not divide evenly, or <paramref name="hashes"/> is too short or overlaps them.</exception>
    public static void HashLeaves(ReadOnlySpan<byte> records, int recordSize, Span<byte> hashes)
    {
        hashes = Sha256Lanes.DigestsOf(Sha256Lanes.CountRecords(records, recordSize), hashes);
        Sha256Lanes.ThrowIfOverlapping(records, hashes);
        Sha256Lanes.HashRecords(LeafPrefix, records, recordSize, hashes);
    }

    /// <summary>Hashes two nodes into their parent.</summary>
    /// <param name="left">The left node, 32 bytes.</param>
    /// <param name="right">The right node, 32 bytes.</param>
    /// <param name="hash">Receives the parent in its first 32 bytes; may be one of the nodes.</param>
    /// <exception cref="ArgumentException">A node is not 32 bytes, or <paramref name="hash"/> is shorter.</exception>
    public static void HashNode(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> hash)
    {
        if (left.Length != HashSizeInBytes || right.Length != HashSizeInBytes)
        {
            throw new ArgumentException($"A node has {HashSizeInBytes} bytes.", left.Length == HashSizeInBytes ? nameof(right) : nameof(left));
        }

        Span<byte> message = stackalloc byte[1 + (2 * HashSizeInBytes)];
        message[0] = NodePrefix;
        left.CopyTo(message[1..]);
        right.CopyTo(message[(1 + HashSizeInBytes)..]);
        SHA256.HashData(message, Sha256Lanes.DigestsOf(1, hash));
    }

    /// <summary>Computes the root over leaf hashes, level by level in lanes.</summary>
    /// <param name="leafHashes">The leaf hashes, 32 bytes each; may be empty.</param>
    /// <param name="root">Receives the root in its first 32 bytes.</param>
    /// <exception cref="ArgumentException">The hashes are not a multiple of 32 bytes, or <paramref name="root"/> is too short.</exception>
    public static void ComputeRoot(ReadOnlySpan<byte> leafHashes, Span<byte> root)
    {
        var count = Sha256Lanes.CountRecords(leafHashes, HashSizeInBytes);
        root = Sha256Lanes.DigestsOf(1, root);
        var peaks = new MerklePeaks();
        peaks.AppendLeafHashes(leafHashes, count);
        peaks.WriteRoot(root);
    }

    /// <summary>Computes the nodes of a proof from all leaf hashes.</summary>
    /// <param name="leafHashes">The leaf hashes of the whole tree, 32 bytes each.</param>
    /// <param name="nodes">The nodes, as a method of <see cref="MerkleProof"/> gave them.</param>
    /// <param name="path">Receives the nodes' hashes, 32 bytes each; must not overlap the leaf hashes.</param>
    /// <exception cref="ArgumentException">The hashes are not a multiple of 32 bytes, a node lies outside them, or <paramref name="path"/> is too short or overlaps them.</exception>
    public static void WriteProof(ReadOnlySpan<byte> leafHashes, ReadOnlySpan<MerkleSubtree> nodes, Span<byte> path)
    {
        var count = Sha256Lanes.CountRecords(leafHashes, HashSizeInBytes);
        path = Sha256Lanes.DigestsOf(nodes.Length, path);
        Sha256Lanes.ThrowIfOverlapping(leafHashes, path);
        foreach (var (start, length) in nodes)
        {
            if (start < 0 || length <= 0 || length > count - start)
            {
                throw new ArgumentException("A node lies outside the leaves.", nameof(nodes));
            }

            ComputeRoot(leafHashes.Slice((int)start * HashSizeInBytes, (int)length * HashSizeInBytes), path);
            path = path[HashSizeInBytes..];
        }
    }
}
