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
        throw new H4mkFormatException(H4mkErrorCode.TooShort, 0, Text($"expected a file header of {FileHeader.Size} bytes, found {length}"));

    [DoesNotReturn]
    public static void BadMagic(uint found) =>
        throw new H4mkFormatException(H4mkErrorCode.BadMagic, 0, Text($"expected the magic 0x{FileHeader.Magic:x8} \"H4MK\", found 0x{found:x8}"));

    [DoesNotReturn]
    public static void BadVersion(ushort found) =>
        throw new H4mkFormatException(H4mkErrorCode.BadVersion, FileHeader.VersionOffset, Text($"expected version {FileHeader.Version}, found {found}"));

    [DoesNotReturn]
    public static void BadReserved(ushort found) =>
        throw new H4mkFormatException(H4mkErrorCode.BadReserved, FileHeader.ReservedOffset, Text($"expected 0 in the reserved field, found 0x{found:x4}"));

    [DoesNotReturn]
    public static void Overrun(long offset, ChunkTag tag, uint length, long left) =>
        throw new H4mkFormatException(H4mkErrorCode.Overrun, offset, Text($"expected a payload of {length} bytes, found {left} before the end of the file"), tag);

    [DoesNotReturn]
    public static void Trailing(long offset, long count) =>
        throw new H4mkFormatException(H4mkErrorCode.Trailing, offset, Text($"expected a chunk header of {ChunkHeader.Size} bytes or the end of the file, found {count} bytes"));

    [DoesNotReturn]
    public static void Fault(ChunkFault fault, long offset, ChunkTag? tag) => throw new H4mkFormatException(fault.Code, offset, fault.Message, tag);

    [DoesNotReturn]
    public static void Bad(H4mkErrorCode code, long offset, ChunkTag tag, string detail) => throw new H4mkFormatException(code, offset, detail, tag);

    [DoesNotReturn]
    public static void Crc(in ChunkInfo chunk, uint found) =>
        throw new H4mkFormatException(H4mkErrorCode.Crc, chunk.Offset, CrcDetail(chunk.Crc.GetValueOrDefault(), found), chunk.Tag);

    [DoesNotReturn]
    public static void Json(in ChunkInfo chunk) =>
        throw new H4mkFormatException(H4mkErrorCode.Json, chunk.Offset, JsonDetail, chunk.Tag);

    [DoesNotReturn]
    public static void TooDeep(in ChunkInfo chunk, int limit) =>
        throw new H4mkFormatException(H4mkErrorCode.Limit, chunk.Offset, TooDeepDetail(limit), chunk.Tag);

    [DoesNotReturn]
    public static void Limit(in ChunkInfo chunk, long limit) => throw LimitOf(chunk, limit);

    public static H4mkFormatException LimitOf(in ChunkInfo chunk, long limit) =>
        new(H4mkErrorCode.Limit, chunk.Offset, Text($"expected a payload of at most {limit} bytes (a limit of the options), found {chunk.Length}"), chunk.Tag);

    [DoesNotReturn]
    public static void SeekOrder(long offset, int index, ulong previous, ulong pts) =>
        throw new H4mkFormatException(H4mkErrorCode.SeekOrder, offset, SeekOrderDetail(index, previous, pts), ChunkTag.Seek);

    [DoesNotReturn]
    public static void Changed(long offset, ChunkTag tag) =>
        throw new H4mkFormatException(H4mkErrorCode.Overrun, offset, "expected the bytes that were there when the file was opened, found others or the end of the file", tag);

    [DoesNotReturn]
    public static void Shrunk(long offset, long length) =>
        throw new H4mkFormatException(H4mkErrorCode.Overrun, offset, Text($"expected the {length} bytes that were there when the file was opened, found its end"));

    [DoesNotReturn]
    public static void Proof(long offset, string detail) => throw new H4mkFormatException(H4mkErrorCode.Proof, offset, detail);

    public static string TooDeepDetail(int limit) => Text($"expected at most {limit} levels (a limit of the options), found more");

    public const string JsonDetail = "expected a JSON object, found other bytes";

    public static string CrcDetail(uint expected, uint found) => Text($"expected CRC-32 {expected:x8}, found {found:x8}");

    public static string SeekOrderDetail(int index, ulong previous, ulong pts) =>
        Text($"expected a time above {previous} us in entry {index}, found {pts}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
