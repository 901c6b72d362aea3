namespace Harmony4.Tokenization.Internal;

/// <summary>Tells streams of audio frames by several that follow each other, behind a tag where there is one.</summary>
internal static class AudioDetector
{
    private const int FramesInARow = 3;

    private delegate bool FrameReader(ReadOnlySpan<byte> bytes, out AudioFrame frame);

    public static MediaFormat? Detect(ReadOnlySpan<byte> head)
    {
        var tag = head.StartsWith("ID3"u8) ? AudioTag.GetLength(head) : 0;
        if (tag >= head.Length)
        {
            // All tag: it is MP3 files that carry cover pictures.
            return tag > 0 ? new MediaFormat(MediaFormats.Mp3) : null;
        }

        var frames = head[(int)tag..];
        return Follow(frames, AdtsSegmenter.TryRead) ? new MediaFormat(MediaFormats.Adts)
            : Follow(frames, Mp3Segmenter.TryRead) ? new MediaFormat(MediaFormats.Mp3)
            : null;
    }

    private static bool Follow(ReadOnlySpan<byte> bytes, FrameReader read)
    {
        int kind = 0, count = 0;
        for (; count < FramesInARow && !bytes.IsEmpty; count++)
        {
            if (!read(bytes, out var frame) || (count > 0 && frame.Kind != kind))
            {
                return false;
            }

            kind = frame.Kind;
            bytes = bytes[Math.Min(frame.Length, bytes.Length)..];
        }

        return count > 1;
    }
}
