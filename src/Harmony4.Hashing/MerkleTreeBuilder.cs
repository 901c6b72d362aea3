using System.Runtime.CompilerServices;
using Harmony4.Hashing.Internal;

namespace Harmony4.Hashing;

/// <summary>
/// Grows an RFC 9162 tree leaf by leaf and gives its root at any time. It keeps one hash per set bit of the leaf count, 2 KiB at
/// most, however many leaves there are.
/// </summary>
/// <remarks>Not thread-safe. Only the constructor allocates.</remarks>
public sealed class MerkleTreeBuilder
{
    private MerklePeaks _peaks;

    /// <summary>Gets the number of leaves.</summary>
    public long Count => _peaks.Count;

    /// <summary>Appends a record, hashing it into a leaf.</summary>
    /// <param name="record">The record, of any length.</param>
    public void AppendRecord(ReadOnlySpan<byte> record)
    {
        Span<byte> hash = stackalloc byte[MerkleTree.HashSizeInBytes];
        MerkleTree.HashLeaf(record, hash);
        _peaks.AppendSubtree(hash, 0);
    }

    /// <summary>Appends records of one length that lie side by side, hashing them in lanes.</summary>
    /// <param name="records">The records; a multiple of <paramref name="recordSize"/> bytes.</param>
    /// <param name="recordSize">The length of a record in bytes, 1…2³⁰.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="recordSize"/> is out of range.</exception>
    /// <exception cref="ArgumentException">The records do not divide evenly.</exception>
    [SkipLocalsInit]
    public void AppendRecords(ReadOnlySpan<byte> records, int recordSize)
    {
        const int batch = 256;
        var count = Sha256Lanes.CountRecords(records, recordSize);
        Span<byte> hashes = stackalloc byte[batch * MerkleTree.HashSizeInBytes];
        while (count > 0)
        {
            // The first batch ends on a multiple, so that the later ones are whole subtrees.
            var now = (int)Math.Min(count, batch - (Count % batch));
            Sha256Lanes.HashRecords(MerkleTree.LeafPrefix, records[..(now * recordSize)], recordSize, hashes[..(now * MerkleTree.HashSizeInBytes)]);
            _peaks.AppendLeafHashes(hashes, now);
            records = records[(now * recordSize)..];
            count -= now;
        }
    }

    /// <summary>Appends leaves that are hashed already.</summary>
    /// <param name="leafHashes">The leaf hashes, 32 bytes each.</param>
    /// <exception cref="ArgumentException">The hashes are not a multiple of 32 bytes.</exception>
    public void AppendLeafHashes(ReadOnlySpan<byte> leafHashes) =>
        _peaks.AppendLeafHashes(leafHashes, Sha256Lanes.CountRecords(leafHashes, MerkleTree.HashSizeInBytes));

    /// <summary>Appends 2^<paramref name="log2Count"/> leaves of which only the root is known.</summary>
    /// <param name="root">The root of those leaves, 32 bytes.</param>
    /// <param name="log2Count">The binary logarithm of their number, 0…61.</param>
    /// <exception cref="ArgumentException"><paramref name="root"/> is not 32 bytes.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="log2Count"/> is out of range.</exception>
    /// <exception cref="InvalidOperationException">The leaf count so far is not a multiple of the subtree's, or would pass 2⁶² - 1.</exception>
    public void AppendSubtree(ReadOnlySpan<byte> root, int log2Count)
    {
        if (root.Length != MerkleTree.HashSizeInBytes)
        {
            throw new ArgumentException($"A root has {MerkleTree.HashSizeInBytes} bytes.", nameof(root));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(log2Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(log2Count, MerklePeaks.MaxLevel);
        if ((Count & ((1L << log2Count) - 1)) != 0)
        {
            throw new InvalidOperationException($"{Count} leaves are not a multiple of 2^{log2Count}: the subtree would not be a node of the tree.");
        }

        _peaks.AppendSubtree(root, log2Count);
    }

    /// <summary>Computes the root over the leaves so far. More may be appended afterwards.</summary>
    /// <param name="root">Receives the root in its first 32 bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="root"/> is too short.</exception>
    public void WriteRoot(Span<byte> root) => _peaks.WriteRoot(Sha256Lanes.DigestsOf(1, root));

    /// <summary>Computes the root over the leaves so far into a new array.</summary>
    /// <returns>The root, 32 bytes.</returns>
    public byte[] GetRoot()
    {
        var root = new byte[MerkleTree.HashSizeInBytes];
        WriteRoot(root);
        return root;
    }

    /// <summary>Begins anew, without leaves.</summary>
    public void Reset() => _peaks.Count = 0;
}
