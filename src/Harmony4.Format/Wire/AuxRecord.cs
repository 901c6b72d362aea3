using System.Buffers.Binary;

namespace Harmony4.Format.Internal;

/// <summary>What ROOT says of META, SAFE, TRAK, a SEAL or an unknown chunk: tag, length u32, SHA-256 of the payload.</summary>
internal readonly record struct AuxRecord(ChunkTag Tag, uint Length, Sha256Digest Digest)
{
    public const int Size = 40;

    public static AuxRecord Read(ReadOnlySpan<byte> source) => new(
        new ChunkTag(BinaryPrimitives.ReadUInt32BigEndian(source)),
        BinaryPrimitives.ReadUInt32BigEndian(source[4..]),
        new Sha256Digest(source.Slice(8, Sha256Digest.SizeInBytes)));

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, Tag.Value);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], Length);
        Digest.CopyTo(destination[8..]);
    }
}
