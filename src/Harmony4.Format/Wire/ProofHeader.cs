using System.Buffers.Binary;

namespace Harmony4.Format.Internal;

/// <summary>What a proof begins with: 'H4P1', kind u8, zero u8, then the position of the track in ROOT u16, in an extension proof the track count.</summary>
internal readonly record struct ProofHeader(ProofKind Kind, ushort Tracks)
{
    public const int Size = 8;
    public const uint Magic = 0x48345031;

    /// <summary>Reads a header; false when it is no proof of a known kind.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out ProofHeader header)
    {
        header = default;
        if (source.Length < Size || BinaryPrimitives.ReadUInt32BigEndian(source) != Magic || source[5] != 0
            || source[4] is < (byte)ProofKind.Block or > (byte)ProofKind.Extension)
        {
            return false;
        }

        header = new ProofHeader((ProofKind)source[4], BinaryPrimitives.ReadUInt16BigEndian(source[6..]));
        return true;
    }

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, Magic);
        destination[4] = (byte)Kind;
        destination[5] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(destination[6..], Tracks);
    }
}
