namespace Harmony4.Tokenization.Internal;

/// <summary>AAC in ADTS frames (ISO/IEC 14496-3, 1.A.3.2).</summary>
internal sealed class AdtsSegmenter(SegmenterOptions? options) : AudioFrameSegmenter(options)
{
    public const int FixedHeader = 7;
    private const int CheckedHeader = 9;
    private const int SamplesPerBlock = 1024;

    private static readonly uint[] SampleRates =
        [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

    public override string Name => MediaFormats.Adts;

    protected override int HeaderLength => FixedHeader;

    protected override bool? FindStart(ReadOnlySpan<byte> bytes, int limit, bool isFront, bool isAll, out int passed) =>
        FrameSearch.Find(bytes, limit, isFront, isAll, out passed, TryRead);

    protected override bool TryReadHeader(ReadOnlySpan<byte> header, out AudioFrame frame) => TryRead(header, out frame);

    public static bool TryRead(ReadOnlySpan<byte> header, out AudioFrame frame)
    {
        frame = default;

        // A syncword of twelve ones, and layer 00.
        if (header.Length < FixedHeader || header[0] != 0xFF || (header[1] & 0xF6) != 0xF0)
        {
            return false;
        }

        var rate = (header[2] >> 2) & 0xF;
        var length = ((header[3] & 3) << 11) | (header[4] << 3) | (header[5] >> 5);
        var hasChecksum = (header[1] & 1) == 0;
        if (rate >= SampleRates.Length || length < (hasChecksum ? CheckedHeader : FixedHeader))
        {
            return false;
        }

        var blocks = (header[6] & 3) + 1;
        frame = new AudioFrame(length, blocks * SamplesPerBlock, SampleRates[rate], (header[1] << 8) | (header[2] & 0xFC));
        return true;
    }
}
