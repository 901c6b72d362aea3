using System.Numerics;

namespace Harmony4.Hashing.Internal;

/// <summary>Collects the nodes of a proof.</summary>
internal ref struct MerklePath
{
    private const int HashSize = MerkleTree.HashSizeInBytes;

    private readonly Span<MerkleSubtree> _nodes;

    public MerklePath(Span<MerkleSubtree> nodes) => _nodes = nodes;

    public int Count { get; private set; }

    /// <summary>Cuts a tree of at least two leaves at the largest power of two below its size.</summary>
    public static (MerkleSubtree Left, MerkleSubtree Right) Split(MerkleSubtree tree)
    {
        var left = 1L << BitOperations.Log2((ulong)(tree.Count - 1));
        return (tree with { Count = left }, new MerkleSubtree(tree.Start + left, tree.Count - left));
    }

    /// <summary>Computes a tree's hash from a range's leaves and the nodes beside it, which it consumes.</summary>
    public static void FoldRange(
        ReadOnlySpan<byte> leafHashes, MerkleSubtree range, MerkleSubtree tree, scoped ref ReadOnlySpan<byte> path, scoped Span<byte> hash)
    {
        if (AreApart(range, tree))
        {
            path[..HashSize].CopyTo(hash);
            path = path[HashSize..];
        }
        else if (Contains(range, tree))
        {
            MerkleTree.ComputeRoot(leafHashes.Slice((int)(tree.Start - range.Start) * HashSize, (int)tree.Count * HashSize), hash);
        }
        else
        {
            Span<byte> rightHash = stackalloc byte[HashSize];
            var (left, right) = Split(tree);
            FoldRange(leafHashes, range, left, ref path, hash);
            FoldRange(leafHashes, range, right, ref path, rightHash);
            MerkleTree.HashNode(hash, rightHash, hash);
        }
    }

    public void Add(MerkleSubtree node)
    {
        if (Count == _nodes.Length)
        {
            throw new ArgumentException("There is no room for the proof's nodes.");
        }

        _nodes[Count++] = node;
    }

    public void AddBeside(MerkleSubtree range, MerkleSubtree tree)
    {
        if (AreApart(range, tree))
        {
            Add(tree);
        }
        else if (!Contains(range, tree))
        {
            var (left, right) = Split(tree);
            AddBeside(range, left);
            AddBeside(range, right);
        }
    }

    /// <summary>Turns root-first into leaf-first order.</summary>
    public readonly int Reverse()
    {
        _nodes[..Count].Reverse();
        return Count;
    }

    private static bool AreApart(MerkleSubtree range, MerkleSubtree tree) =>
        tree.Start >= range.Start + range.Count || tree.Start + tree.Count <= range.Start;

    private static bool Contains(MerkleSubtree range, MerkleSubtree tree) =>
        tree.Start >= range.Start && tree.Start + tree.Count <= range.Start + range.Count;
}
