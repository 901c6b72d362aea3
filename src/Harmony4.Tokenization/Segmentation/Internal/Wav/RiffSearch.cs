using System.Buffers;

namespace Harmony4.Tokenization.Internal;

/// <summary>Finds where a WAVE file begins: by its mark at the front; behind it, where the mark may be part of a program, by a usable format too.</summary>
internal static class RiffSearch
{
    private const int RiffHeader = 12;
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

            var found = HasFormat(bytes[passed..]);
            if (found == true || (found is null && !isAll))
            {
                return found;
            }
        }

        return isAll || passed > limit ? false : null;
    }

    /// <summary>Whether one of the first chunks says how the samples are to be read; null when it takes more bytes to tell.</summary>
    private static bool? HasFormat(ReadOnlySpan<byte> file)
    {
        var reader = new WavHeaderReader();
        for (var count = 0; count <= MostChunks; count++)
        {
            var status = reader.Read(file, isFinal: false, out var length);
            if (status != OperationStatus.Done)
            {
                return status == OperationStatus.NeedMoreData ? null : false;
            }

            // What a program has behind the mark may look like a format, but not be as short as one.
            if (reader.Clock.FrameLength > 0)
            {
                return length <= LongestFormat;
            }

            if (length > file.Length)
            {
                return null;
            }

            file = file[(int)length..];
        }

        return false;
    }
}
