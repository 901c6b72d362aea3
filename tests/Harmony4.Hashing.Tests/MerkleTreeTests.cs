using Harmony4.TestKit;

namespace Harmony4.Hashing.Tests;

public sealed class MerkleTreeTests
{
    // The leaves and roots that Certificate Transparency implementations share as test data.
    private static readonly string[] KnownLeaves =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    private static readonly string[] KnownRoots =
    [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    [Fact]
    public void WriteRoot_KnownLeaves_GivesKnownRoots()
    {
        var builder = new MerkleTreeBuilder();
        Assert.Equal(KnownRoots[0], Convert.ToHexStringLower(builder.GetRoot()));
        for (var i = 0; i < KnownLeaves.Length; i++)
        {
            builder.AppendRecord(Convert.FromHexString(KnownLeaves[i]));
            Assert.Equal(KnownRoots[i + 1], Convert.ToHexStringLower(builder.GetRoot()));
        }
    }

    [Fact]
    public void ComputeRoot_AllSizesTo300_EqualsNaiveTree()
    {
        var leaves = Enumerable.Range(0, 300).Select(i => NaiveTree.Leaf(Vectors.SeededBytes("leaf", i))).ToArray();
        var flat = leaves.SelectMany(l => l).ToArray();
        var growing = new MerkleTreeBuilder();
        var root = new byte[32];
        for (var n = 0; n <= 300; n++)
        {
            var expected = NaiveTree.Root(leaves.AsSpan(0, n));
            MerkleTree.ComputeRoot(flat.AsSpan(0, n * 32), root);
            Assert.Equal(expected, root);
            Assert.Equal(expected, growing.GetRoot());
            growing.AppendLeafHashes(flat.AsSpan(Math.Min(n, 299) * 32, 32));
        }
    }

    [Theory]
    [InlineData(40)]
    [InlineData(48)]
    [InlineData(56)]
    [InlineData(72)]
    [InlineData(1)]
    [InlineData(700)]
    public void AppendRecords_AnyPieces_EqualsOneByOne(int size)
    {
        const int count = 1300;
        var records = Vectors.SeededBytes("records", size * count);
        var single = new MerkleTreeBuilder();
        for (var i = 0; i < count; i++)
        {
            single.AppendRecord(records.AsSpan(i * size, size));
        }

        var random = new Random(3);
        for (var round = 0; round < 5; round++)
        {
            var builder = new MerkleTreeBuilder();
            for (int at = 0, now; at < count; at += now)
            {
                now = Math.Min(random.Next(1, 600), count - at);
                builder.AppendRecords(records.AsSpan(at * size, now * size), size);
            }

            Assert.Equal(single.GetRoot(), builder.GetRoot());
            Assert.Equal(count, builder.Count);
        }
    }

    [Fact]
    public void ComputeRoot_OverPageRoots_EqualsTheFlatTree()
    {
        var hashes = Vectors.SeededBytes("pages", 32 * 1000);
        var expected = new byte[32];
        var actual = new byte[32];
        foreach (var log2 in new[] { 0, 1, 4, 10 })
        {
            foreach (var count in new[] { 1, 15, 16, 17, 33, 999, 1000 })
            {
                MerkleTree.ComputeRoot(hashes.AsSpan(0, 32 * count), expected);
                var pages = new List<byte>();
                var builder = new MerkleTreeBuilder();
                for (var at = 0; at < count; at += 1 << log2)
                {
                    var n = Math.Min(1 << log2, count - at);
                    MerkleTree.ComputeRoot(hashes.AsSpan(32 * at, 32 * n), actual);
                    pages.AddRange(actual);
                    if (n == 1 << log2)
                    {
                        builder.AppendSubtree(actual, log2);
                    }
                    else
                    {
                        builder.AppendLeafHashes(hashes.AsSpan(32 * at, 32 * n));
                    }
                }

                MerkleTree.ComputeRoot(pages.ToArray(), actual);
                Assert.Equal(expected, actual);
                Assert.Equal(expected, builder.GetRoot());
            }
        }
    }

    [Fact]
    public void AppendRecords_MillionLeaves_AllocatesNothingMore()
    {
        var batch = Vectors.SeededBytes("million", 56 * 1000);
        var builder = new MerkleTreeBuilder();
        var root = new byte[32];
        var bytes = Allocations.Count(
            () =>
            {
                builder.Reset();
                for (var i = 0; i < 1000; i++)
                {
                    builder.AppendRecords(batch, 56);
                }

                builder.WriteRoot(root);
            },
            calls: 1);
        Assert.Equal(0, bytes);
        Assert.Equal(1_000_000, builder.Count);
    }

    [Fact]
    public void Arguments_OutOfRange_Throw()
    {
        var builder = new MerkleTreeBuilder();
        builder.AppendSubtree(new byte[32], 61);
        Assert.Throws<InvalidOperationException>(() => builder.AppendSubtree(new byte[32], 61));
        builder.Reset();
        builder.AppendRecord([]);
        Assert.Throws<InvalidOperationException>(() => builder.AppendSubtree(new byte[32], 1));
        Assert.Throws<ArgumentException>(() => builder.AppendSubtree(new byte[31], 0));
        Assert.Throws<ArgumentException>(() => builder.AppendLeafHashes(new byte[33]));
        Assert.Throws<ArgumentException>(() => MerkleTree.HashNode(new byte[31], new byte[32], new byte[32]));
        Assert.Throws<ArgumentException>(() => MerkleTree.HashLeaf([], new byte[31]));
        Assert.Throws<ArgumentException>(() => MerkleTree.WriteProof(new byte[64], [new MerkleSubtree(1, 2)], new byte[32]));
        var leaves = new byte[64];
        Assert.Throws<ArgumentException>(() => MerkleTree.WriteProof(leaves, [new MerkleSubtree(1, 1)], leaves.AsSpan(32)));
    }

    [Fact]
    public void WriteProof_NodeOutsideTheLeaves_Throws()
    {
        var leaves = Vectors.SeededBytes("leaves", 64);
        MerkleSubtree[] bad = [new(-1, 1), new(0, 0), new(0, -1), new(0, 3), new(1, 2), new(2, 1), new(3, 1), new(1, long.MaxValue), new(long.MaxValue, 1)];
        Assert.All(bad, node => Assert.Throws<ArgumentException>("nodes", () => MerkleTree.WriteProof(leaves, [node], new byte[32])));
        Assert.Throws<ArgumentException>(() => MerkleTree.WriteProof(leaves, [new(0, 1)], new byte[31]));
        Assert.Throws<ArgumentException>(() => MerkleTree.WriteProof(new byte[33], [new(0, 1)], new byte[32]));
        var path = new byte[70];
        MerkleTree.WriteProof(leaves, [new(1, 1), new(0, 2)], path);
        Assert.Equal(leaves[32..], path[..32]);
        Assert.Equal(NaiveTree.Root([leaves[..32], leaves[32..]]), path[32..64]);
        Assert.Equal(new byte[6], path[64..]);
    }

    [Fact]
    public void Hash_LengthsAndOverlap_AreChecked()
    {
        var bytes = new byte[200];
        foreach (var length in new[] { 31, 33 })
        {
            Assert.Throws<ArgumentException>("left", () => MerkleTree.HashNode(new byte[length], new byte[32], new byte[32]));
            Assert.Throws<ArgumentException>("right", () => MerkleTree.HashNode(new byte[32], new byte[length], new byte[32]));
        }

        Assert.Throws<ArgumentException>(() => MerkleTree.HashNode(new byte[32], new byte[32], new byte[31]));
        Assert.Throws<ArgumentException>(() => MerkleTree.HashLeaf(bytes.AsSpan(0, 100), bytes.AsSpan(99)));
        MerkleTree.HashLeaf(bytes.AsSpan(0, 100), bytes.AsSpan(100));
        Assert.Equal(NaiveTree.Leaf(new byte[100]), bytes[100..132]);
        Assert.Equal(new byte[68], bytes[132..]);
        Assert.Throws<ArgumentException>(() => MerkleTree.HashLeaves(bytes.AsSpan(0, 64), 32, bytes.AsSpan(63, 64)));
        Assert.Throws<ArgumentException>(() => MerkleTree.HashLeaves(bytes.AsSpan(0, 64), 32, new byte[63]));
        Assert.Throws<ArgumentException>(() => MerkleTree.HashLeaves(bytes.AsSpan(0, 65), 32, new byte[64]));
        Assert.Throws<ArgumentOutOfRangeException>(() => MerkleTree.HashLeaves(bytes.AsSpan(0, 64), 0, new byte[64]));
        Assert.Throws<ArgumentException>(() => MerkleTree.ComputeRoot(new byte[33], new byte[32]));
        Assert.Throws<ArgumentException>(() => MerkleTree.ComputeRoot(new byte[32], new byte[31]));
    }
}
