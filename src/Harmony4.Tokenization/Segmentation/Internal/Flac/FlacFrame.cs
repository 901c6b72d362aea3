namespace Harmony4.Tokenization.Internal;

/// <summary>The header of a FLAC frame (RFC 9639, 9.1).</summary>
internal readonly struct FlacFrame
{
    public const int LongestHeader = 16;

    /// <summary>Gets the bytes of the header; 0 for bytes that are none.</summary>
    public int HeaderLength { get; private init; }

    /// <summary>Gets whether <see cref="Number"/> counts samples, and not frames.</summary>
    public bool CountsSamples { get; private init; }

    public ulong Number { get; private init; }

    /// <summary>Gets how many samples the frame has of each channel.</summary>
    public int Samples { get; private init; }

    /// <summary>Gets the samples per second; 0 where the stream's own say it.</summary>
    public uint SampleRate { get; private init; }

    public int Channels { get; private init; }

    /// <summary>Reads a header, which its own checksum guards.</summary>
    public static FlacFrame Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 6 || bytes[0] != 0xFF || (bytes[1] & 0xFE) != 0xF8 || (bytes[3] & 1) != 0 || !TryReadNumber(bytes[4..], out var number, out var at))
        {
            return default;
        }

        at += 4;
        int size = bytes[2] >> 4, rate = bytes[2] & 0xF, channels = bytes[3] >> 4, bits = (bytes[3] >> 1) & 7;
        var extra = (size == 6 ? 1 : size == 7 ? 2 : 0) + (rate == 12 ? 1 : rate is 13 or 14 ? 2 : 0);
        if (size == 0 || rate == 15 || channels > 10 || bits == 3 || bytes.Length < at + extra + 1)
        {
            return default;
        }

        var samples = size switch
        {
            1 => 192,
            < 6 => 576 << (size - 2),
            6 => bytes[at++] + 1,
            7 => ((bytes[at++] << 8) | bytes[at++]) + 1,
            _ => 256 << (size - 8),
        };
        var hertz = rate switch
        {
            0 => 0u,
            1 => 88_200u,
            2 => 176_400u,
            3 => 192_000u,
            4 => 8000u,
            5 => 16_000u,
            6 => 22_050u,
            7 => 24_000u,
            8 => 32_000u,
            9 => 44_100u,
            10 => 48_000u,
            11 => 96_000u,
            12 => bytes[at++] * 1000u,
            13 => ((uint)bytes[at++] << 8) | bytes[at++],
            _ => (((uint)bytes[at++] << 8) | bytes[at++]) * 10,
        };
        return Crc8(bytes[..at]) != bytes[at] ? default : new FlacFrame
        {
            HeaderLength = at + 1,
            CountsSamples = (bytes[1] & 1) != 0,
            Number = number,
            Samples = samples,
            SampleRate = hertz,
            Channels = channels < 8 ? channels + 1 : 2,
        };
    }

    /// <summary>Reads a number coded as UTF-8 codes characters, but of up to 36 bits.</summary>
    private static bool TryReadNumber(ReadOnlySpan<byte> bytes, out ulong number, out int length)
    {
        var first = bytes[0];
        length = first < 0x80 ? 1 : System.Numerics.BitOperations.LeadingZeroCount((uint)(byte)~first << 24);
        number = first < 0x80 ? first : (ulong)(first & ((1 << Math.Max(0, 7 - length)) - 1));
        if (length > 7 || (first >= 0x80 && length < 2) || bytes.Length < length)
        {
            return false;
        }

        foreach (var next in bytes[1..length])
        {
            if ((next & 0xC0) != 0x80)
            {
                return false;
            }

            number = (number << 6) | (uint)(next & 0x3F);
        }

        return true;
    }

    private static int Crc8(ReadOnlySpan<byte> bytes)
    {
        var crc = 0;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc << 1) ^ ((crc & 0x80) != 0 ? 0x107 : 0);
            }
        }

        return crc;
    }
}
