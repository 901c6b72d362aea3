namespace Harmony4.Tokenization.Internal;

/// <summary>Tells MPEG audio by several frames in a row.</summary>
internal static class Mp3Detector
{
    public static MediaFormat? Detect(ReadOnlySpan<byte> head, int limit) => FrameSearch.Find(head, limit, isFront: true, isAll: true, out _, Mp3Segmenter.TryRead) == true ? new MediaFormat(MediaFormats.Mp3) : null;
}
