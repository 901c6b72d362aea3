using System.Buffers.Binary;
using Harmony4.Transport.Crypto.Internal;

namespace Harmony4.Transport.Crypto;

/// <summary>
/// The 16 bytes before every sealed payload: version u8 = 1, suite u8, track u16, seal number u32, ordinal u64, big-endian. They are
/// not secret, and authenticated only by opening the block; until then they merely tell which seal to try.
/// </summary>
/// <param name="Suite">The cipher.</param>
/// <param name="Track">The track's id.</param>
/// <param name="SealNumber">The place of the <c>SEAL</c> chunk among those of its container, from 0.</param>
/// <param name="Ordinal">The block's number within its track, from 0.</param>
public readonly record struct SealedFrame(SealSuite Suite, ushort Track, uint SealNumber, ulong Ordinal)
{
    /// <summary>The length of a frame in bytes: 16.</summary>
    public const int Length = SealLayout.FrameLength;

    /// <summary>The bytes that sealing adds to a block: the frame and a tag of 16 bytes.</summary>
    public const int Overhead = SealLayout.FrameLength + SealLayout.TagLength;

    /// <summary>Reads the frame of a sealed payload.</summary>
    /// <param name="payload">The payload, or at least its first 16 bytes.</param>
    /// <param name="frame">The frame.</param>
    /// <returns><see langword="false"/> when the bytes are too short, or of another version or suite.</returns>
    public static bool TryRead(ReadOnlySpan<byte> payload, out SealedFrame frame)
    {
        frame = default;
        if (payload.Length < Length || payload[0] != SealLayout.FrameVersion
            || (SealSuite)payload[1] is not (SealSuite.Aes256Gcm or SealSuite.ChaCha20Poly1305))
        {
            return false;
        }

        frame = new SealedFrame(
            (SealSuite)payload[1],
            BinaryPrimitives.ReadUInt16BigEndian(payload[2..]),
            BinaryPrimitives.ReadUInt32BigEndian(payload[4..]),
            BinaryPrimitives.ReadUInt64BigEndian(payload[8..]));
        return true;
    }

    /// <summary>Writes the frame.</summary>
    /// <param name="destination">Receives 16 bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is shorter.</exception>
    public void Write(Span<byte> destination)
    {
        if (destination.Length < Length)
        {
            throw new ArgumentException($"A frame needs {Length} bytes.", nameof(destination));
        }

        destination[0] = SealLayout.FrameVersion;
        destination[1] = (byte)Suite;
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], Track);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], SealNumber);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Ordinal);
    }
}
