using System.Buffers.Binary;

namespace Harmony4.Format.Internal;

/// <summary>
/// The structure rules of docs/format/h4mk-1.0.md section 10 and of h4mk-1.1.md, applied chunk by chunk in file order: which chunk may stand
/// where. A plain value, so that a reader's state can hold it.
/// </summary>
internal struct StructureRules
{
    private ushort _seen;
    private Part _part;

    private enum Part : byte
    {
        Start,
        V10,
        AfterVeri,
        V11,
        AfterRoot,
        AfterTail,
    }

    /// <summary>Whether a TRAK at the start, or directly behind VERI, has made the file 1.1.</summary>
    public readonly bool IsV11 => _part >= Part.V11;

    /// <summary>Judges a chunk by its header and what came before it.</summary>
    /// <returns>What is wrong; null when nothing is. The chunk counts as seen either way.</returns>
    public ChunkFault? Check(ChunkTag tag, uint length)
    {
        if (!tag.IsValid)
        {
            return ChunkFault.BadTag(tag);
        }

        var part = _part;
        Advance(tag);
        if (part == Part.AfterTail)
        {
            return ChunkFault.AfterTail;
        }

        if (part >= Part.V11 && FormatTags.IsNearMiss(tag))
        {
            return ChunkFault.NearMiss(tag);
        }

        var bit = IsV11 || !FormatTags.IsSince11(tag) ? FormatTags.SingletonBit(tag) : (ushort)0;
        var isSecond = (_seen & bit) != 0;
        _seen |= bit;
        return isSecond ? ChunkFault.Duplicate
            : part == Part.AfterVeri && tag != ChunkTag.Trak ? ChunkFault.AfterVeri
            : part == Part.AfterRoot && tag != ChunkTag.Sign && tag != ChunkTag.Tail ? ChunkFault.AfterRoot
            : part == Part.V11 && (tag == ChunkTag.Veri || tag == ChunkTag.Sign || tag == ChunkTag.Tail) ? ChunkFault.OutOfPlace
            : LengthFault(tag, length);
    }

    /// <summary>Holds the length of SEEK against the count that its payload begins with.</summary>
    public static ChunkFault? CheckSeekCount(ReadOnlySpan<byte> payload, uint length) => CheckSeekCount(BinaryPrimitives.ReadUInt32BigEndian(payload), length);

    public static ChunkFault? CheckSeekCount(uint entries, uint length) =>
        length == SeekRecord.CountSize + ((ulong)SeekRecord.Size * entries) ? null : ChunkFault.SeekLength(entries, length);

    private static ChunkFault? LengthFault(ChunkTag tag, uint length) =>
        tag == ChunkTag.Veri && length != Sha256Digest.SizeInBytes ? ChunkFault.VeriLength(length)
        : tag == ChunkTag.Seek && length < SeekRecord.CountSize ? ChunkFault.SeekTooShort(length)
        : null;

    private void Advance(ChunkTag tag) => _part = _part switch
    {
        Part.Start => tag == ChunkTag.Trak ? Part.V11 : tag == ChunkTag.Veri ? Part.AfterVeri : Part.V10,
        Part.V10 => tag == ChunkTag.Veri ? Part.AfterVeri : Part.V10,
        Part.AfterVeri => tag == ChunkTag.Trak ? Part.V11 : Part.AfterVeri,
        Part.V11 => tag == ChunkTag.Root ? Part.AfterRoot : Part.V11,
        Part.AfterRoot => tag == ChunkTag.Tail ? Part.AfterTail : Part.AfterRoot,
        _ => _part,
    };
}
