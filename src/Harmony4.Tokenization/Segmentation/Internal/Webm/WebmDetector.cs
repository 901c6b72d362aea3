namespace Harmony4.Tokenization.Internal;

/// <summary>Tells WebM and Matroska by the EBML header.</summary>
internal static class WebmDetector
{
    public static MediaFormat? Detect(ReadOnlySpan<byte> head, int limit) => EbmlElement.TryRead(head, out var element) && element.Id == EbmlElement.Header ? new MediaFormat(MediaFormats.Webm) : null;
}
