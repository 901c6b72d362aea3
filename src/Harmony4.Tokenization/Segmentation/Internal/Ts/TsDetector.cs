namespace Harmony4.Tokenization.Internal;

/// <summary>Tells a transport stream by packets that follow each other.</summary>
internal static class TsDetector
{
    public static MediaFormat? Detect(ReadOnlySpan<byte> head) => head.Length > TsPacket.Length && TsSegmenter.TryGetForm(head, isFinal: true, out _, out _) == true ? new MediaFormat(MediaFormats.Ts) : null;
}
