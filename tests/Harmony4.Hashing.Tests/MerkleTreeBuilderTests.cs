using Harmony4.Hashing.Internal;
using Harmony4.TestKit;

namespace Harmony4.Hashing.Tests;

public sealed class MerkleTreeBuilderTests
{
    private const int RecordSize = 48;

    // Around the batches of records (256) and of leaf hashes (1,024).
    public static TheoryData<int, int> Batches()
    {
        var data = new TheoryData<int, int>();
        foreach (var before in new[] { 0, 1, 2, 255, 256, 1023 })
        {
            foreach (var count in new[] { 0, 1, 2, 3, 255, 256, 257, 258, 511, 513, 1023, 1024, 1025, 2049 })
            {
                data.Add(before, count);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Batches))]
    public void Append_OneBatch_EqualsOneByOne(int before, int count)
    {
        var records = Vectors.SeededBytes("batch", (before + count) * RecordSize);
        var leaves = new byte[(before + count) * 32];
        MerkleTree.HashLeaves(records, RecordSize, leaves);
        var single = new MerkleTreeBuilder();
        for (var i = 0; i < before + count; i++)
        {
            single.AppendRecord(records.AsSpan(i * RecordSize, RecordSize));
        }

        var byRecords = new MerkleTreeBuilder();
        byRecords.AppendRecords(records.AsSpan(0, before * RecordSize), RecordSize);
        byRecords.AppendRecords(records.AsSpan(before * RecordSize), RecordSize);
        var byHashes = new MerkleTreeBuilder();
        byHashes.AppendLeafHashes(leaves.AsSpan(0, before * 32));
        byHashes.AppendLeafHashes(leaves.AsSpan(before * 32));
        Assert.Equal(before + count, single.Count);
        Assert.Equal(single.Count, byRecords.Count);
        Assert.Equal(single.Count, byHashes.Count);
        Assert.Equal(single.GetRoot(), byRecords.GetRoot());
        Assert.Equal(single.GetRoot(), byHashes.GetRoot());
    }

    [Fact]
    public void AppendSubtree_UpToTheLargestTree_KeepsTheRootAndThenRefuses()
    {
        var builder = new MerkleTreeBuilder();
        for (var level = MerklePeaks.MaxLevel; level >= 0; level--)
        {
            builder.AppendSubtree(Node(level), level);
        }

        // Peaks are folded from the smallest to the largest.
        var expected = Node(0);
        for (var level = 1; level <= MerklePeaks.MaxLevel; level++)
        {
            MerkleTree.HashNode(Node(level), expected, expected);
        }

        Assert.Equal((1L << 62) - 1, builder.Count);
        Assert.Equal(expected, builder.GetRoot());
        Assert.Throws<InvalidOperationException>(() => builder.AppendRecord([]));
        Assert.Throws<InvalidOperationException>(() => builder.AppendLeafHashes(new byte[32]));
        Assert.Throws<InvalidOperationException>(() => builder.AppendRecords(new byte[RecordSize], RecordSize));
        Assert.Throws<InvalidOperationException>(() => builder.AppendSubtree(new byte[32], 0));
        Assert.Equal((1L << 62) - 1, builder.Count);
        Assert.Equal(expected, builder.GetRoot());
    }

    [Fact]
    public void AppendSubtree_OneAboveTheOther_JoinsThem()
    {
        var builder = new MerkleTreeBuilder();
        builder.AppendSubtree(Node(1), 60);
        builder.AppendSubtree(Node(2), 60);
        var expected = new byte[32];
        MerkleTree.HashNode(Node(1), Node(2), expected);
        Assert.Equal(1L << 61, builder.Count);
        Assert.Equal(expected, builder.GetRoot());
        Assert.Throws<InvalidOperationException>(() => builder.AppendSubtree(Node(3), 61));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(62)]
    [InlineData(63)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void AppendSubtree_LevelOutOfRange_Throws(int log2Count)
    {
        var builder = new MerkleTreeBuilder();
        Assert.Throws<ArgumentOutOfRangeException>(nameof(log2Count), () => builder.AppendSubtree(new byte[32], log2Count));
        Assert.Equal(0, builder.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(64)]
    public void AppendSubtree_RootOfAnotherLength_Throws(int length) =>
        Assert.Throws<ArgumentException>("root", () => new MerkleTreeBuilder().AppendSubtree(new byte[length], 0));

    [Fact]
    public void WriteRoot_LongerSpan_TouchesOnlyItsStart()
    {
        foreach (var count in new[] { 0, 1, 2, 3 })
        {
            var builder = new MerkleTreeBuilder();
            builder.AppendLeafHashes(new byte[count * 32]);
            var root = Enumerable.Repeat((byte)7, 40).ToArray();
            builder.WriteRoot(root);
            Assert.Equal([.. builder.GetRoot(), 7, 7, 7, 7, 7, 7, 7, 7], root);
            Assert.Throws<ArgumentException>(() => builder.WriteRoot(new byte[31]));
        }
    }

    private static byte[] Node(int level) => Vectors.SeededBytes("node " + level, 32);
}
