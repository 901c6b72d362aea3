namespace Harmony4.Tokenization.Internal;

/// <summary>Tells FLAC by its mark and the block that has to follow it.</summary>
internal static class FlacDetector
{
    public static MediaFormat? Detect(ReadOnlySpan<byte> head, int limit) => FlacSearch.Find(head, limit, isAll: true, out _) == true ? new MediaFormat(MediaFormats.Flac) : null;
}
