namespace Harmony4.Hashing.Tests;

/// <summary>The package README's example, as it stands there.</summary>
public sealed class ReadmeExampleTests
{
    [Fact]
    public void Readme_Example_ProvesItsBlock()
    {
        ReadOnlyMemory<byte>[] blocks = [new byte[500_000], new byte[20], new byte[70_000]];
        byte[] digests = Sha256Lanes.HashData(blocks);

        var leaves = new byte[blocks.Length * MerkleTree.HashSizeInBytes];
        MerkleTree.HashLeaves(digests, 32, leaves);
        var root = new byte[MerkleTree.HashSizeInBytes];
        MerkleTree.ComputeRoot(leaves, root);

        var nodes = new MerkleSubtree[MerkleProof.MaxPathNodes];
        var count = MerkleProof.GetInclusionPath(1, blocks.Length, nodes);
        var path = new byte[count * MerkleTree.HashSizeInBytes];
        MerkleTree.WriteProof(leaves, nodes.AsSpan(0, count), path);
        bool there = MerkleProof.VerifyInclusion(leaves.AsSpan(32, 32), 1, blocks.Length, path, root);
        Assert.True(there);
    }
}
