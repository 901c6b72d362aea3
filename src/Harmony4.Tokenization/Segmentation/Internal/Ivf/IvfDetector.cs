namespace Harmony4.Tokenization.Internal;

/// <summary>Tells an IVF file by its mark.</summary>
internal static class IvfDetector
{
    public static MediaFormat? Detect(ReadOnlySpan<byte> head, int limit) => head.StartsWith("DKIF"u8) ? new MediaFormat(MediaFormats.Ivf) : null;
}
