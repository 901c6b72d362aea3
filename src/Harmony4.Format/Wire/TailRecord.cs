using System.Buffers.Binary;

namespace Harmony4.Format.Internal;

/// <summary>The payload of TAIL: ROOT offset u64, ROOT chunk length u32 with its header, minor u16, zero u16, SHA-256 of the ROOT payload, 'KM4H'.</summary>
internal readonly record struct TailRecord(ulong RootOffset, uint RootLength, ushort Minor, ushort Zero, Sha256Digest RootDigest, uint End = TailRecord.Magic)
{
    public const int Size = 52;

    /// <summary>Bytes of the whole chunk: the last of a 1.1 file.</summary>
    public const int ChunkSize = ChunkHeader.Size + Size;

    public const uint Magic = 0x4B4D3448;
    private const int MagicOffset = 48;

    /// <summary>Whether 64 bytes are a TAIL chunk with a sound CRC: what makes a file that ends in them a 1.1 file.</summary>
    public static bool IsTail(ReadOnlySpan<byte> chunk)
    {
        if (chunk.Length != ChunkSize)
        {
            return false;
        }

        var header = ChunkHeader.Read(chunk);
        var payload = chunk[ChunkHeader.Size..];
        return header.Tag == ChunkTag.Tail
            && header.Length == Size
            && header.Crc == Hashing.Crc32.Compute(payload);
    }

    public static TailRecord Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt64BigEndian(source),
        BinaryPrimitives.ReadUInt32BigEndian(source[8..]),
        BinaryPrimitives.ReadUInt16BigEndian(source[12..]),
        BinaryPrimitives.ReadUInt16BigEndian(source[14..]),
        new Sha256Digest(source.Slice(16, Sha256Digest.SizeInBytes)),
        BinaryPrimitives.ReadUInt32BigEndian(source[MagicOffset..]));

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, RootOffset);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], RootLength);
        BinaryPrimitives.WriteUInt16BigEndian(destination[12..], Minor);
        BinaryPrimitives.WriteUInt16BigEndian(destination[14..], Zero);
        RootDigest.CopyTo(destination[16..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[MagicOffset..], End);
    }
}
