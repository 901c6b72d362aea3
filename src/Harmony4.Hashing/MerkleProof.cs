using System.Numerics;
using Harmony4.Hashing.Internal;

namespace Harmony4.Hashing;

/// <summary>
/// Proofs over an RFC 9162 tree: that a leaf is in it (section 2.1.3), that it extends an older one (2.1.4), and that a run of
/// leaves is in it. The path methods name the nodes a proof needs; the verify methods check one.
/// </summary>
/// <remarks>
/// Verify methods take whatever a stranger sent, never throw, and return <see langword="false"/> unless everything holds,
/// lengths included. They believe only the root and size they are given. Thread-safe; nothing allocates.
/// </remarks>
public static class MerkleProof
{
    /// <summary>The most nodes an inclusion or consistency proof has: 64.</summary>
    public const int MaxPathNodes = 64;

    /// <summary>The most nodes a range proof has: 128.</summary>
    public const int MaxRangePathNodes = 128;

    private const int HashSize = MerkleTree.HashSizeInBytes;

    /// <summary>Names the nodes of an inclusion proof, the leaf's sibling first.</summary>
    /// <param name="index">The leaf, from 0.</param>
    /// <param name="size">The number of leaves of the tree.</param>
    /// <param name="nodes">Receives the nodes; <see cref="MaxPathNodes"/> is always enough.</param>
    /// <returns>The number of nodes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The leaf is not in a tree of that size.</exception>
    /// <exception cref="ArgumentException"><paramref name="nodes"/> is too short.</exception>
    public static int GetInclusionPath(long index, long size, Span<MerkleSubtree> nodes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var path = new MerklePath(nodes);
        for (var tree = new MerkleSubtree(0, size); tree.Count > 1;)
        {
            var (left, right) = MerklePath.Split(tree);
            tree = index < right.Start ? left : right;
            path.Add(index < right.Start ? right : left);
        }

        return path.Reverse();
    }

    /// <summary>Names the nodes of a consistency proof, in the order of RFC 9162.</summary>
    /// <param name="oldSize">The number of leaves of the older tree; 0 or <paramref name="newSize"/> give no nodes.</param>
    /// <param name="newSize">The number of leaves of the newer tree.</param>
    /// <param name="nodes">Receives the nodes, all of the newer tree; <see cref="MaxPathNodes"/> is always enough.</param>
    /// <returns>The number of nodes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative, or the older tree is the larger.</exception>
    /// <exception cref="ArgumentException"><paramref name="nodes"/> is too short.</exception>
    public static int GetConsistencyPath(long oldSize, long newSize, Span<MerkleSubtree> nodes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(oldSize);
        ArgumentOutOfRangeException.ThrowIfLessThan(newSize, oldSize);
        var path = new MerklePath(nodes);
        if (oldSize == 0)
        {
            return 0;
        }

        var tree = new MerkleSubtree(0, newSize);
        while (oldSize != tree.Start + tree.Count)
        {
            var (left, right) = MerklePath.Split(tree);
            tree = oldSize <= right.Start ? left : right;
            path.Add(oldSize <= right.Start ? right : left);
        }

        // The verifier has the old root; it needs the last subtree only when that is not the whole old tree.
        if (tree.Start != 0)
        {
            path.Add(tree);
        }

        return path.Reverse();
    }

    /// <summary>Names the nodes of a range proof: the largest subtrees beside the range, from left to right.</summary>
    /// <param name="start">The first leaf of the range, from 0.</param>
    /// <param name="count">The number of leaves in the range, above 0.</param>
    /// <param name="size">The number of leaves of the tree.</param>
    /// <param name="nodes">Receives the nodes; <see cref="MaxRangePathNodes"/> is always enough.</param>
    /// <returns>The number of nodes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty or not in a tree of that size.</exception>
    /// <exception cref="ArgumentException"><paramref name="nodes"/> is too short.</exception>
    public static int GetRangePath(long start, long count, long size, Span<MerkleSubtree> nodes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, size - start);
        var path = new MerklePath(nodes);
        path.AddBeside(new MerkleSubtree(start, count), new MerkleSubtree(0, size));
        return path.Count;
    }

    /// <summary>Tells whether a leaf is in a tree.</summary>
    /// <param name="leafHash">The leaf's hash, computed by the verifier from the record.</param>
    /// <param name="index">Where the leaf is claimed to be, from 0.</param>
    /// <param name="size">The tree's number of leaves.</param>
    /// <param name="path">The proof, 32 bytes per node; its length must be exactly what index and size ask for.</param>
    /// <param name="root">The trusted root.</param>
    /// <returns><see langword="true"/> when it is there.</returns>
    public static bool VerifyInclusion(ReadOnlySpan<byte> leafHash, long index, long size, ReadOnlySpan<byte> path, ReadOnlySpan<byte> root)
    {
        Span<byte> computed = stackalloc byte[HashSize];
        return root.Length == HashSize && TryComputeRoot(leafHash, index, size, path, computed) && computed.SequenceEqual(root);
    }

    /// <summary>Computes the root that a leaf and its path lead to: for whoever trusts a signature over the root instead of the root itself.</summary>
    /// <param name="leafHash">The leaf's hash, computed by the verifier from the record.</param>
    /// <param name="index">Where the leaf is claimed to be, from 0.</param>
    /// <param name="size">The tree's claimed number of leaves.</param>
    /// <param name="path">The proof, 32 bytes per node; its length must be exactly what index and size ask for.</param>
    /// <param name="root">Receives 32 bytes; all zero when there is no root.</param>
    /// <returns><see langword="false"/> when the lengths or the index do not fit.</returns>
    /// <exception cref="ArgumentException"><paramref name="root"/> is shorter than 32 bytes.</exception>
    public static bool TryComputeRoot(ReadOnlySpan<byte> leafHash, long index, long size, ReadOnlySpan<byte> path, Span<byte> root)
    {
        if (root.Length < HashSize)
        {
            throw new ArgumentException($"A root needs {HashSize} bytes.", nameof(root));
        }

        var hash = root[..HashSize];
        hash.Clear();
        if (leafHash.Length != HashSize || index < 0 || index >= size)
        {
            return false;
        }

        Span<MerkleSubtree> nodes = stackalloc MerkleSubtree[MaxPathNodes];
        nodes = nodes[..GetInclusionPath(index, size, nodes)];
        if (path.Length != nodes.Length * HashSize)
        {
            return false;
        }

        leafHash.CopyTo(hash);
        foreach (var node in nodes)
        {
            if (node.Start > index)
            {
                MerkleTree.HashNode(hash, path[..HashSize], hash);
            }
            else
            {
                MerkleTree.HashNode(path[..HashSize], hash, hash);
            }

            path = path[HashSize..];
        }

        return true;
    }

    /// <summary>Tells whether a tree extends an older one without changing or dropping any of its leaves.</summary>
    /// <param name="oldSize">The older tree's number of leaves.</param>
    /// <param name="oldRoot">The older tree's root; <see cref="MerkleTree.EmptyRoot"/> for size 0.</param>
    /// <param name="newSize">The newer tree's number of leaves.</param>
    /// <param name="newRoot">The newer tree's root.</param>
    /// <param name="path">The proof, 32 bytes per node; empty when the older tree is empty or the sizes are equal.</param>
    /// <returns><see langword="true"/> when it does.</returns>
    public static bool VerifyConsistency(
        long oldSize, ReadOnlySpan<byte> oldRoot, long newSize, ReadOnlySpan<byte> newRoot, ReadOnlySpan<byte> path)
    {
        if (oldRoot.Length != HashSize || newRoot.Length != HashSize || oldSize < 0 || newSize < oldSize)
        {
            return false;
        }

        if (oldSize == 0 || oldSize == newSize)
        {
            return path.IsEmpty
                && (oldSize != 0 || oldRoot.SequenceEqual(MerkleTree.EmptyRoot))
                && (oldSize != newSize || oldRoot.SequenceEqual(newRoot));
        }

        Span<MerkleSubtree> nodes = stackalloc MerkleSubtree[MaxPathNodes];
        nodes = nodes[..GetConsistencyPath(oldSize, newSize, nodes)];
        if (path.Length != nodes.Length * HashSize)
        {
            return false;
        }

        // Both roots grow from the last subtree of the old tree: it is the old root itself, or the proof's first node.
        Span<byte> old = stackalloc byte[HashSize];
        Span<byte> grown = stackalloc byte[HashSize];
        if (BitOperations.IsPow2(oldSize))
        {
            oldRoot.CopyTo(old);
        }
        else
        {
            path[..HashSize].CopyTo(old);
            path = path[HashSize..];
            nodes = nodes[1..];
        }

        old.CopyTo(grown);
        foreach (var node in nodes)
        {
            if (node.Start >= oldSize)
            {
                MerkleTree.HashNode(grown, path[..HashSize], grown);
            }
            else
            {
                MerkleTree.HashNode(path[..HashSize], old, old);
                MerkleTree.HashNode(path[..HashSize], grown, grown);
            }

            path = path[HashSize..];
        }

        return old.SequenceEqual(oldRoot) & grown.SequenceEqual(newRoot);
    }

    /// <summary>Tells whether a run of leaves is in a tree.</summary>
    /// <param name="leafHashes">The hashes of the run's leaves, 32 bytes each, computed by the verifier from the records.</param>
    /// <param name="start">Where the run is claimed to begin, from 0.</param>
    /// <param name="size">The tree's number of leaves.</param>
    /// <param name="path">The proof, 32 bytes per node, as <see cref="GetRangePath"/> orders them.</param>
    /// <param name="root">The trusted root.</param>
    /// <returns><see langword="true"/> when it is there.</returns>
    public static bool VerifyRange(ReadOnlySpan<byte> leafHashes, long start, long size, ReadOnlySpan<byte> path, ReadOnlySpan<byte> root)
    {
        var count = leafHashes.Length / HashSize;
        if (count == 0 || leafHashes.Length % HashSize != 0 || root.Length != HashSize || start < 0 || size < 0 || count > size - start)
        {
            return false;
        }

        Span<MerkleSubtree> nodes = stackalloc MerkleSubtree[MaxRangePathNodes];
        nodes = nodes[..GetRangePath(start, count, size, nodes)];
        if (path.Length != nodes.Length * HashSize)
        {
            return false;
        }

        Span<byte> computed = stackalloc byte[HashSize];
        MerklePath.FoldRange(leafHashes, new MerkleSubtree(start, count), new MerkleSubtree(0, size), ref path, computed);
        return computed.SequenceEqual(root);
    }
}
