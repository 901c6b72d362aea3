using System.Buffers.Binary;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>FLAC: blocks and times from frame headers, worked out by hand.</summary>
public sealed class FlacTests
{
    private static byte[] Head(uint rate, int blockSize)
    {
        var info = new byte[34];
        BinaryPrimitives.WriteUInt16BigEndian(info, (ushort)blockSize);
        BinaryPrimitives.WriteUInt16BigEndian(info.AsSpan(2), (ushort)blockSize);
        BinaryPrimitives.WriteUInt32BigEndian(info.AsSpan(10), rate << 12);
        return [.. "fLaC"u8, 0, 0, 0, 34, .. info, 0x84, 0, 0, 3, 1, 2, 3];
    }

    // Size and rate, and channels and bits, are codes as they stand in bytes 2 and 3.
    private static byte[] Frame(bool countsSamples, int codes, byte[] number, byte[] extra, int body = 20, int channels = 0x08)
    {
        byte[] header = [0xFF, (byte)(countsSamples ? 0xF9 : 0xF8), (byte)codes, (byte)channels, .. number, .. extra];

        // Bodies are full of what a frame may begin with.
        return [.. header, Crc8(header), .. Enumerable.Range(0, body).Select(i => (byte)(i % 3 == 0 ? 0xFF : 0xF8))];
    }

    private static byte Crc8(byte[] bytes)
    {
        var crc = 0;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc << 1) ^ ((crc & 0x80) != 0 ? 0x107 : 0);
            }
        }

        return (byte)crc;
    }

    private static (long Length, ulong Pts, ulong Duration, bool IsKey)[] Blocks(byte[] input)
    {
        var run = SegmentationRun.Of(input, MediaFormats.Flac);
        Assert.Null(run.Notice);
        Assert.Equal(run.ToString(), SegmentationRun.Of(input, MediaFormats.Flac, step: 1, segment: 3).ToString());
        return [.. run.Blocks.Skip(1).Select(b => (b.Length, b.Pts, b.Duration, b.IsKey))];
    }

    [Fact]
    public void TryRead_TwoStreamsBehindEachOther_AreBothFollowed()
    {
        byte[] one = [.. Head(16_000, 4096), .. Enumerable.Range(0, 2).SelectMany(i => Frame(false, 0xC0, [(byte)i], []))];
        byte[] other = [.. Head(8000, 1000), .. Enumerable.Range(0, 2).SelectMany(i => Frame(false, 0x70, [(byte)i], [0x03, 0xE7]))];
        Assert.Equal([(26, 0, 256_000, true), (26, 256_000, 256_000, true), (49, 256_000, 0, false), (2 * 28, 512_000, 250_000, true)], Blocks([.. one, .. other]));
        var frames = Frames.FrameRun.Of([.. one, .. other], MediaFormats.Flac);
        Assert.Equal([(0, 16_000, 26), (4096, 16_000, 26), (0, 8000, 28), (1000, 8000, 28)], frames.Frames.Select(f => ((int)f.Ticks!, (int)f.TimeBase.Denominator, (int)f.Size)));
        Assert.Equal(frames.ToString(), Frames.FrameRun.Of([.. one, .. other], MediaFormats.Flac, step: 1, segment: 3).ToString());
    }

    [Fact]
    public void TryRead_NumberedFrames_AreGroupedIntoHalfSeconds()
    {
        // 4,096 samples a frame at 16 kHz: two frames would last longer than half a second.
        byte[] input = [.. Head(16_000, 4096), .. Enumerable.Range(0, 3).SelectMany(i => Frame(false, 0xC0, [(byte)i], []))];
        Assert.Equal(MediaFormats.Flac, MediaFormats.BuiltIn.Detect(input).Name);
        Assert.Equal([(26, 0, 256_000, true), (26, 256_000, 256_000, true), (26, 512_000, 256_000, true)], Blocks(input));

        // 2,000 samples, said in two bytes, four times in half a second.
        byte[] shorter = [.. Head(16_000, 2000), .. Enumerable.Range(0, 5).SelectMany(i => Frame(false, 0x70, [(byte)i], [0x07, 0xCF]))];
        Assert.Equal([(4 * 28, 0, 500_000, true), (28, 500_000, 125_000, true)], Blocks(shorter));
    }

    [Fact]
    public void TryRead_ManyFrames_AreGroupedFromEachBlockOn()
    {
        byte[] input = [.. Head(16_000, 2000), .. Enumerable.Range(0, 10).SelectMany(i => Frame(false, 0x70, [(byte)i], [0x07, 0xCF]))];
        Assert.Equal([(4 * 28, 0, 500_000, true), (4 * 28, 500_000, 500_000, true), (2 * 28, 1_000_000, 250_000, true)], Blocks(input));
    }

    [Theory]
    [InlineData(4_800_192, true)]
    [InlineData(4_800_193, false)]
    [InlineData(192, true)]
    [InlineData(191, false)]
    public void TryRead_NumberFarAhead_IsAFrameUpToTenMinutesOn(int number, bool isFrame)
    {
        // 192 samples at 8 kHz, the first of them of number 0; numbers of up to 26 bits take five bytes.
        byte[] coded = [0xF8, .. Enumerable.Range(0, 4).Select(i => (byte)(0x80 | ((number >> (18 - (6 * i))) & 0x3F)))];
        byte[] input = [.. Head(8000, 0), .. Frame(true, 0x10, [0], []), .. Frame(true, 0x10, coded, [])];
        Assert.Equal(isFrame ? 2 : 1, Frames.FrameRun.Of(input, MediaFormats.Flac).Frames.Count);
        Assert.Equal(isFrame && number > 192 ? 2 : 1, Blocks(input).Length);
    }

    [Fact]
    public void TryRead_SampleNumbersAndAHole_GiveTheirTimes()
    {
        // 192 samples each at 8 kHz; the numbers 0, 192 and, behind a hole, 0x1F40 = 8,000, coded as UTF-8 codes it.
        byte[] input = [.. Head(8000, 0), .. Frame(true, 0x10, [0], []), .. Frame(true, 0x10, [0xC3, 0x80], []), .. Frame(true, 0x10, [0xE1, 0xBD, 0x80], [])];
        Assert.Equal([(26 + 27, 0, 48_000, true), (28, 1_000_000, 24_000, true)], Blocks(input));
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0x9F)]
    public void TryRead_ReservedCodes_AreNoFrame(int codes)
    {
        var run = SegmentationRun.Of([.. Head(8000, 192), .. Frame(false, codes, [0], [])], MediaFormats.Flac);
        Assert.Equal((49, "expected a FLAC frame, found bytes that are none", false), ((int)run.Notice!.Offset, run.Notice.Message, run.Notice.IsRestOpaque));
        Assert.DoesNotContain(run.Blocks, b => b.IsKey);
    }

    [Fact]
    public void TryRead_HeaderThatDoesNotFit_BeginsNoBlock()
    {
        // Of an earlier number, of other channels, of another kind of number, far ahead, and with a wrong checksum.
        var first = Frame(false, 0x10, [5], []);
        foreach (var other in new[] { Frame(false, 0x10, [5], []), Frame(false, 0x10, [6], [], channels: 0x28), Frame(true, 0x10, [6], []), Frame(false, 0x10, [0xF3, 0x80, 0x80, 0x80], []), [.. Frame(false, 0x10, [6], [])[..5], 1] })
        {
            Assert.Single(Blocks([.. Head(8000, 192), .. first, .. other]));
        }
    }

    [Theory]
    [InlineData(1, 88_200)]
    [InlineData(4, 8000)]
    [InlineData(9, 44_100)]
    [InlineData(11, 96_000)]
    [InlineData(12, 7000)]
    [InlineData(13, 1798)]
    [InlineData(14, 17_980)]
    public void TryRead_RateOfTheFrame_CountsWhereTheStreamHasNone(int code, int rate)
    {
        byte[] extra = code < 12 ? [] : code == 12 ? [7] : [7, 6];
        Assert.Equal(192UL * 1_000_000 / (ulong)rate, Blocks([.. Head(0, 192), .. Frame(false, 0x10 | code, [0], extra)])[0].Duration);
    }

    [Fact]
    public void TryRead_TagInFront_IsOfTheFirstBlock()
    {
        byte[] tag = [.. "ID3"u8, 3, 0, 0, 0, 0, 0, 20, .. new byte[20]];
        byte[] input = [.. tag, .. Head(16_000, 4096), .. Frame(false, 0xC0, [0], [])];
        Assert.Equal(MediaFormats.Flac, MediaFormats.BuiltIn.Detect(input).Name);
        var run = SegmentationRun.Of(input, MediaFormats.Flac);
        Assert.Equal([(input.Length - 26L, false), (26, true)], run.Blocks.Select(b => (b.Length, b.IsKey)));
    }

    [Theory]
    [InlineData("RIFF0000AVI LIST", "AVI")]
    [InlineData("FORM0000AIFFCOMM", "AIFF")]
    [InlineData("FORM0000AIFCCOMM", "AIFF")]
    [InlineData("caff\0\u0001\0\0desc", "CAF")]
    [InlineData("\0\0\u0001\u00BADATADATA", "MPEG program stream")]
    public void Detect_MediaWithoutASegmenter_IsNamed(string head, string name)
    {
        var format = MediaFormats.BuiltIn.Detect(System.Text.Encoding.Latin1.GetBytes(head));
        Assert.Equal(MediaFormats.Fixed, format.Name);
        Assert.Contains(name, format.Hint, StringComparison.Ordinal);
    }
}
