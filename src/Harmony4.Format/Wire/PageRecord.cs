using System.Buffers.Binary;

namespace Harmony4.Format.Internal;

/// <summary>What ROOT says of a page: first key pts u64 (a page without a key carries the next page's; all ones if none follows), stream offset u64, page root.</summary>
internal readonly record struct PageRecord(ulong FirstKeyPts, ulong StreamOffset, Sha256Digest Root)
{
    public const int Size = 48;

    /// <summary>All ones: no keyframe in this page or after it.</summary>
    public const ulong NoKey = ulong.MaxValue;

    public static PageRecord Read(ReadOnlySpan<byte> source) => new(
        ReadFirstKeyPts(source),
        BinaryPrimitives.ReadUInt64BigEndian(source[8..]),
        new Sha256Digest(source.Slice(16, Sha256Digest.SizeInBytes)));

    public static ulong ReadFirstKeyPts(ReadOnlySpan<byte> source) => BinaryPrimitives.ReadUInt64BigEndian(source);

    public static ulong ReadStreamOffset(ReadOnlySpan<byte> source) => BinaryPrimitives.ReadUInt64BigEndian(source[8..]);

    public static ReadOnlySpan<byte> RootOf(ReadOnlySpan<byte> source) => source.Slice(16, Sha256Digest.SizeInBytes);

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, FirstKeyPts);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], StreamOffset);
        Root.CopyTo(destination[16..]);
    }
}
