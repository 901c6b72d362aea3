namespace Harmony4.Tokenization.Internal;

/// <summary>Tells formats apart by their first bytes.</summary>
internal static class FormatDetector
{
    private const string FragmentHint =
        "this MP4 is not fragmented; keyframes are only known after: ffmpeg -i in.mp4 -c copy -movflags +frag_keyframe+empty_moov+default_base_moof out.mp4";

    private const string AbsoluteHint =
        "the fragments of this MP4 name positions in the file; it plays from a keyframe on only after: ffmpeg -i in.mp4 -c copy -movflags +frag_keyframe+empty_moov+default_base_moof out.mp4";

    private const int FramesInARow = 3;

    private delegate bool FrameReader(ReadOnlySpan<byte> bytes, out AudioFrame frame);

    public static MediaFormat Detect(ReadOnlySpan<byte> head)
    {
        if (FindName(head) is { } name)
        {
            return new MediaFormat(name);
        }

        return Mp4Sniffer.Sniff(head) switch
        {
            Mp4Kind.Fragmented => new MediaFormat(MediaFormats.FragmentedMp4),
            Mp4Kind.FragmentedAbsolute => new MediaFormat(MediaFormats.FragmentedMp4, AbsoluteHint),
            Mp4Kind.Plain => new MediaFormat(MediaFormats.Fixed, FragmentHint),
            _ => new MediaFormat(FindFrames(head) ?? MediaFormats.Fixed),
        };
    }

    /// <summary>The formats that begin with a mark of their own.</summary>
    private static string? FindName(ReadOnlySpan<byte> head) =>
        WavSegmenter.IsRiff(head) ? MediaFormats.Wav
        : head.StartsWith("DKIF"u8) ? MediaFormats.Ivf
        : head.StartsWith("OggS\0"u8) ? MediaFormats.Ogg
        : EbmlElement.TryRead(head, out var element) && element.Id == EbmlElement.Header ? MediaFormats.Webm
        : null;

    /// <summary>The formats without one: several frames or packets have to follow each other.</summary>
    private static string? FindFrames(ReadOnlySpan<byte> head)
    {
        if (head.Length > TsPacket.Length && TsSegmenter.TryGetForm(head, isFinal: true, out _, out _) == true)
        {
            return MediaFormats.Ts;
        }

        var tag = head.StartsWith("ID3"u8) ? AudioTag.GetLength(head) : 0;
        if (tag >= head.Length)
        {
            // All tag: it is MP3 files that carry cover pictures.
            return tag > 0 ? MediaFormats.Mp3 : null;
        }

        var frames = head[(int)tag..];
        return Follow(frames, AdtsSegmenter.TryRead) ? MediaFormats.Adts
            : Follow(frames, Mp3Segmenter.TryRead) ? MediaFormats.Mp3
            : null;
    }

    private static bool Follow(ReadOnlySpan<byte> bytes, FrameReader read)
    {
        int kind = 0, count = 0;
        for (; count < FramesInARow && !bytes.IsEmpty; count++)
        {
            if (!read(bytes, out var frame) || (count > 0 && frame.Kind != kind))
            {
                return false;
            }

            kind = frame.Kind;
            bytes = bytes[Math.Min(frame.Length, bytes.Length)..];
        }

        return count > 1;
    }
}
