namespace Harmony4.Tokenization.Internal;

/// <summary>Tells a fragmented MP4 from a plain one by the boxes in its first bytes.</summary>
internal static class Mp4Sniffer
{
    private const uint Free = 0x6672_6565;
    private const uint Ftyp = 0x6674_7970;
    private const uint Pdin = 0x7064_696E;
    private const uint Skip = 0x736B_6970;
    private const uint Wide = 0x7769_6465;

    public static Mp4Kind Sniff(ReadOnlySpan<byte> head)
    {
        var kind = Mp4Kind.None;
        for (var at = 0L; at < head.Length; kind = Mp4Kind.Plain)
        {
            if (!Mp4Box.TryRead(head[(int)at..], out var box) || box.HeaderLength == 0)
            {
                return kind;
            }

            if (at == 0 && !CanBeginFile(box.Type))
            {
                return Mp4Kind.None;
            }

            switch (box.Type)
            {
                case Mp4Box.Moof or Mp4Box.Styp or Mp4Box.Sidx:
                    return Mp4Kind.Fragmented;
                case Mp4Box.Moov:
                    return ContainsExtends(head[(int)at..], box) ? Mp4Kind.Fragmented : Mp4Kind.Plain;
                case Mp4Box.Mdat:
                    return Mp4Kind.Plain;
            }

            if (box.Length == 0)
            {
                return Mp4Kind.Plain;
            }

            at += box.Length;
        }

        return kind;
    }

    private static bool CanBeginFile(uint type) => type is Ftyp or Pdin or Free or Skip or Wide
        or Mp4Box.Moov or Mp4Box.Moof or Mp4Box.Mdat or Mp4Box.Styp or Mp4Box.Sidx or Mp4Box.Emsg or Mp4Box.Prft;

    /// <summary>Whether moov holds mvex. The sample tables of a plain file fill the head; a fragmented file's are empty.</summary>
    private static bool ContainsExtends(ReadOnlySpan<byte> bytes, in Mp4Box moov)
    {
        var end = moov.Length == 0 ? bytes.Length : Math.Min(moov.Length, bytes.Length);
        for (long at = moov.HeaderLength; at < end;)
        {
            if (!Mp4Box.TryRead(bytes[(int)at..(int)end], out var box) || box.Length == 0)
            {
                return false;
            }

            if (box.Type == Mp4Box.Mvex)
            {
                return true;
            }

            at += box.Length;
        }

        return false;
    }
}
