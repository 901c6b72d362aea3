using System.Buffers;
using Harmony4.TestKit;

namespace Harmony4.Tokenization.Tests.Segmentation;

public sealed class WavHeaderReaderTests
{
    private static readonly byte[] Samples = Vectors.SeededBytes("wav", 20_000);

    public static TheoryData<string> Forms => ["RIFF", "RF64", "BW64", "W64"];

    [Theory, MemberData(nameof(Forms))]
    public void Read_AnyForm_GivesTheFormatAndTheData(string form)
    {
        var file = WavFiles.Make(form, Samples, rate: 44_100, channels: 2, bits: 24, tag: 1);
        Assert.True(WavHeaderReader.CanBegin(file));
        foreach (var step in new[] { int.MaxValue, 1, 7 })
        {
            var head = WavHeaderRun.Of(file, step);
            Assert.Equal((OperationStatus.Done, file.Length - Samples.Length, (string?)null), (head.Status, (int)head.At, head.Fault));
            Assert.Equal((1, 2, 44_100U, 24, (long?)Samples.Length), (head.FormatTag, head.Channels, head.SampleRate, head.BitsPerSample, head.DataLength));
        }
    }

    [Theory]
    [InlineData(1, 8, null, PcmSampleFormat.UInt8)]
    [InlineData(1, 16, null, PcmSampleFormat.Int16)]
    [InlineData(1, 12, 4, PcmSampleFormat.Int16)]
    [InlineData(1, 24, null, PcmSampleFormat.Int24)]
    [InlineData(1, 20, 6, PcmSampleFormat.Int24)]
    [InlineData(1, 32, null, PcmSampleFormat.Int32)]
    [InlineData(3, 32, null, PcmSampleFormat.Float32)]
    [InlineData(3, 64, null, PcmSampleFormat.Float64)]
    [InlineData(3, 64, 0, PcmSampleFormat.Float64)]
    [InlineData(1, 24, 8, null)]
    [InlineData(1, 40, null, null)]
    [InlineData(1, 0, 4, null)]
    [InlineData(3, 16, null, null)]
    [InlineData(3, 24, null, null)]
    [InlineData(7, 8, null, null)]
    public void Read_CodeAndBits_AreAFormOfSamplesOrNone(int tag, int bits, int? align, PcmSampleFormat? format)
    {
        foreach (var isExtensible in new[] { false, true })
        {
            var head = WavHeaderRun.Of(WavFiles.Make("RIFF", Samples, channels: 2, bits: bits, tag: tag, align: align, isExtensible: isExtensible));
            Assert.Equal((OperationStatus.Done, tag, format), (head.Status, head.FormatTag, head.SampleFormat));
            Assert.Equal(align is null or 0 ? 2 * bits / 8 : align, head.FrameLength);
        }
    }

    [Theory]
    [InlineData("RIFF", 0L)]
    [InlineData("RIFF", 0xFFFF_FFFFL)]
    [InlineData("RF64", 0L)]
    [InlineData("W64", 0L)]
    public void Read_WriterThatCouldNotGoBack_GoesOnToTheEnd(string form, long length) =>
        Assert.Null(WavHeaderRun.Of(WavFiles.Make(form, Samples, length: length)).DataLength);

    [Theory]
    [InlineData(1, 16, 0, true)]
    [InlineData(3, 32, 0, true)]
    [InlineData(6, 8, 0, true)]
    [InlineData(1, 0, 0, false)]
    [InlineData(2, 4, 0, false)]
    public void TryRead_BlockAlignLeftOut_IsWhatTheOtherFieldsMakeIt(int tag, int bits, int align, bool isUsable)
    {
        var left = SegmentationRun.Of(WavFiles.Make("RIFF", Samples, channels: 2, bits: bits, tag: tag, align: align), MediaFormats.Wav);
        Assert.Equal(isUsable, left.Notice is null);
        if (isUsable)
        {
            Assert.Equal(SegmentationRun.Of(WavFiles.Make("RIFF", Samples, channels: 2, bits: bits, tag: tag), MediaFormats.Wav).ToString(), left.ToString());
        }
    }

    [Theory, MemberData(nameof(Forms))]
    public void TryRead_AnyForm_GivesTheSameBlocks(string form)
    {
        var input = WavFiles.Make(form, Samples);
        Assert.Equal(MediaFormats.Wav, MediaFormats.BuiltIn.Detect(input).Name);
        var run = SegmentationRun.Of(input, MediaFormats.Wav);
        Assert.Null(run.Notice);
        Assert.Equal(run.ToString(), SegmentationRun.Of(input, MediaFormats.Wav, step: 1, segment: 3).ToString());
        Assert.Equal([(8000, 0, 500_000, true), (8000, 500_000, 500_000, true), (4000, 1_000_000, 250_000, true)], run.Blocks.Skip(1).Select(b => (b.Length, b.Pts, b.Duration, b.IsKey)));
        var cut = SegmentationRun.Of(input[..^1], MediaFormats.Wav);
        Assert.Equal((input.Length - 1, true, false), ((int)cut.Notice!.Offset, cut.Notice.Message.EndsWith("it is cut", StringComparison.Ordinal), cut.Notice.IsRestOpaque));
    }

    [Theory]
    [InlineData("RIFX", "expected a RIFF/WAVE header, found that of a big-endian one (RIFX)")]
    [InlineData("LIST", "expected a RIFF/WAVE header, found none")]
    public void Read_OtherFile_SaysWhatItFound(string form, string fault)
    {
        var file = WavFiles.Make("RIFF", Samples);
        System.Text.Encoding.ASCII.GetBytes(form).CopyTo(file, 0);
        var head = WavHeaderRun.Of(file);
        Assert.Equal((OperationStatus.InvalidData, fault), (head.Status, head.Fault));
    }

    [Theory]
    [InlineData(0, "expected a RIFF/WAVE header, found none")]
    [InlineData(11, "expected a RIFF/WAVE header, found none")]
    [InlineData(12, "expected a data chunk, found the end of the input")]
    [InlineData(30, "expected a data chunk, found the end of the input")]
    public void Read_CutInTheHead_SaysSo(int length, string fault) => Assert.Equal(fault, WavHeaderRun.Of(WavFiles.Make("RIFF", Samples)[..length]).Fault);

    [Fact]
    public void Read_CutInTheHeadOfW64_SaysSo()
    {
        var file = WavFiles.Make("W64", Samples);
        Assert.Equal("expected a W64 header, found a part of it", WavHeaderRun.Of(file[..39]).Fault);
        file[24] ^= 1;
        Assert.Equal("expected a W64 header with sound (wave), found another", WavHeaderRun.Of(file).Fault);
        file[24] ^= 1;
        file[40 + 16] = 23;
        Assert.Equal("expected a chunk of at least 24 bytes, found one of 23", WavHeaderRun.Of(file).Fault);
    }

    [Fact]
    public void Read_NoFormat_SaysSo()
    {
        var file = WavFiles.Make("RIFF", Samples);
        file[24] = (byte)'x';
        Assert.Equal("expected a usable fmt chunk before the data, found none", WavHeaderRun.Of(file).Fault);
    }
}
