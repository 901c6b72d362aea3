using System.Globalization;

namespace Harmony4.Format.Internal;

/// <summary>What is wrong with a chunk where it stands: thrown by a reader, listed by a verification.</summary>
internal sealed record ChunkFault(H4mkErrorCode Code, string Message)
{
    public static ChunkFault Duplicate { get; } = new(H4mkErrorCode.Duplicate, "expected one such chunk, found a second");

    public static ChunkFault AfterVeri { get; } = new(H4mkErrorCode.AfterVeri, "expected the end of the file or TRAK after VERI, found another chunk");

    public static ChunkFault AfterRoot { get; } = new(H4mkErrorCode.Order, "expected SIGN or TAIL after ROOT, found another chunk");

    public static ChunkFault AfterTail { get; } = new(H4mkErrorCode.Order, "expected the end of the file after TAIL, found a chunk");

    public static ChunkFault OutOfPlace { get; } = new(H4mkErrorCode.Order, "expected another chunk at this place");

    public static ChunkFault BadTag(ChunkTag tag) => new(H4mkErrorCode.BadTag, $"expected a chunk tag of bytes 0x21 to 0x7e, found {tag}");

    public static ChunkFault NearMiss(ChunkTag tag) => new(H4mkErrorCode.BadTag, $"expected a chunk tag, found {tag}, which is one bit away from a tag of the format");

    public static ChunkFault VeriLength(uint length) => new(H4mkErrorCode.BadLength, Text($"expected a payload of {Sha256Digest.SizeInBytes} bytes, found {length}"));

    public static ChunkFault SeekTooShort(uint length) => new(H4mkErrorCode.BadLength, Text($"expected an entry count of {SeekRecord.CountSize} bytes, found a payload of {length}"));

    public static ChunkFault SeekLength(uint count, uint length) => new(
        H4mkErrorCode.BadLength,
        Text($"expected a payload of {SeekRecord.CountSize + ((long)SeekRecord.Size * count)} bytes for {count} entries, found {length}"));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
