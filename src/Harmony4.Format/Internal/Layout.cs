namespace Harmony4.Format.Internal;

/// <summary>Sizes and offsets of the wire format, version 1.0 (docs/format/h4mk-1.0.md).</summary>
internal static class Layout
{
    // Section 1: file header.
    public const uint Magic = 0x48344D4B;
    public const ushort Version = 1;
    public const int FileHeaderLength = 8;
    public const int VersionOffset = 4;
    public const int ReservedOffset = 6;

    // Section 2: chunk header.
    public const int ChunkHeaderLength = 12;
    public const int LengthOffset = 4;
    public const int CrcOffset = 8;
    public const byte FirstTagByte = 0x21;
    public const byte LastTagByte = 0x7E;
    public const int VeriLength = 32;

    // Section 3: SEEK payload.
    public const int SeekCountLength = 4;
    public const int SeekEntryLength = 16;
    public const int SeekEntryOffsetOffset = 8;
    public const int MaxSeekEntries = (int)((uint.MaxValue - SeekCountLength) / SeekEntryLength);

    /// <summary>Reads up to this many bytes past a chunk header are cheaper than a second read.</summary>
    public const int PageLength = 4096;
}
