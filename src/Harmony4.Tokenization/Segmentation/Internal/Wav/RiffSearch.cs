using System.Buffers.Binary;

namespace Harmony4.Tokenization.Internal;

/// <summary>Finds where a WAVE file begins: by its mark at the front; behind it, where the mark may be part of a program, by a usable format too.</summary>
internal static class RiffSearch
{
    private const int RiffHeader = 12;
    private const int ChunkHeader = 8;
    private const int MostChunks = 16;
    private const int LongestFormat = 4096;

    /// <inheritdoc cref="FramedSegmenter.FindStart"/>
    public static bool? Find(ReadOnlySpan<byte> bytes, int limit, bool isFront, bool isAll, out int passed)
    {
        for (passed = 0; passed <= limit && passed + RiffHeader <= bytes.Length; passed++)
        {
            if (!WavHeaderReader.CanBegin(bytes[passed..]))
            {
                continue;
            }

            if (isFront && passed == 0)
            {
                return true;
            }

            var found = HasFormat(bytes[(passed + RiffHeader)..]);
            if (found == true || (found is null && !isAll))
            {
                return found;
            }
        }

        return isAll || passed > limit ? false : null;
    }

    /// <summary>Whether one of the first chunks says how the samples are to be read; null when it takes more bytes to tell.</summary>
    private static bool? HasFormat(ReadOnlySpan<byte> chunks)
    {
        for (var count = 0; count < MostChunks; count++)
        {
            if (chunks.Length < ChunkHeader)
            {
                return null;
            }

            var length = BinaryPrimitives.ReadUInt32LittleEndian(chunks[4..]);
            if (chunks.StartsWith("fmt "u8))
            {
                return length is < WavFormat.Length or > LongestFormat ? false
                    : chunks.Length < ChunkHeader + length ? null
                    : WavFormat.TryRead(chunks.Slice(ChunkHeader, (int)length), PcmClock.AnyCap, out _);
            }

            var end = ChunkHeader + (long)length + (length & 1);
            if (end > chunks.Length)
            {
                return null;
            }

            chunks = chunks[(int)end..];
        }

        return false;
    }
}
