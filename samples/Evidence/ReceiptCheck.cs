using System.Buffers.Binary;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Security.Cryptography.Cose;

namespace Evidence;

/// <summary>What somebody who has no Harmony4 needs to check a receipt: a COSE library, a CBOR reader and SHA-256.</summary>
internal static class ReceiptCheck
{
    // The proofs of a receipt, and the inclusion proofs among them (RFC 9942).
    private const int ProofsLabel = 396;
    private const int InclusionLabel = -1;

    // An index entry: time u64, duration u32, length u32, link u32, flags u32, SHA-256 of the stored bytes.
    private const int EntryLength = 56;
    private const int LengthAt = 12;
    private const int DigestAt = 24;

    /// <summary>Whether the holder of a key has signed a track that has this block, and where in the track it is.</summary>
    /// <param name="receipt">The receipt.</param>
    /// <param name="entry">The block's entry, which says when it plays and what its bytes hash to.</param>
    /// <param name="block">The block as it is stored.</param>
    /// <param name="key">The signer's public key.</param>
    /// <param name="index">The block's place, from 0.</param>
    public static bool Holds(byte[] receipt, byte[] entry, byte[] block, ECDsa key, out long index)
    {
        var message = CoseMessage.DecodeSign1(receipt);
        var reader = new CborReader(message.UnprotectedHeaders[new CoseHeaderLabel(ProofsLabel)].EncodedValue);
        if (reader.ReadStartMap() != 1 || reader.ReadInt32() != InclusionLabel || reader.ReadStartArray() != 1)
        {
            throw new CborContentException("expected one inclusion proof");
        }

        var proof = new CborReader(reader.ReadByteString());
        proof.ReadStartArray();
        var size = proof.ReadInt64();
        index = proof.ReadInt64();
        var path = new List<byte[]>();
        for (var left = proof.ReadStartArray(); left > 0; left--)
        {
            path.Add(proof.ReadByteString());
        }

        return entry.Length == EntryLength
            && BinaryPrimitives.ReadUInt32BigEndian(entry.AsSpan(LengthAt)) == block.Length
            && SHA256.HashData(block).AsSpan().SequenceEqual(entry.AsSpan(DigestAt))
            && RootOf(entry, index, size, path) is { } root
            && message.VerifyDetached(key, root);
    }

    /// <summary>The root that a path leads to from a record (RFC 9162, section 2.1.3.2); null when it does not fit the tree.</summary>
    private static byte[]? RootOf(byte[] record, long index, long size, List<byte[]> path)
    {
        var (first, last) = (index, size - 1);
        var node = SHA256.HashData([0, .. record]);
        foreach (var step in path)
        {
            if (last == 0)
            {
                return null;
            }

            if ((first & 1) == 1 || first == last)
            {
                node = SHA256.HashData([1, .. step, .. node]);
                while ((first & 1) == 0 && first != 0)
                {
                    (first, last) = (first >> 1, last >> 1);
                }
            }
            else
            {
                node = SHA256.HashData([1, .. node, .. step]);
            }

            (first, last) = (first >> 1, last >> 1);
        }

        return index >= 0 && index < size && last == 0 ? node : null;
    }
}
