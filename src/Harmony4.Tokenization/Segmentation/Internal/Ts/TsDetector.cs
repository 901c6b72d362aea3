namespace Harmony4.Tokenization.Internal;

/// <summary>Tells a transport stream by packets that follow each other.</summary>
internal static class TsDetector
{
    private const int ControlOffset = 3;
    private const int ControlBits = 0x30;

    public static MediaFormat? Detect(ReadOnlySpan<byte> head, int limit) =>
        BeginsWithPackets(head) || PacketSearch.Find(head, limit, isFront: false, isAll: true, out _) == true ? new MediaFormat(MediaFormats.Ts) : null;

    /// <summary>Whether the first sync bytes, two at least, are those of packets: a G at the right places is in many a text.</summary>
    private static bool BeginsWithPackets(ReadOnlySpan<byte> head)
    {
        if (TsSegmenter.TryGetForm(head, isFinal: true, out var length, out var prefix) != true || head.Length <= prefix + length)
        {
            return false;
        }

        for (var at = prefix + ControlOffset; at < head.Length && at <= prefix + (2 * length) + ControlOffset; at += length)
        {
            // Neither an adaptation field nor a payload is reserved.
            if ((head[at] & ControlBits) == 0)
            {
                return false;
            }
        }

        return true;
    }
}
