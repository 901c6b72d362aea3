using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Harmony4.Format.Internal;

/// <summary>Where every format error is worded, so that no message text stands in a hot path.</summary>
[StackTraceHidden]
internal static class Throw
{
    [DoesNotReturn]
    public static void Short(long length) =>
        throw new H4mkFormatException(H4mkErrorCode.TooShort, 0, Text($"expected a file header of {Layout.FileHeaderLength} bytes, found {length}"));

    [DoesNotReturn]
    public static void BadMagic(uint found) =>
        throw new H4mkFormatException(H4mkErrorCode.BadMagic, 0, Text($"expected the magic 0x{Layout.Magic:x8} \"H4MK\", found 0x{found:x8}"));

    [DoesNotReturn]
    public static void BadVersion(ushort found) =>
        throw new H4mkFormatException(H4mkErrorCode.BadVersion, Layout.VersionOffset, Text($"expected version {Layout.Version}, found {found}"));

    [DoesNotReturn]
    public static void BadReserved(ushort found) =>
        throw new H4mkFormatException(H4mkErrorCode.BadReserved, Layout.ReservedOffset, Text($"expected 0 in the reserved field, found 0x{found:x4}"));

    [DoesNotReturn]
    public static void BadTag(long offset, ChunkTag tag) =>
        throw new H4mkFormatException(H4mkErrorCode.BadTag, offset, Text($"expected a chunk tag of bytes 0x21 to 0x7e, found {tag}"));

    [DoesNotReturn]
    public static void Overrun(long offset, ChunkTag tag, uint length, long left) =>
        throw new H4mkFormatException(H4mkErrorCode.Overrun, offset, Text($"expected a payload of {length} bytes, found {left} before the end of the file"), tag);

    [DoesNotReturn]
    public static void Trailing(long offset, long count) =>
        throw new H4mkFormatException(H4mkErrorCode.Trailing, offset, Text($"expected a chunk header of {Layout.ChunkHeaderLength} bytes or the end of the file, found {count} bytes"));

    [DoesNotReturn]
    public static void Duplicate(long offset, ChunkTag tag) =>
        throw new H4mkFormatException(H4mkErrorCode.Duplicate, offset, "expected one such chunk, found a second", tag);

    [DoesNotReturn]
    public static void AfterVeri(long offset, ChunkTag tag) =>
        throw new H4mkFormatException(H4mkErrorCode.AfterVeri, offset, "expected the end of the file after VERI, found a chunk", tag);

    [DoesNotReturn]
    public static void VeriLength(long offset, uint length) =>
        throw new H4mkFormatException(H4mkErrorCode.BadLength, offset, Text($"expected a payload of {Layout.VeriLength} bytes, found {length}"), ChunkTag.Veri);

    [DoesNotReturn]
    public static void SeekTooShort(long offset, uint length) =>
        throw new H4mkFormatException(H4mkErrorCode.BadLength, offset, Text($"expected an entry count of {Layout.SeekCountLength} bytes, found a payload of {length}"), ChunkTag.Seek);

    [DoesNotReturn]
    public static void SeekLength(long offset, uint count, uint length) =>
        throw new H4mkFormatException(
            H4mkErrorCode.BadLength,
            offset,
            Text($"expected a payload of {Layout.SeekCountLength + ((long)Layout.SeekEntryLength * count)} bytes for {count} entries, found {length}"),
            ChunkTag.Seek);

    [DoesNotReturn]
    public static void Crc(in ChunkInfo chunk, uint found) =>
        throw new H4mkFormatException(H4mkErrorCode.Crc, chunk.Offset, CrcDetail(chunk.Crc, found), chunk.Tag);

    [DoesNotReturn]
    public static void Json(in ChunkInfo chunk) =>
        throw new H4mkFormatException(H4mkErrorCode.Json, chunk.Offset, JsonDetail, chunk.Tag);

    [DoesNotReturn]
    public static void Limit(in ChunkInfo chunk, long limit) =>
        throw new H4mkFormatException(H4mkErrorCode.BadLength, chunk.Offset, Text($"expected a payload of at most {limit} bytes (a limit of the options), found {chunk.Length}"), chunk.Tag);

    [DoesNotReturn]
    public static void SeekOrder(long offset, int index, ulong previous, ulong pts) =>
        throw new H4mkFormatException(H4mkErrorCode.SeekOrder, offset, SeekOrderDetail(index, previous, pts), ChunkTag.Seek);

    [DoesNotReturn]
    public static void Changed(long offset, ChunkTag tag) =>
        throw new H4mkFormatException(H4mkErrorCode.Overrun, offset, "expected the bytes that were there when the file was opened, found others or the end of the file", tag);

    [DoesNotReturn]
    public static void Shrunk(long offset, long length) =>
        throw new H4mkFormatException(H4mkErrorCode.Overrun, offset, Text($"expected the {length} bytes that were there when the file was opened, found its end"));

    public const string JsonDetail = "expected a JSON object, found other bytes";

    public static string CrcDetail(uint expected, uint found) => Text($"expected CRC-32 {expected:x8}, found {found:x8}");

    public static string SeekOrderDetail(int index, ulong previous, ulong pts) =>
        Text($"expected a time above {previous} us in entry {index}, found {pts}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
