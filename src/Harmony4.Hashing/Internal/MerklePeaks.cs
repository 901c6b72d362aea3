using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harmony4.Hashing.Internal;

/// <summary>The roots of the full subtrees that a leaf count's set bits stand for: all that a growing tree needs to know.</summary>
internal struct MerklePeaks
{
    public const int MaxLevel = 61;
    private const int HashSize = MerkleTree.HashSizeInBytes;

    // A batch of leaves is reduced in a buffer of half its size.
    private const int MaxBatch = 1024;

    private Levels _levels;

    public long Count { get; set; }

    public void AppendSubtree(ReadOnlySpan<byte> root, int level)
    {
        var leaves = 1L << level;
        if (Count > long.MaxValue / 2 - leaves)
        {
            throw new InvalidOperationException("A tree has at most 2^62 - 1 leaves.");
        }

        Span<byte> node = stackalloc byte[HashSize];
        root.CopyTo(node);
        for (; (Count & (1L << level)) != 0; level++)
        {
            MerkleTree.HashNode(_levels[level], node, node);
        }

        node.CopyTo(_levels[level]);
        Count += leaves;
    }

    [SkipLocalsInit]
    public void AppendLeafHashes(ReadOnlySpan<byte> hashes, int count)
    {
        Span<byte> buffer = stackalloc byte[MaxBatch / 2 * HashSize];
        while (count > 0)
        {
            // The largest power of two that fits and that the count so far is a multiple of: one full subtree.
            var level = Math.Min(BitOperations.Log2((uint)Math.Min(count, MaxBatch)), BitOperations.TrailingZeroCount(Count));
            var leaves = 1 << level;
            Reduce(hashes[..(leaves * HashSize)], buffer);
            AppendSubtree(level == 0 ? hashes[..HashSize] : buffer[..HashSize], level);
            hashes = hashes[(leaves * HashSize)..];
            count -= leaves;
        }
    }

    /// <summary>Folds the peaks from the right: the smallest subtree is the deepest.</summary>
    public readonly void WriteRoot(Span<byte> root)
    {
        if (Count == 0)
        {
            MerkleTree.EmptyRoot.CopyTo(root);
            return;
        }

        var level = BitOperations.TrailingZeroCount(Count);
        ((ReadOnlySpan<byte>)_levels[level]).CopyTo(root);
        while (++level <= MaxLevel)
        {
            if ((Count & (1L << level)) != 0)
            {
                MerkleTree.HashNode(_levels[level], root[..HashSize], root);
            }
        }
    }

    /// <summary>Hashes a full subtree down to its root, level by level; the buffer takes half its leaves.</summary>
    private static void Reduce(ReadOnlySpan<byte> nodes, Span<byte> buffer)
    {
        for (var length = nodes.Length / 2; length >= HashSize; length /= 2)
        {
            Sha256Lanes.HashRecords(MerkleTree.NodePrefix, nodes, 2 * HashSize, buffer[..length]);
            nodes = buffer[..length];
        }
    }

    [InlineArray(HashSize)]
    private struct Hash
    {
        private byte _first;
    }

    [InlineArray(MaxLevel + 1)]
    private struct Levels
    {
        private Hash _first;
    }
}
