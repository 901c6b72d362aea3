using FsCheck.Xunit;
using Harmony4.TestKit;

namespace Harmony4.Hashing.Tests;

public sealed class MerkleProofTests
{
    private const int MaxSize = 40;

    private static readonly byte[][] Leaves =
        Enumerable.Range(0, 300).Select(i => NaiveTree.Leaf(Vectors.SeededBytes("proof", i))).ToArray();

    private static readonly byte[] Flat = Leaves.SelectMany(l => l).ToArray();

    private static readonly byte[][] Roots = Enumerable.Range(0, 301).Select(n => NaiveTree.Root(Leaves.AsSpan(0, n))).ToArray();

    [Fact]
    public void Inclusion_AllSizesTo300_EqualsRfcAndVerifies()
    {
        for (var n = 1; n <= 300; n += n < MaxSize ? 1 : 13)
        {
            for (var m = 0; m < n; m++)
            {
                var path = Inclusion(m, n);
                Assert.Equal(NaiveTree.Path(m, Leaves.AsSpan(0, n)).SelectMany(h => h), path);
                Assert.True(MerkleProof.VerifyInclusion(Leaves[m], m, n, path, Roots[n]));
            }
        }
    }

    [Fact]
    public void Consistency_AllSizesTo300_EqualsRfcAndVerifies()
    {
        for (var n = 0; n <= 300; n += n < MaxSize ? 1 : 13)
        {
            for (var m = 0; m <= n; m++)
            {
                var path = Consistency(m, n);
                if (m > 0)
                {
                    Assert.Equal(NaiveTree.Consistency(m, Leaves.AsSpan(0, n)).SelectMany(h => h), path);
                }

                Assert.True(MerkleProof.VerifyConsistency(m, Roots[m], n, Roots[n], path));
            }
        }
    }

    [Fact]
    public void Range_AllRunsTo40_Verify()
    {
        for (var n = 1; n <= MaxSize; n++)
        {
            for (var start = 0; start < n; start++)
            {
                for (var count = 1; count <= n - start; count++)
                {
                    var path = Range(start, count, n);
                    Assert.True(MerkleProof.VerifyRange(Flat.AsSpan(start * 32, count * 32), start, n, path, Roots[n]));
                    Assert.Equal(start == 0 && count == n, path.Length == 0);
                }
            }
        }
    }

    [Fact]
    public void KnownProofs_OfCertificateTransparency_AreReproduced()
    {
        string[] records = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
        var hashes = records.SelectMany(r => NaiveTree.Leaf(Convert.FromHexString(r))).ToArray();
        const string n01To7 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
        Assert.Equal(
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7" + n01To7
                + "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            Convert.ToHexStringLower(Path(hashes, nodes => MerkleProof.GetInclusionPath(0, 8, nodes))));
        Assert.Equal(
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
                + "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
                + "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            Convert.ToHexStringLower(Path(hashes, nodes => MerkleProof.GetConsistencyPath(6, 8, nodes))));
    }

    [Fact]
    public void VerifyInclusion_EveryTamperedBitAndShape_IsRejected()
    {
        foreach (var (m, n) in new[] { (0, 1), (0, 2), (5, 8), (7, 8), (8, 9), (20, 33), (32, 33) })
        {
            var path = Inclusion(m, n);
            EachFlip(path, p => Assert.False(MerkleProof.VerifyInclusion(Leaves[m], m, n, p, Roots[n])));
            EachFlip(Leaves[m], l => Assert.False(MerkleProof.VerifyInclusion(l, m, n, path, Roots[n])));
            EachFlip(Roots[n], r => Assert.False(MerkleProof.VerifyInclusion(Leaves[m], m, n, path, r)));
            EachCut(path, p => Assert.False(MerkleProof.VerifyInclusion(Leaves[m], m, n, p, Roots[n])));
            for (var other = -1; other <= n + 1; other++)
            {
                Assert.Equal(other == m, MerkleProof.VerifyInclusion(Leaves[m], other, n, path, Roots[n]));
            }
        }
    }

    [Fact]
    public void VerifyConsistency_EveryTamperedBitAndShape_IsRejected()
    {
        foreach (var (m, n) in new[] { (1, 2), (3, 7), (4, 7), (6, 8), (8, 8), (31, 33), (0, 5) })
        {
            var path = Consistency(m, n);
            EachFlip(path, p => Assert.False(MerkleProof.VerifyConsistency(m, Roots[m], n, Roots[n], p)));
            EachFlip(Roots[m], r => Assert.False(MerkleProof.VerifyConsistency(m, r, n, Roots[n], path)));
            EachCut(path, p => Assert.False(MerkleProof.VerifyConsistency(m, Roots[m], n, Roots[n], p)));
            if (m > 0)
            {
                EachFlip(Roots[n], r => Assert.False(MerkleProof.VerifyConsistency(m, Roots[m], n, r, path)));
                Assert.False(MerkleProof.VerifyConsistency(m - 1, Roots[m], n, Roots[n], path));
                Assert.False(MerkleProof.VerifyConsistency(n, Roots[n], m - 1, Roots[m], path));
            }
        }
    }

    [Fact]
    public void VerifyRange_EveryTamperedBitAndShape_IsRejected()
    {
        foreach (var (start, count, n) in new[] { (0, 1, 1), (2, 3, 8), (5, 1, 9), (0, 7, 9), (7, 20, 33) })
        {
            var path = Range(start, count, n);
            var leaves = Flat.AsSpan(start * 32, count * 32).ToArray();
            EachFlip(path, p => Assert.False(MerkleProof.VerifyRange(leaves, start, n, p, Roots[n])));
            EachFlip(leaves, l => Assert.False(MerkleProof.VerifyRange(l, start, n, path, Roots[n])));
            EachCut(path, p => Assert.False(MerkleProof.VerifyRange(leaves, start, n, p, Roots[n])));
            Assert.False(MerkleProof.VerifyRange(leaves, start + 1, n, path, Roots[n]));
            Assert.False(MerkleProof.VerifyRange([], start, n, path, Roots[n]));
        }
    }

    [Property(Replay = "11,5", MaxTest = 2000)]
    public bool Verify_HostileArguments_NeverThrows(byte[] leaf, long index, long size, byte[] path, byte[] root, bool wellSized)
    {
        if (wellSized)
        {
            // Also inputs that get past the first length checks, with sizes up to the largest.
            leaf = new byte[32];
            root = new byte[32];
            path = new byte[32 * (path.Length % 70)];
            size ^= long.MaxValue;
        }

        return !MerkleProof.VerifyInclusion(leaf, index, size, path, root)
            && !MerkleProof.VerifyRange(leaf, index, size, path, root)
            && (!MerkleProof.VerifyConsistency(index, leaf, size, root, path) || (index == size && path.Length == 0));
    }

    [Fact]
    public void Paths_LargestTree_FitTheirLimits()
    {
        Span<MerkleSubtree> nodes = stackalloc MerkleSubtree[MerkleProof.MaxRangePathNodes];
        Assert.InRange(MerkleProof.GetInclusionPath(long.MaxValue - 1, long.MaxValue, nodes), 1, MerkleProof.MaxPathNodes);
        Assert.InRange(MerkleProof.GetInclusionPath(0, long.MaxValue, nodes), 1, MerkleProof.MaxPathNodes);
        Assert.InRange(MerkleProof.GetConsistencyPath(long.MaxValue - 1, long.MaxValue, nodes), 1, MerkleProof.MaxPathNodes);
        Assert.InRange(MerkleProof.GetConsistencyPath(3, long.MaxValue, nodes), 1, MerkleProof.MaxPathNodes);
        Assert.InRange(MerkleProof.GetRangePath((1L << 61) + 1, 3, long.MaxValue, nodes), 1, MerkleProof.MaxRangePathNodes);
        Assert.Throws<ArgumentException>(() => MerkleProof.GetInclusionPath(1, 3, new MerkleSubtree[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => MerkleProof.GetInclusionPath(3, 3, new MerkleSubtree[64]));
        Assert.Throws<ArgumentOutOfRangeException>(() => MerkleProof.GetConsistencyPath(4, 3, new MerkleSubtree[64]));
        Assert.Throws<ArgumentOutOfRangeException>(() => MerkleProof.GetRangePath(1, 3, 3, new MerkleSubtree[64]));
    }

    [Fact]
    public void Paths_ArgumentsOutOfRange_Throw()
    {
        var nodes = new MerkleSubtree[MerkleProof.MaxRangePathNodes];
        foreach (var (index, size) in new[] { (0L, 0L), (0, -1), (-1, 5), (5, 5), (6, 5), (long.MinValue, 5), (long.MaxValue, 5) })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => MerkleProof.GetInclusionPath(index, size, nodes));
        }

        foreach (var (oldSize, newSize) in new[] { (-1L, 3L), (4, 3), (0, -1), (-2, -1) })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => MerkleProof.GetConsistencyPath(oldSize, newSize, nodes));
        }

        foreach (var (start, count, size) in new[] { (-1L, 1L, 3L), (0, 0, 3), (0, -1, 3), (0, 1, -1), (0, 1, 0), (0, 4, 3), (1, 3, 3), (3, 1, 3), (1, long.MaxValue, 3) })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => MerkleProof.GetRangePath(start, count, size, nodes));
        }

        Assert.Equal(0, MerkleProof.GetInclusionPath(0, 1, []));
        Assert.Equal(0, MerkleProof.GetConsistencyPath(0, 0, []));
        Assert.Equal(0, MerkleProof.GetConsistencyPath(0, 5, []));
        Assert.Equal(0, MerkleProof.GetConsistencyPath(5, 5, []));
        Assert.Equal(0, MerkleProof.GetRangePath(0, 5, 5, []));
    }

    [Fact]
    public void Verify_LengthsAndNumbersOutOfRange_AreRejected()
    {
        var leaf = Leaves[0];
        var root = Roots[1];
        var two = Flat.AsSpan(0, 64).ToArray();
        Assert.True(MerkleProof.VerifyInclusion(leaf, 0, 1, [], root));
        Assert.True(MerkleProof.VerifyConsistency(1, root, 1, root, []));
        Assert.True(MerkleProof.VerifyConsistency(0, Roots[0], 1, root, []));
        Assert.True(MerkleProof.VerifyRange(leaf, 0, 1, [], root));
        Assert.True(MerkleProof.VerifyRange(two, 0, 2, [], Roots[2]));
        foreach (var length in new[] { 0, 31, 33, 64 })
        {
            // One byte more, or less, of something that would be right.
            var wrongRoot = Sized(root, length);
            var wrongLeaf = Sized(leaf, length);
            Assert.False(MerkleProof.VerifyInclusion(leaf, 0, 1, [], wrongRoot));
            Assert.False(MerkleProof.VerifyInclusion(wrongLeaf, 0, 1, [], root));
            Assert.False(MerkleProof.VerifyInclusion(wrongLeaf, 0, 1, [], wrongRoot));
            Assert.False(MerkleProof.VerifyRange(leaf, 0, 1, [], wrongRoot));
            Assert.False(MerkleProof.VerifyRange(wrongLeaf, 0, 1, [], root));
            Assert.False(MerkleProof.VerifyRange(wrongLeaf, 0, 1, [], wrongRoot));
            Assert.False(MerkleProof.VerifyRange(wrongLeaf, 0, length / 32, [], root));
            Assert.False(MerkleProof.VerifyConsistency(1, wrongRoot, 1, wrongRoot, []));
            Assert.False(MerkleProof.VerifyConsistency(1, root, 1, wrongRoot, []));
            Assert.False(MerkleProof.VerifyConsistency(1, wrongRoot, 1, root, []));
            Assert.False(MerkleProof.VerifyConsistency(0, Sized(Roots[0], length), 1, root, []));
            Assert.False(MerkleProof.VerifyConsistency(0, Roots[0], 1, wrongRoot, []));
        }

        foreach (var (index, size) in new[] { (-1L, 1L), (0, 0), (0, -1), (1, 1), (long.MinValue, 1), (long.MaxValue, 1), (long.MinValue, long.MinValue) })
        {
            Assert.False(MerkleProof.VerifyInclusion(leaf, index, size, [], root));
            Assert.False(MerkleProof.VerifyRange(leaf, index, size, [], root));
        }

        foreach (var (oldSize, newSize) in new[] { (-1L, -1L), (-1, 1), (0, -1), (2, 1), (long.MinValue, long.MinValue), (long.MinValue, 1) })
        {
            Assert.False(MerkleProof.VerifyConsistency(oldSize, root, newSize, root, []));
            Assert.False(MerkleProof.VerifyConsistency(oldSize, Roots[0], newSize, Roots[0], []));
        }

        // An empty older tree has one root, and its proof no nodes.
        Assert.False(MerkleProof.VerifyConsistency(0, root, 1, root, []));
        Assert.False(MerkleProof.VerifyConsistency(0, root, 0, root, []));
        Assert.False(MerkleProof.VerifyConsistency(0, Roots[0], 0, root, []));
        Assert.False(MerkleProof.VerifyConsistency(0, Roots[0], 1, root, leaf));
        Assert.False(MerkleProof.VerifyConsistency(1, root, 1, root, leaf));
        Assert.False(MerkleProof.VerifyConsistency(1, root, 1, Roots[2], []));
    }

    private static byte[] Sized(byte[] bytes, int length)
    {
        var sized = new byte[length];
        bytes.AsSpan(0, Math.Min(length, bytes.Length)).CopyTo(sized);
        return sized;
    }

    private static byte[] Inclusion(int m, int n) => Path(Flat, nodes => MerkleProof.GetInclusionPath(m, n, nodes));

    private static byte[] Consistency(int m, int n) => Path(Flat, nodes => MerkleProof.GetConsistencyPath(m, n, nodes));

    private static byte[] Range(int start, int count, int n) => Path(Flat, nodes => MerkleProof.GetRangePath(start, count, n, nodes));

    private static byte[] Path(byte[] hashes, Func<MerkleSubtree[], int> plan)
    {
        var nodes = new MerkleSubtree[MerkleProof.MaxRangePathNodes];
        var count = plan(nodes);
        var path = new byte[count * 32];
        MerkleTree.WriteProof(hashes, nodes.AsSpan(0, count), path);
        return path;
    }

    private static void EachFlip(byte[] bytes, Action<byte[]> check)
    {
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var copy = bytes.ToArray();
            copy[bit / 8] ^= (byte)(1 << (bit % 8));
            check(copy);
        }
    }

    private static void EachCut(byte[] path, Action<byte[]> check)
    {
        for (var length = 0; length < path.Length; length++)
        {
            check(path[..length]);
        }

        check([.. path, 0]);
        check([.. path, .. new byte[32]]);
    }
}
