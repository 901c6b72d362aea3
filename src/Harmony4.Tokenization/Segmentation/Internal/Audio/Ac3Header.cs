namespace Harmony4.Tokenization.Internal;

/// <summary>The head of an AC-3 frame (ATSC A/52, 5.3 and table 5.18), which says how long the frame is.</summary>
internal static class Ac3Header
{
    public const int Length = 6;
    private const int Samples = 1536;
    private const int LastVersion = 10;

    private static readonly ushort[] Kilobits = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640];
    private static readonly uint[] SampleRates = [48_000, 44_100, 32_000];

    public static bool TryRead(ReadOnlySpan<byte> header, out AudioFrame frame)
    {
        frame = default;
        if (header.Length < Length || header[0] != 0x0B || header[1] != 0x77)
        {
            return false;
        }

        int rate = header[4] >> 6, size = header[4] & 0x3F;
        if (rate >= SampleRates.Length || size / 2 >= Kilobits.Length || header[5] >> 3 > LastVersion)
        {
            return false;
        }

        // In words of 16 bits; at 44.1 kHz an odd code is a word longer.
        var sampleRate = SampleRates[rate];
        var words = (Kilobits[size / 2] * 1000L * Samples / sampleRate / 16) + (rate == 1 ? size & 1 : 0);
        frame = new AudioFrame((int)words * 2, Samples, sampleRate, rate);
        return true;
    }
}
