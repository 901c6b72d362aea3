namespace Harmony4.Tokenization.Internal;

/// <summary>Tells an Ogg stream by the capture pattern of its first page.</summary>
internal static class OggDetector
{
    public static MediaFormat? Detect(ReadOnlySpan<byte> head) => head.StartsWith("OggS\0"u8) ? new MediaFormat(MediaFormats.Ogg) : null;
}
