namespace Harmony4.Tokenization.Internal;

/// <summary>Tells an FLV by its header.</summary>
internal static class FlvDetector
{
    public static MediaFormat? Detect(ReadOnlySpan<byte> head, int limit) => FlvSegmenter.IsHeader(head) ? new MediaFormat(MediaFormats.Flv) : null;
}
