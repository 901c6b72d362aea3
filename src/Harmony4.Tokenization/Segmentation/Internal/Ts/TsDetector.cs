namespace Harmony4.Tokenization.Internal;

/// <summary>Tells a transport stream by packets that follow each other.</summary>
internal static class TsDetector
{
    public static MediaFormat? Detect(ReadOnlySpan<byte> head, int limit) => head.Length > TsPacket.Length && PacketSearch.Find(head, limit, isFront: true, isAll: true, out _) == true ? new MediaFormat(MediaFormats.Ts) : null;
}
