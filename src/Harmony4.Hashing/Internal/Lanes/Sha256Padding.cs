using System.Buffers.Binary;

namespace Harmony4.Hashing.Internal.Lanes;

/// <summary>The padding of FIPS 180-4, section 5.1.1.</summary>
internal static class Sha256Padding
{
    /// <summary>Writes a message's last bytes with their padding.</summary>
    /// <param name="rest">What follows the message's whole blocks: 0…63 bytes.</param>
    /// <param name="messageLength">The whole message's length in bytes.</param>
    /// <param name="tail">Two blocks.</param>
    /// <returns>The blocks used: 1 or 2.</returns>
    public static int WriteTail(ReadOnlySpan<byte> rest, long messageLength, Span<byte> tail)
    {
        var count = rest.Length + Sha256Constants.MinPadding <= Sha256Constants.BlockSize ? 1 : 2;
        tail = tail[..(count * Sha256Constants.BlockSize)];
        rest.CopyTo(tail);
        tail[rest.Length] = 0x80;
        tail[(rest.Length + 1)..].Clear();
        BinaryPrimitives.WriteUInt64BigEndian(tail[^sizeof(ulong)..], (ulong)messageLength * 8);
        return count;
    }
}
