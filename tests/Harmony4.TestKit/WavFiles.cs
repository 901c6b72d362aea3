using System.Buffers.Binary;

namespace Harmony4.TestKit;

/// <summary>WAVE files in all their forms.</summary>
public static class WavFiles
{
    private static readonly byte[] Riff64 = [0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0, 0];
    private static readonly byte[] Wave64 = [0xF3, 0xAC, 0xD3, 0x11, 0x8C, 0xD1, 0x00, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A];

    private static readonly byte[] SubFormat = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];

    /// <summary>Makes one, of a form among RIFF, RF64, BW64 and W64, with a chunk of odd length in front of the format.</summary>
    public static byte[] Make(string form, byte[] samples, int rate = 8000, int channels = 1, int bits = 16, int tag = 1, int? align = null, long? length = null, bool isExtensible = false)
    {
        var format = new byte[isExtensible ? 40 : 16];
        BinaryPrimitives.WriteUInt16LittleEndian(format, (ushort)(isExtensible ? 0xFFFE : tag));
        if (isExtensible)
        {
            // The size of what follows, the valid bits, the speakers, and the code as the first field of an identifier.
            BinaryPrimitives.WriteUInt16LittleEndian(format.AsSpan(16), 22);
            BinaryPrimitives.WriteUInt16LittleEndian(format.AsSpan(18), (ushort)bits);
            BinaryPrimitives.WriteInt32LittleEndian(format.AsSpan(20), channels);
            BinaryPrimitives.WriteUInt16LittleEndian(format.AsSpan(24), (ushort)tag);
            SubFormat.CopyTo(format, 26);
        }

        BinaryPrimitives.WriteUInt16LittleEndian(format.AsSpan(2), (ushort)channels);
        BinaryPrimitives.WriteInt32LittleEndian(format.AsSpan(4), rate);
        BinaryPrimitives.WriteInt32LittleEndian(format.AsSpan(8), rate * channels * bits / 8);
        BinaryPrimitives.WriteUInt16LittleEndian(format.AsSpan(12), (ushort)(align ?? (channels * bits / 8)));
        BinaryPrimitives.WriteUInt16LittleEndian(format.AsSpan(14), (ushort)bits);
        var count = length ?? samples.Length;
        if (form == "W64")
        {
            return
            [
                .. "riff"u8, .. Riff64, .. U64(0), .. "wave"u8, .. Wave64,
                .. Chunk64("list", [1, 2, 3], 3), .. new byte[5], .. Chunk64("fmt ", format, format.Length), .. Chunk64("data", samples, count),
            ];
        }

        var isLong = form is not ("RIFF" or "RIFX");
        byte[] sizes = [.. U64(0), .. U64(count), .. U64(0), 0, 0, 0, 0];
        return
        [
            .. System.Text.Encoding.ASCII.GetBytes(form), 0xFF, 0xFF, 0xFF, 0xFF, .. "WAVE"u8, .. isLong ? Chunk("ds64", sizes, sizes.Length) : [],
            .. Chunk("LIST", [1, 2, 3], 3), 0, .. Chunk("fmt ", format, format.Length), .. Chunk("data", samples, isLong ? uint.MaxValue : count),
        ];
    }

    private static byte[] U64(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Chunk(string name, byte[] body, long length) => [.. System.Text.Encoding.ASCII.GetBytes(name), .. U64(length).AsSpan(0, 4), .. body];

    private static byte[] Chunk64(string name, byte[] body, long length) => [.. System.Text.Encoding.ASCII.GetBytes(name), .. Wave64, .. U64(length + 24), .. body];
}
