using System.Buffers.Binary;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>Makes Ogg pages and the headers of what they carry.</summary>
internal static class OggPages
{
    public const int None = 0;
    public const int Continued = 1;
    public const int First = 2;
    public const int Last = 4;

    // 312 samples of pre-skip.
    public static readonly byte[] OpusHead = [.. "OpusHead\u0001\u0002"u8, 0x38, 0x01, .. new byte[7]];

    // 8 kHz, without block sizes; blocks of 256 and 2,048 samples.
    public static readonly byte[] VorbisHead = [1, .. "vorbis"u8, .. new byte[5], 0x40, 0x1F, 0, 0, .. new byte[14]];
    public static readonly byte[] SizedVorbisHead = [.. VorbisHead[..28], 0xB8, 1];

    // 25 frames a second; granules shifted by 6 bits.
    public static readonly byte[] TheoraHead = [0x80, .. "theora"u8, 3, 2, 1, .. new byte[12], 0, 0, 0, 25, 0, 0, 0, 1, .. new byte[11], 0xC0];

    // 30 frames a second.
    public static readonly byte[] Vp8Head = [.. "OVP80\u0001"u8, .. new byte[12], 0, 0, 0, 30, 0, 0, 0, 1];

    // 16 kHz, two frames of 320 samples in a packet.
    public static readonly byte[] SpeexHead = [.. "Speex   "u8, .. new byte[28], 0x80, 0x3E, 0, 0, .. new byte[16], 0x40, 1, 0, 0, .. new byte[4], 2, .. new byte[15]];

    // 44.1 kHz.
    public static readonly byte[] FlacHead = [0x7F, .. "FLAC"u8, 1, 0, 0, 1, .. new byte[18], 0x0A, 0xC4, 0x42, 0xF0];

    public static byte[] Page(int flags, long granule, uint sequence, params byte[][] packets) => PageOf(1, flags, granule, sequence, ends: true, packets);

    public static byte[] PageOf(uint serial, int flags, long granule, uint sequence, bool ends, params byte[][] packets)
    {
        var lacing = packets.SelectMany((p, i) => Enumerable.Repeat((byte)255, p.Length / 255).Concat(ends || i < packets.Length - 1 ? [(byte)(p.Length % 255)] : [])).ToArray();
        var header = new byte[27];
        "OggS"u8.CopyTo(header);
        header[5] = (byte)flags;
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(6), granule);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(14), serial);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(18), sequence);
        header[26] = (byte)lacing.Length;
        return [.. header, .. lacing, .. packets.SelectMany(p => p)];
    }

    /// <summary>Makes a Vorbis setup header that ends with modes of short and long blocks.</summary>
    public static byte[] VorbisSetup(params bool[] areLong)
    {
        // Whole bytes in front, so that the modes begin within one.
        var bits = new List<bool>(Enumerable.Range(0, 5).Select(i => i % 2 == 0));
        void Write(int value, int count) => bits.AddRange(Enumerable.Range(0, count).Select(i => ((value >> i) & 1) != 0));
        Write(areLong.Length - 1, 6);
        foreach (var isLong in areLong)
        {
            Write(isLong ? 1 : 0, 1);
            Write(0, 16);
            Write(0, 16);
            Write(isLong ? 1 : 0, 8);
        }

        Write(1, 1);
        var bytes = new byte[(bits.Count + 7) / 8];
        for (var i = 0; i < bits.Count; i++)
        {
            bytes[i / 8] |= (byte)(bits[i] ? 1 << (i % 8) : 0);
        }

        return [5, .. "vorbis"u8, .. Enumerable.Range(0, 500).Select(i => (byte)(i * 7)), .. bytes];
    }

    /// <summary>Makes a FLAC frame of 2^code samples: a header with its checksum, and a byte behind it.</summary>
    public static byte[] FlacFrame(int code)
    {
        byte[] header = [0xFF, 0xF8, (byte)(code << 4), 0x08, 0];
        var crc = 0;
        foreach (var value in header)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc << 1) ^ ((crc & 0x80) != 0 ? 0x107 : 0);
            }
        }

        return [.. header, (byte)crc, 1];
    }
}
