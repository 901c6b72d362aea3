using System.Buffers.Binary;

namespace Harmony4.Format.Internal;

/// <summary>What INDX says of one block, and the leaf of its track's Merkle tree: pts u64, duration u32, length u32, link u32, flags u32, SHA-256 of the stored payload.</summary>
internal readonly record struct IndexEntry(ulong Pts, uint Duration, uint Length, uint Link, uint Flags, Sha256Digest Digest)
{
    public const int Size = 56;
    public const int DigestOffset = 24;
    private const int DurationOffset = 8;
    private const int LengthOffset = 12;
    private const int LinkOffset = 16;
    private const int FlagsOffset = 20;

    public bool IsKey => (Flags & (uint)BlockFlags.Key) != 0;

    public static IndexEntry Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt64BigEndian(source),
        BinaryPrimitives.ReadUInt32BigEndian(source[DurationOffset..]),
        BinaryPrimitives.ReadUInt32BigEndian(source[LengthOffset..]),
        BinaryPrimitives.ReadUInt32BigEndian(source[LinkOffset..]),
        BinaryPrimitives.ReadUInt32BigEndian(source[FlagsOffset..]),
        new Sha256Digest(source.Slice(DigestOffset, Sha256Digest.SizeInBytes)));

    public static uint ReadLength(ReadOnlySpan<byte> source) => BinaryPrimitives.ReadUInt32BigEndian(source[LengthOffset..]);

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, Pts);
        BinaryPrimitives.WriteUInt32BigEndian(destination[DurationOffset..], Duration);
        BinaryPrimitives.WriteUInt32BigEndian(destination[LengthOffset..], Length);
        BinaryPrimitives.WriteUInt32BigEndian(destination[LinkOffset..], Link);
        BinaryPrimitives.WriteUInt32BigEndian(destination[FlagsOffset..], Flags);
        Digest.CopyTo(destination[DigestOffset..]);
    }
}
