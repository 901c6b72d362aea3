using System.Text;
using System.Text.Json;
using Harmony4.TestKit;

namespace Harmony4.Hashing.Tests;

/// <summary>The cases of NIST for SHA-256, and Merkle proofs that Go made; Vectors/crypto/README.md says where from.</summary>
public sealed class PublishedCasesTests
{
    private static readonly JsonElement Nist = JsonDocument.Parse(Vectors.Read("crypto/sha256-nist.json")).RootElement;
    private static readonly JsonElement Go = JsonDocument.Parse(Vectors.Read("crypto/merkle-go.json")).RootElement;

    [Theory]
    [MemberData(nameof(LanePaths.Names), MemberType = typeof(LanePaths))]
    public void HashMessages_NistMessages_GiveTheirDigests(string path)
    {
        var cases = Nist.GetProperty("short").EnumerateArray().Concat(Nist.GetProperty("long").EnumerateArray()).ToArray();
        Assert.Equal(78, cases.Length);
        var messages = cases.Select(c => Hex(c.GetProperty("msg"))).ToArray();
        Assert.Equal(string.Concat(cases.Select(c => c.GetProperty("digest").GetString())), Convert.ToHexStringLower(LanePaths.Hash(LanePaths.Parse(path), messages)));
    }

    [Fact]
    public void HashData_NistMessages_TogetherAndAlone_GiveTheirDigests()
    {
        var cases = Nist.GetProperty("short").EnumerateArray().Concat(Nist.GetProperty("long").EnumerateArray()).ToArray();
        var messages = cases.Select(c => new ReadOnlyMemory<byte>(Hex(c.GetProperty("msg")))).ToArray();
        var digests = new byte[32 * cases.Length];
        Sha256Lanes.HashData(messages, digests);
        Assert.Equal(string.Concat(cases.Select(c => c.GetProperty("digest").GetString())), Convert.ToHexStringLower(digests));
        foreach (var (i, message) in messages.Index())
        {
            var digest = new byte[32];
            Sha256Lanes.HashData(messages.AsSpan(i, 1), digest);
            Assert.Equal(digests[(32 * i)..(32 * (i + 1))], digest);
        }
    }

    /// <summary>The Monte Carlo chain of the SHA validation: each of 100 links hashes the last three digests a thousand times over.</summary>
    [Theory]
    [MemberData(nameof(LanePaths.Names), MemberType = typeof(LanePaths))]
    public void HashMessages_NistMonteCarloChain_GivesEveryLink(string path)
    {
        var links = Nist.GetProperty("monte").EnumerateArray().Select(Hex).ToArray();
        Assert.Equal(101, links.Length);
        var lane = LanePaths.Parse(path);

        // All links at once, each from the one before it: what a single chain would do one after the other.
        var last = links[..^1].Select(seed => new[] { seed, seed, seed }).ToArray();
        for (var i = 0; i < 1000; i++)
        {
            var digests = LanePaths.Hash(lane, [.. last.Select(three => (byte[])[.. three[0], .. three[1], .. three[2]])]);
            foreach (var (j, three) in last.Index())
            {
                (three[0], three[1], three[2]) = (three[1], three[2], digests[(32 * j)..(32 * (j + 1))]);
            }
        }

        Assert.Equal(links[1..], last.Select(three => three[2]));
    }

    [Fact]
    public void MerkleTree_TreesOfGo_HaveItsRoots()
    {
        Assert.Equal(14, Go.GetArrayLength());
        foreach (var tree in Go.EnumerateArray())
        {
            var builder = new MerkleTreeBuilder();
            for (var i = 0; i < Size(tree); i++)
            {
                builder.AppendRecord(Record(i));
            }

            Assert.Equal(tree.GetProperty("root").GetString(), Convert.ToHexStringLower(builder.GetRoot()));
        }
    }

    [Fact]
    public void VerifyInclusion_ProofsOfGo_HoldForTheirRecordAlone()
    {
        foreach (var tree in Go.EnumerateArray())
        {
            var (size, root) = (Size(tree), Hex(tree.GetProperty("root")));
            Assert.Equal(size, tree.GetProperty("inclusion").GetArrayLength());
            foreach (var (index, proof) in tree.GetProperty("inclusion").EnumerateArray().Index())
            {
                var path = Path(proof);
                Assert.True(MerkleProof.VerifyInclusion(Leaf(index), index, size, path, root));
                Assert.False(MerkleProof.VerifyInclusion(Leaf(index + 1), index, size, path, root));
                Assert.False(MerkleProof.VerifyInclusion(Leaf(index), index + 1, size, path, root));
                foreach (var other in Tampered(path))
                {
                    Assert.False(MerkleProof.VerifyInclusion(Leaf(index), index, size, other, root));
                }
            }
        }
    }

    [Fact]
    public void VerifyConsistency_ProofsOfGo_HoldForTheirTreesAlone()
    {
        var roots = Enumerable.Range(0, 48).Select(size => NaiveTree.Root(Enumerable.Range(0, size).Select(Leaf).ToArray())).ToArray();
        foreach (var tree in Go.EnumerateArray())
        {
            var (size, root) = (Size(tree), Hex(tree.GetProperty("root")));
            Assert.Equal(size, tree.GetProperty("consistency").GetArrayLength());
            foreach (var (i, proof) in tree.GetProperty("consistency").EnumerateArray().Index())
            {
                var (old, path) = (i + 1, Path(proof));
                Assert.True(MerkleProof.VerifyConsistency(old, roots[old], size, root, path));
                Assert.False(MerkleProof.VerifyConsistency(old, roots[old - 1], size, root, path));
                foreach (var other in Tampered(path))
                {
                    Assert.False(MerkleProof.VerifyConsistency(old, roots[old], size, root, other));
                }
            }
        }
    }

    /// <summary>Every node with one bit changed, the path without its last node, and with one more.</summary>
    private static IEnumerable<byte[]> Tampered(byte[] path)
    {
        for (var node = 0; node < path.Length; node += 32)
        {
            var changed = path.ToArray();
            changed[node + (node % 31)] ^= 1;
            yield return changed;
        }

        if (path.Length > 0)
        {
            yield return path[..^32];
        }

        yield return [.. path, .. new byte[32]];
    }

    private static byte[] Record(int index) => Encoding.ASCII.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"record {index}"));

    private static byte[] Leaf(int index)
    {
        var leaf = new byte[32];
        MerkleTree.HashLeaf(Record(index), leaf);
        return leaf;
    }

    private static int Size(JsonElement tree) => tree.GetProperty("size").GetInt32();

    private static byte[] Path(JsonElement proof) => [.. proof.EnumerateArray().SelectMany(Hex)];

    private static byte[] Hex(JsonElement text) => Convert.FromHexString(text.GetString()!);
}
