namespace Harmony4.Tokenization.Internal;

/// <summary>Files that hold others as they are, and have no segmenter: frames of media that are found in them are not what the file is.</summary>
internal static class ForeignFile
{
    private const int TarMarkOffset = 257;

    private static readonly byte[][] Marks =
    [
        [.. "H4MK"u8], [.. "PK\u0003\u0004"u8], [.. "Rar!"u8], [.. "7z"u8, 0xBC, 0xAF], [.. "!<arch>"u8], [.. "%PDF-"u8],
        [.. "RIFF"u8], [.. "RIFX"u8], [.. "FORM"u8], [.. "caff"u8], [.. "fLaC"u8], [.. "FLV\u0001"u8], [.. ".RMF"u8],
        [0x30, 0x26, 0xB2, 0x75], [0, 0, 1, 0xBA], [0x06, 0x0E, 0x2B, 0x34],
    ];

    /// <summary>Whether an input begins with the mark of an archive, a document, or media of another format.</summary>
    public static bool Begins(ReadOnlySpan<byte> head)
    {
        foreach (var mark in Marks)
        {
            if (head.StartsWith(mark))
            {
                return true;
            }
        }

        return head.Length > TarMarkOffset && head[TarMarkOffset..].StartsWith("ustar"u8);
    }
}
