namespace Harmony4.Hashing.Internal;

/// <summary>Arithmetic modulo the reflected CRC-32 polynomial: bit 31 of a word is the coefficient of x⁰.</summary>
internal static class Crc32Polynomial
{
    private const uint Polynomial = 0xEDB88320;
    private const uint One = 0x80000000;

    private static readonly uint[] ByteTable = MakeByteTable();

    // PowersOfX[k] is x^(2^k); byte lengths below 2^63 need exponents up to 2^66, and the powers repeat: x has order 2^32 - 1.
    private static readonly uint[] PowersOfX = MakePowers();

    /// <summary>The checksum after <paramref name="bytes"/>, one table look-up each.</summary>
    public static uint Update(uint crc, ReadOnlySpan<byte> bytes)
    {
        var table = ByteTable;
        crc = ~crc;
        foreach (var value in bytes)
        {
            crc = table[(byte)(crc ^ value)] ^ (crc >> 8);
        }

        return ~crc;
    }

    /// <summary>What <paramref name="crc"/> becomes when <paramref name="length"/> bytes follow, those bytes' own share left out.</summary>
    public static uint Shift(uint crc, ulong length)
    {
        for (var k = 3; length != 0 && crc != 0; length >>= 1, k++)
        {
            if ((length & 1) != 0)
            {
                crc = Multiply(crc, PowersOfX[k & 31]);
            }
        }

        return crc;
    }

    private static uint Multiply(uint a, uint b)
    {
        uint product = 0;
        for (; a != 0; a <<= 1)
        {
            product ^= b & (uint)((int)a >> 31);
            b = (b >> 1) ^ (Polynomial & (0 - (b & 1)));
        }

        return product;
    }

    private static uint[] MakeByteTable()
    {
        var table = new uint[256];
        for (uint value = 0; value < 256; value++)
        {
            var crc = value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (Polynomial & (0 - (crc & 1)));
            }

            table[value] = crc;
        }

        return table;
    }

    private static uint[] MakePowers()
    {
        var powers = new uint[32];
        powers[0] = One >> 1;
        for (var k = 1; k < powers.Length; k++)
        {
            powers[k] = Multiply(powers[k - 1], powers[k - 1]);
        }

        return powers;
    }
}
