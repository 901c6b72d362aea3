using System.Buffers.Binary;

namespace Harmony4.Tokenization.Internal;

/// <summary>Tells an MP4, and a fragmented one from a plain one, by the boxes in its first bytes.</summary>
internal static class Mp4Detector
{
    private const string BehindHint =
        "the sample tables of this MP4 stand behind the media: keyframes are found where it can be read twice, as a file can, or after: ffmpeg -i in.mp4 -c copy -movflags +faststart out.mp4";

    private const string AbsoluteHint =
        "the fragments of this MP4 name positions in the file; it plays from a keyframe on only after: ffmpeg -i in.mp4 -c copy -movflags +frag_keyframe+empty_moov+default_base_moof out.mp4";

    /// <summary>Where tfhd's flags end, and the flag that says a position in the file follows.</summary>
    private const int FlagsEnd = 4;
    private const int HasBaseDataOffset = 1;

    public static MediaFormat? Detect(ReadOnlySpan<byte> head, int limit) => KindOf(head) switch
    {
        Mp4Kind.Fragmented => new MediaFormat(MediaFormats.FragmentedMp4),
        Mp4Kind.FragmentedAbsolute => new MediaFormat(MediaFormats.Mp4, AbsoluteHint),
        Mp4Kind.Plain => new MediaFormat(MediaFormats.Mp4),
        Mp4Kind.PlainBehind => new MediaFormat(MediaFormats.Mp4, BehindHint) { IsReadTwice = true },
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
                    // The sample tables of a plain file may fill the head; a fragmented file's are empty, or tell of its beginning.
                    kind = TryFind(Body(rest, box), Mp4Box.Mvex, out _) && !HasSamples(Body(rest, box)) ? Mp4Kind.Fragmented : Mp4Kind.Plain;
                    break;
                case Mp4Box.Mdat when kind != Mp4Kind.Fragmented:
                    return Mp4Kind.PlainBehind;
            }

            kind = kind == Mp4Kind.None ? Mp4Kind.PlainBehind : kind;
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

    /// <summary>Whether a track's tables tell of samples.</summary>
    private static bool HasSamples(ReadOnlySpan<byte> moov)
    {
        while (Mp4Box.TryRead(moov, out var box) && box.HeaderLength != 0 && box.Length != 0)
        {
            if (box.Type == Mp4Box.Trak && TryFind(Body(moov, box), Mp4Box.Mdia, out var mdia) && TryFind(mdia, Mp4Box.Minf, out var minf) && TryFind(minf, Mp4Box.Stbl, out var stbl)
                && (TryFind(stbl, Mp4Box.Stsz, out var sizes) || TryFind(stbl, Mp4Box.Stz2, out sizes)) && HasCount(sizes))
            {
                return true;
            }

            moov = moov[(int)Math.Min(box.Length, moov.Length)..];
        }

        return false;
    }

    private static bool HasCount(ReadOnlySpan<byte> sizes) => sizes.Length >= 12 && BinaryPrimitives.ReadUInt32BigEndian(sizes[8..]) > 0;

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
