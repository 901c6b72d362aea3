namespace Harmony4.Tokenization.Internal;

/// <summary>Tells an Ogg stream by its first pages.</summary>
internal static class OggDetector
{
    public static MediaFormat? Detect(ReadOnlySpan<byte> head, int limit) => head.Length >= OggPage.MarkLength && PageSearch.Find(head, limit, isFront: true, isAll: true, out _) == true ? new MediaFormat(MediaFormats.Ogg) : null;
}
