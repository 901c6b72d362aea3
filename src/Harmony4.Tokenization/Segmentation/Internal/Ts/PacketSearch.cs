namespace Harmony4.Tokenization.Internal;

/// <summary>Finds where a transport stream begins: headers of packets at equal distances.</summary>
internal static class PacketSearch
{
    // Behind the front, where any byte may be a sync byte by chance, and in a table of records or in letters of few kinds again and again.
    private const int InARow = 8;
    private const int Least = 5;

    /// <inheritdoc cref="FramedSegmenter.FindStart"/>
    public static bool? Find(ReadOnlySpan<byte> bytes, int limit, bool isFront, bool isAll, out int passed)
    {
        passed = 0;
        if (isFront)
        {
            if (TsSegmenter.TryGetForm(bytes, isAll, out _, out _) is not false and var atFront)
            {
                return atFront;
            }
        }

        for (; passed <= limit; passed++)
        {
            if (passed == bytes.Length)
            {
                return isAll ? false : null;
            }

            foreach (var (length, prefix) in TsSegmenter.Forms)
            {
                if (Follow(bytes[passed..], length, prefix, isAll) is not false and var found)
                {
                    return found;
                }
            }
        }

        passed = limit;
        return false;
    }

    private static bool? Follow(ReadOnlySpan<byte> bytes, int length, int prefix, bool isAll)
    {
        for (var count = 0; count < InARow; count++)
        {
            var at = prefix + (count * length);
            if (at >= bytes.Length)
            {
                return isAll ? count >= Least : null;
            }

            var header = bytes[at..Math.Min(at + TsPacket.PlausibleLength, bytes.Length)];
            if (header[0] != TsPacket.Sync || !TsPacket.IsPlausible(header))
            {
                return false;
            }

            if (header.Length < TsPacket.PlausibleLength && !isAll)
            {
                return null;
            }
        }

        return true;
    }
}
