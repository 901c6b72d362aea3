namespace Harmony4.Tokenization.Internal;

/// <summary>Tells a WAVE file by its header.</summary>
internal static class WavDetector
{
    public static MediaFormat? Detect(ReadOnlySpan<byte> head) => WavSegmenter.IsRiff(head) ? new MediaFormat(MediaFormats.Wav) : null;
}
