using Harmony4.Tokenization.Internal;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>MPEG audio headers against the tables of ISO/IEC 11172-3 and 13818-3, and frames that hold information.</summary>
public sealed class Mp3SegmenterTests
{
    // Kilobits by index: version 1 of layers I, II and III; then the lower rates of layer I, and of layers II and III.
    private static readonly int[][] Kilobits =
    [
        [32, 32, 32, 32, 8], [64, 48, 40, 48, 16], [96, 56, 48, 56, 24], [128, 64, 56, 64, 32], [160, 80, 64, 80, 40], [192, 96, 80, 96, 48], [224, 112, 96, 112, 56],
        [256, 128, 112, 128, 64], [288, 160, 128, 144, 80], [320, 192, 160, 160, 96], [352, 224, 192, 176, 112], [384, 256, 224, 192, 128], [416, 320, 256, 224, 144], [448, 384, 320, 256, 160],
    ];

    [Fact]
    public void TryRead_EveryHeader_HasTheLengthOfTheTables()
    {
        int[][] rates = [[11_025, 12_000, 8000], [], [22_050, 24_000, 16_000], [44_100, 48_000, 32_000]];
        for (var fields = 0; fields < 1 << 13; fields++)
        {
            int version = fields >> 11, layer = (fields >> 9) & 3, index = (fields >> 4) & 15, rate = (fields >> 2) & 3, padding = (fields >> 1) & 1;
            byte[] header = [0xFF, (byte)(0xE0 | (version << 3) | (layer << 1) | ((fields >> 8) & 1)), (byte)fields, 0xFF];
            var isRead = Mp3Segmenter.TryRead(header, out var frame);
            Assert.Equal(version != 1 && layer != 0 && index is not (0 or 15) && rate != 3, isRead);
            if (!isRead)
            {
                Assert.Equal(0, frame.Length);
                continue;
            }

            var kilobits = Kilobits[index - 1][version == 3 ? 3 - layer : layer == 3 ? 3 : 4];
            var hertz = rates[version][rate];
            var length = layer == 3 ? 4 * ((12 * kilobits * 1000 / hertz) + padding) : ((layer == 1 && version != 3 ? 72 : 144) * kilobits * 1000 / hertz) + padding;
            Assert.Equal((length, layer == 3 ? 384 : layer == 1 && version != 3 ? 576 : 1152, (uint)hertz), (frame.Length, frame.Samples, frame.SampleRate));
        }
    }

    [Fact]
    public void TryRead_EveryBitOfTheSyncword_IsNeeded()
    {
        byte[] header = [0xFF, 0xFB, 0x90, 0];
        Assert.False(Mp3Segmenter.TryRead(header.AsSpan(0, 3), out _));
        for (var bit = 0; bit < 11; bit++)
        {
            byte[] other = [.. header];
            other[bit / 8] ^= (byte)(0x80 >> (bit % 8));
            Assert.False(Mp3Segmenter.TryRead(other, out _));
        }
    }

    [Fact]
    public void TryRead_FieldsThatDoNotChangeInAStream_MakeTheKind()
    {
        static int Kind(byte second, byte third) => Mp3Segmenter.TryRead([0xFF, second, third, 0], out var frame) ? frame.Kind : -1;
        var kind = Kind(0xFB, 0x90);
        Assert.Equal(kind, Kind(0xFB, 0xA3));
        Assert.Distinct([kind, Kind(0xFA, 0x90), Kind(0xF3, 0x90), Kind(0xFD, 0x90), Kind(0xFB, 0x94), Kind(0xFB, 0x98)]);
    }

    [Theory]
    [InlineData(0xFB, 0x00, 36)]
    [InlineData(0xFB, 0xC0, 21)]
    [InlineData(0xF3, 0x00, 21)]
    [InlineData(0xF3, 0xC0, 13)]
    [InlineData(0xE3, 0x80, 21)]
    public void TryRead_InformationBehindTheSideInfo_IsNoSound(int second, int fourth, int at)
    {
        // A frame of 80 or more bytes, the mark where the side information ends; VBRI stands 32 bytes behind the header, whatever that is.
        foreach (var (mark, place) in new[] { ("Xing", at), ("Info", at), ("VBRI", 36) })
        {
            Assert.Equal([false, true], Keys(mark, place));
            Assert.Equal([true], Keys(mark, place + 1));
            Assert.Equal([true], Keys(mark, place - 1));
        }

        IEnumerable<bool> Keys(string mark, int place)
        {
            Mp3Segmenter.TryRead([0xFF, (byte)second, 0x90, (byte)fourth], out var header);
            byte[] sound = [0xFF, (byte)second, 0x90, (byte)fourth, .. new byte[header.Length - 4]], first = [.. sound];
            System.Text.Encoding.ASCII.GetBytes(mark).CopyTo(first, place);
            byte[] input = [.. first, .. sound, .. sound];
            var run = SegmentationRun.Of(input, MediaFormats.Mp3);
            Assert.Equal(run.ToString(), SegmentationRun.Of(input, MediaFormats.Mp3, step: 1, segment: 3).ToString());
            Assert.Null(run.Notice);
            Assert.Equal(run.Blocks.Count > 1 ? 2 : 3, Frames.FrameRun.Of(input, MediaFormats.Mp3).Frames.Count);
            return run.Blocks.Select(b => b.IsKey);
        }
    }

    [Fact]
    public void TryRead_InformationBehindTheFirstFrame_IsSound()
    {
        byte[] frame = [0xFF, 0xFB, 0x14, 0x00, .. new byte[92]], info = [.. frame];
        "Info"u8.CopyTo(info.AsSpan(36));
        Assert.Equal([(4 * 96L, true)], Blocks([.. frame, .. info, .. frame, .. frame]));
        Assert.Equal([(3 * 96, true), (2, false), (2 * 96, true)], Blocks([.. frame, .. frame, .. frame, 1, 2, .. info, .. frame]));

        static IEnumerable<(long, bool)> Blocks(byte[] input) => SegmentationRun.Of(input, MediaFormats.Mp3).Blocks.Select(b => (b.Length, b.IsKey));
    }

    [Fact]
    public void TryRead_InformationThatIsCut_IsSound()
    {
        // 32 kbit/s at 48 kHz are 96 bytes; the last frame of an input may be all of it, or a part that ends in front of the mark's end.
        byte[] frame = [0xFF, 0xFB, 0x14, 0x00, .. new byte[92]];
        "Info"u8.CopyTo(frame.AsSpan(36));
        Assert.False(Assert.Single(SegmentationRun.Of(frame[..40], MediaFormats.Mp3).Blocks).IsKey);
        Assert.True(SegmentationRun.Of(frame[..39], MediaFormats.Mp3).Blocks[0].IsKey);
    }
}
