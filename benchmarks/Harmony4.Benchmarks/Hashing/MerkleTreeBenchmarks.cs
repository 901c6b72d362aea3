using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Harmony4.Hashing;

namespace Harmony4.Benchmarks.Hashing;

/// <summary>What does a tree over the index entries of a page cost, against one platform call per leaf and node?</summary>
[MemoryDiagnoser]
public class MerkleTreeBenchmarks
{
    private const int Entries = 1024;
    private const int EntrySize = 56;

    private readonly byte[] _entries = new byte[Entries * EntrySize];
    private readonly byte[] _hashes = new byte[Entries * MerkleTree.HashSizeInBytes];
    private readonly byte[] _root = new byte[MerkleTree.HashSizeInBytes];

    [GlobalSetup]
    public void Setup()
    {
        new Random(2).NextBytes(_entries);
        Lanes();
        var root = _root.ToArray();
        OneByOne();
        if (!root.AsSpan().SequenceEqual(_root))
        {
            throw new InvalidOperationException("The roots differ.");
        }
    }

    [Benchmark(Baseline = true)]
    public void OneByOne()
    {
        Span<byte> leaf = stackalloc byte[1 + EntrySize];
        for (var i = 0; i < Entries; i++)
        {
            _entries.AsSpan(i * EntrySize, EntrySize).CopyTo(leaf[1..]);
            SHA256.HashData(leaf, _hashes.AsSpan(i * 32, 32));
        }

        for (var count = Entries; count > 1; count /= 2)
        {
            for (var i = 0; i < count; i += 2)
            {
                MerkleTree.HashNode(_hashes.AsSpan(i * 32, 32), _hashes.AsSpan((i + 1) * 32, 32), _hashes.AsSpan(i * 16, 32));
            }
        }

        _hashes.AsSpan(0, 32).CopyTo(_root);
    }

    [Benchmark]
    public void Lanes()
    {
        MerkleTree.HashLeaves(_entries, EntrySize, _hashes);
        MerkleTree.ComputeRoot(_hashes, _root);
    }
}
