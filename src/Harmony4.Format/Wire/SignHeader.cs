using System.Buffers.Binary;

namespace Harmony4.Format.Internal;

/// <summary>What SIGN begins with: kind u8, zero u8, key-hint length u16. The hint follows, then the body.</summary>
internal readonly record struct SignHeader(byte Kind, ushort HintLength)
{
    public const int Size = 4;

    /// <summary>Reads the header of a SIGN payload; false when the payload is too short for it and its hint, or its zero field is not 0.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out SignHeader header)
    {
        header = default;
        if (payload.Length < Size || payload[1] != 0)
        {
            return false;
        }

        header = new SignHeader(payload[0], BinaryPrimitives.ReadUInt16BigEndian(payload[2..]));
        return Size + header.HintLength <= payload.Length;
    }
}
