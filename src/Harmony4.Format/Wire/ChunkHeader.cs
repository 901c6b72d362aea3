using System.Buffers.Binary;
using System.Security.Cryptography;
using Harmony4.Hashing;

namespace Harmony4.Format.Internal;

/// <summary>What stands before every payload (h4mk-1.0.md section 2): tag, length u32, CRC-32 of the payload.</summary>
internal readonly record struct ChunkHeader(ChunkTag Tag, uint Length, uint Crc)
{
    public const int Size = 12;
    private const int LengthOffset = 4;
    private const int CrcOffset = 8;

    public static ChunkHeader Read(ReadOnlySpan<byte> source) => new(
        new ChunkTag(BinaryPrimitives.ReadUInt32BigEndian(source)),
        BinaryPrimitives.ReadUInt32BigEndian(source[LengthOffset..]),
        BinaryPrimitives.ReadUInt32BigEndian(source[CrcOffset..]));

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, Tag.Value);
        BinaryPrimitives.WriteUInt32BigEndian(destination[LengthOffset..], Length);
        BinaryPrimitives.WriteUInt32BigEndian(destination[CrcOffset..], Crc);
    }

    /// <summary>Hashes a whole chunk.</summary>
    public static void HashChunk(ChunkTag tag, ReadOnlySpan<byte> payload, IncrementalHash hash)
    {
        Span<byte> header = stackalloc byte[Size];
        new ChunkHeader(tag, (uint)payload.Length, Crc32.Compute(payload)).Write(header);
        hash.AppendData(header);
        hash.AppendData(payload);
    }

    public ChunkInfo At(long offset) => new() { Tag = Tag, Offset = offset, Length = Length, Crc = Crc };
}
