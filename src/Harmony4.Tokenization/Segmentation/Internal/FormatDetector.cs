namespace Harmony4.Tokenization.Internal;

/// <summary>Tells formats apart by their first bytes.</summary>
internal static class FormatDetector
{
    private const string FragmentHint =
        "this MP4 is not fragmented; keyframes are only known after: ffmpeg -i in.mp4 -c copy -movflags +frag_keyframe+empty_moov+default_base_moof out.mp4";

    public static MediaFormat Detect(ReadOnlySpan<byte> head)
    {
        if (WavSegmenter.IsRiff(head))
        {
            return new MediaFormat(MediaFormats.Wav);
        }

        if (EbmlElement.TryRead(head, out var element) && element.Id == EbmlElement.Header)
        {
            return new MediaFormat(MediaFormats.Webm);
        }

        return Mp4Sniffer.Sniff(head) switch
        {
            Mp4Kind.Fragmented => new MediaFormat(MediaFormats.FragmentedMp4),
            Mp4Kind.Plain => new MediaFormat(FixedSizeSegmenter.FormatName, FragmentHint),
            _ => new MediaFormat(FixedSizeSegmenter.FormatName),
        };
    }
}
