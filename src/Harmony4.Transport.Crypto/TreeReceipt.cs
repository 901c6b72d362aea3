using System.Formats.Cbor;
using System.Security.Cryptography;
using Harmony4.Hashing;
using Harmony4.Transport.Crypto.Internal;

namespace Harmony4.Transport.Crypto;

/// <summary>
/// Receipts that a record is in a signed Merkle tree (RFC 9942, RFC9162_SHA256): a COSE_Sign1 over the tree's root whose unprotected header carries the path.
/// Any COSE library checks one without knowing what the records are.
/// </summary>
/// <remarks>The number of leaves is not signed: a receipt proves that the record is in the tree, not how many there are. Thread-safe.</remarks>
public static class TreeReceipt
{
    /// <summary>The COSE header label of proofs, in the unprotected header: 396.</summary>
    internal const int ProofsLabel = 396;

    // Inclusion proofs among the proofs.
    private const int InclusionLabel = -1;
    private const int Sign1Tag = 18;

    /// <summary>Makes the receipt of a leaf from the tree's signature. It needs no key.</summary>
    /// <param name="message">The signature over the root, as <see cref="StatementSigner.SignTree"/> makes it.</param>
    /// <param name="index">The leaf, from 0.</param>
    /// <param name="size">The number of leaves, at least 2.</param>
    /// <param name="path">The path from the leaf up, 32 bytes a node.</param>
    /// <returns>The receipt. Protected header and signature are those of the message, byte for byte.</returns>
    /// <exception cref="ArgumentException">The message is no such signature, or path, index and size do not fit.</exception>
    public static byte[] Create(ReadOnlySpan<byte> message, long index, long size, ReadOnlySpan<byte> path)
    {
        Span<byte> root = stackalloc byte[SHA256.HashSizeInBytes];
        if (size < 2 || !MerkleProof.TryComputeRoot(root, index, size, path, stackalloc byte[SHA256.HashSizeInBytes]))
        {
            throw new ArgumentException("The path does not fit index and size, or the tree has fewer than two leaves.", nameof(path));
        }

        if (!TryRead(message, out var parts) || parts.Proofs is not null)
        {
            throw new ArgumentException("The message is no detached COSE_Sign1 of a tree's root.", nameof(message));
        }

        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteTag((CborTag)Sign1Tag);
        writer.WriteStartArray(4);
        writer.WriteByteString(parts.Protected);
        writer.WriteStartMap(parts.Chain is null ? 1 : 2);
        if (parts.Chain is not null)
        {
            writer.WriteInt32(StatementSigner.CertificateChainLabel);
            writer.WriteEncodedValue(parts.Chain);
        }

        writer.WriteInt32(ProofsLabel);
        writer.WriteStartMap(1);
        writer.WriteInt32(InclusionLabel);
        writer.WriteStartArray(1);
        writer.WriteByteString(EncodeProof(index, size, path));
        writer.WriteEndArray();
        writer.WriteEndMap();
        writer.WriteEndMap();
        writer.WriteNull();
        writer.WriteByteString(parts.Signature);
        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>Reads the one inclusion proof of a receipt, and computes the root that it leads to.</summary>
    internal static bool TryComputeRoot(ReadOnlySpan<byte> receipt, ReadOnlySpan<byte> record, Span<byte> root, out long index, out long size)
    {
        (index, size) = (0, 0);
        if (!TryRead(receipt, out var parts) || parts.Proofs is null)
        {
            return false;
        }

        try
        {
            var reader = new CborReader(parts.Proofs, CborConformanceMode.Strict);
            if (reader.ReadStartArray() != 3)
            {
                return false;
            }

            size = reader.ReadInt64();
            index = reader.ReadInt64();
            var count = reader.ReadStartArray();
            if (count is not <= MerkleProof.MaxPathNodes || size < 2)
            {
                return false;
            }

            var path = new byte[count.Value * SHA256.HashSizeInBytes];
            for (var i = 0; i < count; i++)
            {
                var node = reader.ReadByteString();
                if (node.Length != SHA256.HashSizeInBytes)
                {
                    return false;
                }

                node.CopyTo(path, i * SHA256.HashSizeInBytes);
            }

            reader.ReadEndArray();
            reader.ReadEndArray();
            Span<byte> leaf = stackalloc byte[SHA256.HashSizeInBytes];
            MerkleTree.HashLeaf(record, leaf);
            return reader.BytesRemaining == 0 && MerkleProof.TryComputeRoot(leaf, index, size, path, root);
        }
        catch (Exception exception) when (PlatformFault.IsOfBytes(exception))
        {
            return false;
        }
    }

    private static byte[] EncodeProof(long index, long size, ReadOnlySpan<byte> path)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(3);
        writer.WriteInt64(size);
        writer.WriteInt64(index);
        writer.WriteStartArray(path.Length / SHA256.HashSizeInBytes);
        for (; path.Length > 0; path = path[SHA256.HashSizeInBytes..])
        {
            writer.WriteByteString(path[..SHA256.HashSizeInBytes]);
        }

        writer.WriteEndArray();
        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>Takes a message apart. Its unprotected header holds nothing but a certificate chain and proofs, and it is detached.</summary>
    private static bool TryRead(ReadOnlySpan<byte> message, out Parts parts)
    {
        parts = default;
        if (message.Length > StatementVerifier.MaxMessageLength)
        {
            return false;
        }

        try
        {
            var reader = new CborReader(message.ToArray(), CborConformanceMode.Strict);
            if (reader.ReadTag() != (CborTag)Sign1Tag || reader.ReadStartArray() != 4)
            {
                return false;
            }

            var header = reader.ReadByteString();
            if (!IsTreeHeader(header))
            {
                return false;
            }

            byte[]? chain = null, proofs = null;
            for (var count = reader.ReadStartMap(); reader.PeekState() != CborReaderState.EndMap;)
            {
                var label = reader.ReadInt32();
                if (label == StatementSigner.CertificateChainLabel)
                {
                    chain = reader.ReadEncodedValue().ToArray();
                }
                else if (label != ProofsLabel || (proofs = ReadOneProof(reader)) is null)
                {
                    return false;
                }
            }

            reader.ReadEndMap();
            reader.ReadNull();
            var signature = reader.ReadByteString();
            reader.ReadEndArray();
            parts = new Parts(header, chain, proofs, signature);
            return reader.BytesRemaining == 0;
        }
        catch (Exception exception) when (PlatformFault.IsOfBytes(exception))
        {
            return false;
        }
    }

    private static byte[]? ReadOneProof(CborReader reader)
    {
        if (reader.ReadStartMap() != 1 || reader.ReadInt32() != InclusionLabel || reader.ReadStartArray() != 1)
        {
            return null;
        }

        var proof = reader.ReadByteString();
        reader.ReadEndArray();
        reader.ReadEndMap();
        return proof;
    }

    /// <summary>Whether a protected header is exactly an algorithm and the kind of data structure.</summary>
    private static bool IsTreeHeader(byte[] header)
    {
        var reader = new CborReader(header, CborConformanceMode.Strict);
        if (reader.ReadStartMap() != 2)
        {
            return false;
        }

        var (hasAlgorithm, isTree) = (false, false);
        for (var i = 0; i < 2; i++)
        {
            var label = reader.ReadInt32();
            var value = reader.ReadInt32();
            hasAlgorithm |= label == 1;
            isTree |= label == StatementSigner.DataStructureLabel && value == StatementSigner.MerkleTree;
        }

        reader.ReadEndMap();
        return hasAlgorithm && isTree && reader.BytesRemaining == 0;
    }

    private readonly record struct Parts(byte[] Protected, byte[]? Chain, byte[]? Proofs, byte[] Signature);
}
