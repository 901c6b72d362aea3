namespace Harmony4.Tokenization.Internal;

/// <summary>Tells an MP4, and a fragmented one from a plain one, by the boxes in its first bytes.</summary>
internal static class Mp4Detector
{
    private const string FragmentHint =
        "this MP4 is not fragmented; keyframes are only known after: ffmpeg -i in.mp4 -c copy -movflags +frag_keyframe+empty_moov+default_base_moof out.mp4";

    private const string AbsoluteHint =
        "the fragments of this MP4 name positions in the file; it plays from a keyframe on only after: ffmpeg -i in.mp4 -c copy -movflags +frag_keyframe+empty_moov+default_base_moof out.mp4";

    /// <summary>Where tfhd's flags end, and the flag that says a position in the file follows.</summary>
    private const int FlagsEnd = 4;
    private const int HasBaseDataOffset = 1;

    public static MediaFormat? Detect(ReadOnlySpan<byte> head, int limit) => KindOf(head) switch
    {
        Mp4Kind.Fragmented => new MediaFormat(MediaFormats.FragmentedMp4),
        Mp4Kind.FragmentedAbsolute => new MediaFormat(MediaFormats.FragmentedMp4, AbsoluteHint),
        Mp4Kind.Plain => new MediaFormat(MediaFormats.Fixed, FragmentHint),
        _ => null,
    };

    private static Mp4Kind KindOf(ReadOnlySpan<byte> head)
    {
        var kind = Mp4Kind.None;
        for (var at = 0L; at < head.Length;)
        {
            var rest = head[(int)at..];
            if (!Mp4Box.TryRead(rest, out var box) || box.HeaderLength == 0 || (at == 0 && !box.CanBeginFile))
            {
                return kind;
            }

            switch (box.Type)
            {
                case Mp4Box.Moof:
                    return IsAbsolute(Body(rest, box)) ? Mp4Kind.FragmentedAbsolute : Mp4Kind.Fragmented;
                case Mp4Box.Styp or Mp4Box.Sidx:
                    kind = Mp4Kind.Fragmented;
                    break;
                case Mp4Box.Moov:
                    // The sample tables of a plain file fill the head; a fragmented file's are empty.
                    kind = TryFind(Body(rest, box), Mp4Box.Mvex, out _) ? Mp4Kind.Fragmented : Mp4Kind.Plain;
                    break;
            }

            kind = kind == Mp4Kind.None ? Mp4Kind.Plain : kind;
            if (box.Length == 0 || box.Type == Mp4Box.Mdat || (box.Type == Mp4Box.Moov && kind == Mp4Kind.Plain))
            {
                return kind;
            }

            at += box.Length;
        }

        return kind;
    }

    private static bool IsAbsolute(ReadOnlySpan<byte> moof) =>
        TryFind(moof, Mp4Box.Traf, out var traf) && TryFind(traf, Mp4Box.Tfhd, out var tfhd)
        && tfhd.Length >= FlagsEnd && (tfhd[FlagsEnd - 1] & HasBaseDataOffset) != 0;

    private static bool TryFind(ReadOnlySpan<byte> boxes, uint type, out ReadOnlySpan<byte> body)
    {
        while (Mp4Box.TryRead(boxes, out var box) && box.HeaderLength != 0 && box.Length != 0)
        {
            if (box.Type == type)
            {
                body = Body(boxes, box);
                return true;
            }

            boxes = boxes[(int)Math.Min(box.Length, boxes.Length)..];
        }

        body = default;
        return false;
    }

    /// <summary>The body of a box at the start of <paramref name="bytes"/>, as far as it is there.</summary>
    private static ReadOnlySpan<byte> Body(ReadOnlySpan<byte> bytes, Mp4Box box) =>
        bytes[Math.Min(box.HeaderLength, bytes.Length)..(int)Math.Min(box.Length == 0 ? bytes.Length : box.Length, bytes.Length)];
}
