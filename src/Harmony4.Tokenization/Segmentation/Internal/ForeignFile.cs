namespace Harmony4.Tokenization.Internal;

/// <summary>Files that hold others as they are, and have no segmenter: frames of media that are found in them are not what the file is.</summary>
internal static class ForeignFile
{
    private const int TarMarkOffset = 257;
    private const int FormTypeOffset = 8;
    private const int FormTypeEnd = 12;

    // Those with a name are media that people take for what is segmented here.
    private static readonly (byte[] Mark, string? Name)[] Marks =
    [
        ([.. "H4MK"u8], null), ([.. "PK\u0003\u0004"u8], null), ([.. "Rar!"u8], null), ([.. "7z"u8, 0xBC, 0xAF], null), ([.. "!<arch>"u8], null), ([.. "%PDF-"u8], null),
        ([.. "RIFF"u8], null), ([.. "RIFX"u8], null), ([.. "FORM"u8], null), ([.. "caff"u8], "a CAF sound file"), ([.. "fLaC"u8], null), ([.. "FLV\u0001"u8], null), ([.. ".RMF"u8], "a RealMedia file"),
        ([0x30, 0x26, 0xB2, 0x75], "an ASF file (WMV, WMA)"), ([0, 0, 1, 0xBA], "an MPEG program stream"), ([0x06, 0x0E, 0x2B, 0x34], "an MXF file"),
    ];

    /// <summary>Names media without a segmenter by its mark; null for anything else.</summary>
    public static string? FindName(ReadOnlySpan<byte> head)
    {
        if (head.Length >= FormTypeEnd && (head.StartsWith("RIFF"u8) || head.StartsWith("FORM"u8)))
        {
            var type = head[FormTypeOffset..FormTypeEnd];
            return type.StartsWith("AVI "u8) ? "an AVI file" : type.StartsWith("AIFF"u8) || type.StartsWith("AIFC"u8) ? "an AIFF sound file" : null;
        }

        foreach (var (mark, name) in Marks)
        {
            if (name is not null && head.StartsWith(mark))
            {
                return name;
            }
        }

        return null;
    }

    /// <summary>Whether an input begins with the mark of an archive, a document, or media of another format.</summary>
    public static bool Begins(ReadOnlySpan<byte> head)
    {
        foreach (var (mark, _) in Marks)
        {
            if (head.StartsWith(mark))
            {
                return true;
            }
        }

        return head.Length > TarMarkOffset && head[TarMarkOffset..].StartsWith("ustar"u8);
    }
}
