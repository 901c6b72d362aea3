using System.Buffers.Binary;

namespace Harmony4.Format.Internal;

/// <summary>The eight bytes that every container begins with (h4mk-1.0.md section 1): "H4MK", version u16 = 1, reserved u16 = 0.</summary>
internal static class FileHeader
{
    public const int Size = 8;
    public const uint Magic = 0x48344D4B;
    public const ushort Version = 1;
    public const int VersionOffset = 4;
    public const int ReservedOffset = 6;

    /// <summary>Gets the eight bytes.</summary>
    public static ReadOnlySpan<byte> Bytes => "H4MK\0\u0001\0\0"u8;

    /// <summary>Judges a header.</summary>
    /// <exception cref="H4mkFormatException">A field is not what it has to be.</exception>
    public static void Check(ReadOnlySpan<byte> header)
    {
        var magic = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (magic != Magic)
        {
            Throw.BadMagic(magic);
        }

        var version = BinaryPrimitives.ReadUInt16BigEndian(header[VersionOffset..]);
        if (version != Version)
        {
            Throw.BadVersion(version);
        }

        var reserved = BinaryPrimitives.ReadUInt16BigEndian(header[ReservedOffset..]);
        if (reserved != 0)
        {
            Throw.BadReserved(reserved);
        }
    }
}
