using System.Buffers.Binary;

namespace Harmony4.Format.Internal;

/// <summary>The structure rules of docs/format/h4mk-1.0.md section 10, applied chunk by chunk in file order. A plain value, so that a reader's state can hold it.</summary>
internal struct StructureRules
{
    private Singletons _seen;

    [Flags]
    private enum Singletons : byte
    {
        None = 0,
        Seek = 1,
        Meta = 2,
        Safe = 4,
        Veri = 8,
    }

    public static void CheckFileHeader(ReadOnlySpan<byte> header)
    {
        var magic = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (magic != Layout.Magic)
        {
            Throw.BadMagic(magic);
        }

        var version = BinaryPrimitives.ReadUInt16BigEndian(header[Layout.VersionOffset..]);
        if (version != Layout.Version)
        {
            Throw.BadVersion(version);
        }

        var reserved = BinaryPrimitives.ReadUInt16BigEndian(header[Layout.ReservedOffset..]);
        if (reserved != 0)
        {
            Throw.BadReserved(reserved);
        }
    }

    /// <summary>Judges a chunk by its header and what came before it.</summary>
    public void CheckChunk(ChunkTag tag, long offset, uint length)
    {
        if (!tag.IsValid)
        {
            Throw.BadTag(offset, tag);
        }

        var kind = tag == ChunkTag.Core ? Singletons.None
            : tag == ChunkTag.Seek ? Singletons.Seek
            : tag == ChunkTag.Meta ? Singletons.Meta
            : tag == ChunkTag.Safe ? Singletons.Safe
            : tag == ChunkTag.Veri ? Singletons.Veri
            : Singletons.None;
        if ((_seen & kind) != 0)
        {
            Throw.Duplicate(offset, tag);
        }

        if ((_seen & Singletons.Veri) != 0)
        {
            Throw.AfterVeri(offset, tag);
        }

        _seen |= kind;
        if (kind == Singletons.Veri && length != Layout.VeriLength)
        {
            Throw.VeriLength(offset, length);
        }

        if (kind == Singletons.Seek && length < Layout.SeekCountLength)
        {
            Throw.SeekTooShort(offset, length);
        }
    }

    /// <summary>Holds the length of SEEK against the count that its payload begins with.</summary>
    public static void CheckSeekCount(ReadOnlySpan<byte> payload, long offset, uint length) =>
        CheckSeekCount(BinaryPrimitives.ReadUInt32BigEndian(payload), offset, length);

    public static void CheckSeekCount(uint entries, long offset, uint length)
    {
        if (length != Layout.SeekCountLength + ((ulong)Layout.SeekEntryLength * entries))
        {
            Throw.SeekLength(offset, entries, length);
        }
    }
}
