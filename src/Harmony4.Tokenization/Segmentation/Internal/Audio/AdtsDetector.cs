namespace Harmony4.Tokenization.Internal;

/// <summary>Tells AAC in ADTS frames by several frames in a row.</summary>
internal static class AdtsDetector
{
    public static MediaFormat? Detect(ReadOnlySpan<byte> head, int limit) => FrameSearch.Find(head, limit, isFront: true, isAll: true, out _, AdtsSegmenter.TryRead) == true ? new MediaFormat(MediaFormats.Adts) : null;
}
