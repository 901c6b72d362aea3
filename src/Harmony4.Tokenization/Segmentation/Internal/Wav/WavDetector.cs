namespace Harmony4.Tokenization.Internal;

/// <summary>Tells a WAVE file by its header.</summary>
internal static class WavDetector
{
    public static MediaFormat? Detect(ReadOnlySpan<byte> head, int limit) => RiffSearch.Find(head, limit, isFront: true, isAll: true, out _) == true ? new MediaFormat(MediaFormats.Wav) : null;
}
