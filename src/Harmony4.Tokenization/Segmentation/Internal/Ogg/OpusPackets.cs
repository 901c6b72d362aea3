namespace Harmony4.Tokenization.Internal;

/// <summary>How long the packets of an Opus stream last, by the byte or two that each begins with (RFC 6716, 3.1 and 3.2). Nothing behind these is looked at.</summary>
internal static class OpusPackets
{
    /// <summary>The samples of a second, whatever the input's rate was.</summary>
    public const int SampleRate = 48_000;

    /// <summary>The samples at 48 kHz of a packet, by its first bytes.</summary>
    public static int GetDuration(ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty)
        {
            return 0;
        }

        // Configurations 0 to 11 are SILK, 12 to 15 hybrid, 16 to 31 CELT.
        var configuration = head[0] >> 3;
        var frame = configuration switch
        {
            < 12 => (configuration & 3) switch { 0 => 480, 1 => 960, 2 => 1920, _ => 2880 },
            < 16 => (configuration & 1) == 0 ? 480 : 960,
            _ => 120 << (configuration & 3),
        };
        return frame * ((head[0] & 3) switch { 0 => 1, 1 or 2 => 2, _ => head.Length > 1 ? head[1] & 63 : 0 });
    }
}
