namespace Harmony4.Tokenization.Internal;

/// <summary>MPEG-1, 2 and 2.5 audio, layers I to III (ISO/IEC 11172-3 and 13818-3); free-format frames are not followed.</summary>
internal sealed class Mp3Segmenter(SegmenterOptions? options) : AudioFrameSegmenter(options)
{
    public const int FixedHeader = 4;
    private const int Version1 = 3;
    private const int Version2 = 2;
    private const int LayerI = 3;
    private const int LayerII = 2;
    private const int LayerIII = 1;
    private const int Mono = 3;
    private const int TagLength = 4;

    /// <summary>Where Fraunhofer's encoder puts its VBRI header, whatever the channels.</summary>
    private const int VbriOffset = 36;

    // Kilobits per second by bit rate index; 0 is free format.
    private static readonly ushort[] Version1LayerI = [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448];
    private static readonly ushort[] Version1LayerII = [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384];
    private static readonly ushort[] Version1LayerIII = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    private static readonly ushort[] Version2LayerI = [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256];
    private static readonly ushort[] Version2LayersIIAndIII = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    private static readonly ushort[] Version1Rates = [44_100, 48_000, 32_000];

    public override string Name => MediaFormats.Mp3;

    protected override int HeaderLength => FixedHeader;

    protected override int InfoLength => VbriOffset + TagLength;

    protected override bool? FindStart(ReadOnlySpan<byte> bytes, int limit, bool isFront, bool isAll, out int passed) =>
        FrameSearch.Find(bytes, limit, isFront, isAll, out passed, TryRead);

    protected override bool TryReadHeader(ReadOnlySpan<byte> header, out AudioFrame frame) => TryRead(header, out frame);

    protected override bool IsInfo(ReadOnlySpan<byte> head)
    {
        var isMono = head[3] >> 6 == Mono;
        var sideInfo = ((head[1] >> 3) & 3) == Version1 ? (isMono ? 17 : 32) : isMono ? 9 : 17;
        return IsAt(head, FixedHeader + sideInfo, "Xing"u8) || IsAt(head, FixedHeader + sideInfo, "Info"u8) || IsAt(head, VbriOffset, "VBRI"u8);
    }

    public static bool TryRead(ReadOnlySpan<byte> header, out AudioFrame frame)
    {
        frame = default;
        if (header.Length < FixedHeader || header[0] != 0xFF || (header[1] & 0xE0) != 0xE0)
        {
            return false;
        }

        int version = (header[1] >> 3) & 3, layer = (header[1] >> 1) & 3;
        int bitRate = header[2] >> 4, rate = (header[2] >> 2) & 3, padding = (header[2] >> 1) & 1;
        if (version == 1 || layer == 0 || bitRate is 0 or 15 || rate == 3)
        {
            return false;
        }

        // Version 2 halves the sample rates, 2.5 quarters them.
        var sampleRate = Version1Rates[rate] >> (version == Version1 ? 0 : version == Version2 ? 1 : 2);
        var kilobits = (layer, version == Version1) switch
        {
            (LayerI, true) => Version1LayerI,
            (LayerII, true) => Version1LayerII,
            (LayerIII, true) => Version1LayerIII,
            (LayerI, false) => Version2LayerI,
            _ => Version2LayersIIAndIII,
        };
        var bitsPerSecond = kilobits[bitRate] * 1000;
        var samples = layer == LayerI ? 384 : layer == LayerIII && version != Version1 ? 576 : 1152;
        var length = layer == LayerI
            ? ((12 * bitsPerSecond / sampleRate) + padding) * 4
            : (samples / 8 * bitsPerSecond / sampleRate) + padding;
        frame = new AudioFrame(length, samples, (uint)sampleRate, (header[1] << 8) | (header[2] & 0x0C));
        return true;
    }

    private static bool IsAt(ReadOnlySpan<byte> head, int at, ReadOnlySpan<byte> mark) =>
        head.Length >= at + mark.Length && head[at..].StartsWith(mark);
}
