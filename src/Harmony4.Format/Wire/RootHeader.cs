using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Harmony4.Format.Internal;

/// <summary>
/// The first 128 bytes of ROOT, the only ones that a signature covers: 'H4R1', minor u16, hash u8, page log2 u8, track count u16,
/// aux count u16, zero u32, block count u64, payload bytes u64, tracks root, aux root, SHA-256 of the page records.
/// </summary>
internal readonly record struct RootHeader
{
    public const int Size = 128;
    public const uint Magic = 0x48345231;
    public const ushort Minor = 1;
    public const byte Sha256 = 1;

    public required byte PageLog2 { get; init; }

    public required ushort TrackCount { get; init; }

    public required ushort AuxCount { get; init; }

    public required ulong BlockCount { get; init; }

    public required ulong PayloadLength { get; init; }

    public required Sha256Digest TracksRoot { get; init; }

    public required Sha256Digest AuxRoot { get; init; }

    public required Sha256Digest PagesDigest { get; init; }

    /// <summary>The container's identity: SHA-256 of the header's bytes.</summary>
    public static Sha256Digest IdentityOf(ReadOnlySpan<byte> header)
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.SizeInBytes];
        SHA256.HashData(header[..Size], digest);
        return new Sha256Digest(digest);
    }

    /// <summary>Reads a header; false when a field that has one value has another.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out RootHeader header)
    {
        header = new RootHeader
        {
            PageLog2 = source[7],
            TrackCount = BinaryPrimitives.ReadUInt16BigEndian(source[8..]),
            AuxCount = BinaryPrimitives.ReadUInt16BigEndian(source[10..]),
            BlockCount = BinaryPrimitives.ReadUInt64BigEndian(source[16..]),
            PayloadLength = BinaryPrimitives.ReadUInt64BigEndian(source[24..]),
            TracksRoot = new Sha256Digest(source.Slice(32, Sha256Digest.SizeInBytes)),
            AuxRoot = new Sha256Digest(source.Slice(64, Sha256Digest.SizeInBytes)),
            PagesDigest = new Sha256Digest(source.Slice(96, Sha256Digest.SizeInBytes)),
        };
        return BinaryPrimitives.ReadUInt32BigEndian(source) == Magic
            && BinaryPrimitives.ReadUInt16BigEndian(source[4..]) == Minor
            && source[6] == Sha256
            && BinaryPrimitives.ReadUInt32BigEndian(source[12..]) == 0;
    }

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, Magic);
        BinaryPrimitives.WriteUInt16BigEndian(destination[4..], Minor);
        destination[6] = Sha256;
        destination[7] = PageLog2;
        BinaryPrimitives.WriteUInt16BigEndian(destination[8..], TrackCount);
        BinaryPrimitives.WriteUInt16BigEndian(destination[10..], AuxCount);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], 0);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], BlockCount);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], PayloadLength);
        TracksRoot.CopyTo(destination[32..]);
        AuxRoot.CopyTo(destination[64..]);
        PagesDigest.CopyTo(destination[96..]);
    }
}
