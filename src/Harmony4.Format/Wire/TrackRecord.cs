using System.Buffers.Binary;

namespace Harmony4.Format.Internal;

/// <summary>
/// What ROOT says of a track: id u16, zero u16, block count u32, key count u32, last key ordinal u32 (all ones: no keyframe),
/// payload bytes u64, first pts u64, end pts u64, Merkle root.
/// </summary>
internal readonly record struct TrackRecord
{
    public const int Size = 72;

    /// <summary>All ones: no ordinal.</summary>
    public const uint None = uint.MaxValue;

    public required ushort Id { get; init; }

    public required uint BlockCount { get; init; }

    public required uint KeyCount { get; init; }

    public required uint LastKey { get; init; }

    public required ulong PayloadLength { get; init; }

    public required ulong FirstPts { get; init; }

    public required ulong EndPts { get; init; }

    public required Sha256Digest Root { get; init; }

    /// <summary>Reads a record; false when its zero field is not 0.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out TrackRecord record)
    {
        record = new TrackRecord
        {
            Id = BinaryPrimitives.ReadUInt16BigEndian(source),
            BlockCount = BinaryPrimitives.ReadUInt32BigEndian(source[4..]),
            KeyCount = BinaryPrimitives.ReadUInt32BigEndian(source[8..]),
            LastKey = BinaryPrimitives.ReadUInt32BigEndian(source[12..]),
            PayloadLength = BinaryPrimitives.ReadUInt64BigEndian(source[16..]),
            FirstPts = BinaryPrimitives.ReadUInt64BigEndian(source[24..]),
            EndPts = BinaryPrimitives.ReadUInt64BigEndian(source[32..]),
            Root = new Sha256Digest(source.Slice(40, Sha256Digest.SizeInBytes)),
        };
        return BinaryPrimitives.ReadUInt16BigEndian(source[2..]) == 0;
    }

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, Id);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], 0);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], BlockCount);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], KeyCount);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], LastKey);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], PayloadLength);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], FirstPts);
        BinaryPrimitives.WriteUInt64BigEndian(destination[32..], EndPts);
        Root.CopyTo(destination[40..]);
    }
}
