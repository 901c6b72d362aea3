using System.Security.Cryptography;
using Harmony4.Hashing.Internal.Folding;
using Harmony4.Hashing.Internal.Lanes;
using Harmony4.TestKit;

namespace Harmony4.Hashing.Tests;

/// <summary>
/// No lane reads or writes a byte outside what it was given: inputs and outputs end, or begin, at a page that cannot be touched.
/// HARMONY4_LONG_TESTS=1 also hashes a record as long as a span can be.
/// </summary>
public sealed class MemoryBoundsTests
{
    private static readonly int[] Lengths = [0, 1, 31, 32, 33, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 191, 192, 193, 1000, 4095, 4096, 4097];

    public static IEnumerable<object[]> Paths() => LanePaths.Names();

    [Theory]
    [MemberData(nameof(Paths))]
    public void HashMessages_AtTheEdgeOfMemory_EqualsPlatform(string path)
    {
        if (!GuardedMemory.IsSupported)
        {
            return;
        }

        foreach (var guardsEnd in new[] { true, false })
        {
            var inputs = Lengths.Select(n => Vectors.SeededBytes("guard " + n, n)).ToArray();
            var memories = inputs.Select(b => GuardedMemory.Of(b, guardsEnd)).ToArray();
            using var digests = new GuardedMemory(inputs.Length * 32, guardsEnd);
            LaneEngine.HashMessages(LanePaths.Parse(path), LanePaths.AlwaysLanes, memories.Select(m => (ReadOnlyMemory<byte>)m.Memory).ToArray(), digests.GetSpan(), Crc32Path.Platform, []);
            Assert.Equal(Digests(inputs), digests.GetSpan().ToArray());

            using var hasher = new Sha256LanesHasher(inputs.Length, LanePaths.Parse(path), LanePaths.AlwaysLanes);
            hasher.Append(memories.Select((m, i) => new MessagePiece(i, m.Memory[..(m.Memory.Length / 3)])).ToArray());
            hasher.Append(memories.Select((m, i) => new MessagePiece(i, m.Memory[(m.Memory.Length / 3)..])).ToArray());
            digests.GetSpan().Clear();
            hasher.FinishAll(digests.GetSpan());
            Assert.Equal(Digests(inputs), digests.GetSpan().ToArray());
            foreach (IDisposable memory in memories)
            {
                memory.Dispose();
            }
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void HashRecords_AtTheEdgeOfMemory_EqualsPlatform(string path)
    {
        if (!GuardedMemory.IsSupported)
        {
            return;
        }

        foreach (var size in Lengths.Where(n => n > 0))
        {
            var bytes = Vectors.SeededBytes("records", size * 19);
            foreach (var guardsEnd in new[] { true, false })
            {
                using var records = GuardedMemory.Of(bytes, guardsEnd);
                using var digests = new GuardedMemory(19 * 32, guardsEnd);
                RecordHasher.Hash(LanePaths.Parse(path), LanePaths.AlwaysLanes, RecordHasher.NoPrefix, records.GetSpan(), size, digests.GetSpan());
                Assert.Equal(Digests(bytes.Chunk(size)), digests.GetSpan().ToArray());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void CounterStream_AtTheEdgeOfMemory_EqualsPlatform(string path)
    {
        if (!GuardedMemory.IsSupported)
        {
            return;
        }

        using var seed = GuardedMemory.Of(Vectors.SeededBytes("seed", 32));
        foreach (var length in Lengths)
        {
            foreach (var guardsEnd in new[] { true, false })
            {
                var expected = Vectors.SeededBytes("data", length);
                using var data = GuardedMemory.Of(expected, guardsEnd);
                CounterStream.Xor(LanePaths.Parse(path), seed.GetSpan(), 17, data.GetSpan());
                CounterStream.XorOneByOne(seed.GetSpan(), 17, expected);
                Assert.Equal(expected, data.GetSpan().ToArray());
            }
        }
    }

    [Fact]
    public void HashLeaf_LongestSpan_EqualsPlatform()
    {
        if (!GuardedMemory.IsSupported || Environment.GetEnvironmentVariable("HARMONY4_LONG_TESTS") != "1")
        {
            return;
        }

        using var record = new GuardedMemory(int.MaxValue);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([0]);
        hash.AppendData(record.GetSpan());
        var leaf = new byte[32];
        MerkleTree.HashLeaf(record.GetSpan(), leaf);
        Assert.Equal(hash.GetHashAndReset(), leaf);
    }

    private static byte[] Digests(IEnumerable<byte[]> inputs) => inputs.SelectMany(SHA256.HashData).ToArray();
}
