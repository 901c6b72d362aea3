using System.Buffers.Binary;
using Harmony4.Tokenization.Internal;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>Fields of WAVE formats, and the blocks that they make.</summary>
public sealed class WavFormatTests
{
    // 8 kHz, two channels, 4 bits, 1,000 bytes a second, blocks of 10 bytes; then 2 bytes, and 50 samples in a block.
    private static byte[] Body(int tag, int blockAlign = 10, int length = 20, int rate = 8000, int bytesPerSecond = 1000, int samples = 50, int bits = 4)
    {
        var body = new byte[26];
        BinaryPrimitives.WriteUInt16LittleEndian(body, (ushort)tag);
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(2), 2);
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(4), rate);
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(8), bytesPerSecond);
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(12), (ushort)blockAlign);
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(14), (ushort)bits);
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(18), (ushort)samples);
        return body[..length];
    }

    private static (int Frame, int Units, long Second)? Read(byte[] body) =>
        WavFormat.TryRead(body, PcmClock.AnyCap, out var clock) ? (clock.FrameLength, clock.UnitsPerFrame, (long)clock.TimeAt(clock.FrameLength * 1000L)) : null;

    [Fact]
    public void TryRead_EveryCode_SaysHowFramesAreTimed()
    {
        foreach (var tag in new[] { 1, 3, 6, 7, 0xFFFE })
        {
            Assert.Equal((10, 1, 125_000), Read(Body(tag)));
        }

        // A block of 50 samples, where the field is there; others count bytes.
        foreach (var tag in new[] { 2, 0x11 })
        {
            Assert.Equal((10, 50, 6_250_000), Read(Body(tag)));
            Assert.Equal((10, 10, 10_000_000), Read(Body(tag, length: 19)));
            Assert.Null(Read(Body(tag, samples: 0)));
        }

        foreach (var tag in new[] { 0, 4, 5, 8, 0x10, 0x12, 0x55, 0xFFFF })
        {
            Assert.Equal((10, 10, 10_000_000), Read(Body(tag)));
            Assert.Null(Read(Body(tag, blockAlign: 0)));
            Assert.Null(Read(Body(tag, bytesPerSecond: 0)));
            Assert.NotNull(Read(Body(tag, rate: 0)));
        }

        Assert.Null(Read(Body(1, length: 15)));
        Assert.NotNull(Read(Body(1, length: 16)));
        Assert.Null(Read(Body(1, rate: 0)));
    }

    [Theory]
    [InlineData(4, 2)]
    [InlineData(8, 2)]
    [InlineData(9, 4)]
    [InlineData(16, 4)]
    [InlineData(17, 6)]
    [InlineData(64, 16)]
    public void TryRead_BlockAlignLeftOut_IsWholeBytesOfEachChannel(int bits, int length)
    {
        foreach (var tag in new[] { 1, 3, 6, 7 })
        {
            Assert.Equal(length, Read(Body(tag, blockAlign: 0, bits: bits))!.Value.Frame);
        }

        Assert.Null(Read(Body(1, blockAlign: 0, bits: 0)));
        Assert.Null(Read(Body(0xFFFE, blockAlign: 0, bits: bits)));
        Assert.Equal(ushort.MaxValue, Read([.. Body(1, blockAlign: 0, bits: 65_535)[..2], 0xFF, 0xFF, .. Body(1, blockAlign: 0, bits: 65_535)[4..]])!.Value.Frame);
    }

    [Fact]
    public void ReadTag_Extensible_IsTheCodeWithin()
    {
        byte[] body = [0xFE, 0xFF, .. new byte[22], 3, 1];
        Assert.Equal(0x0103, WavFormat.ReadTag(body));
        Assert.Equal(0xFFFE, WavFormat.ReadTag(body.AsSpan(0, 25)));
        body[0] = 1;
        body[1] = 0;
        Assert.Equal(1, WavFormat.ReadTag(body));
    }

    [Fact]
    public void GetSampleFormat_EveryCodeAndNumberOfBits_IsAFormOrNone()
    {
        for (var bits = 0; bits <= 65; bits++)
        {
            PcmSampleFormat? integer = bits is 0 or > 32 ? null : bits <= 8 ? PcmSampleFormat.UInt8 : bits <= 16 ? PcmSampleFormat.Int16 : bits <= 24 ? PcmSampleFormat.Int24 : PcmSampleFormat.Int32;
            PcmSampleFormat? real = bits == 32 ? PcmSampleFormat.Float32 : bits == 64 ? PcmSampleFormat.Float64 : null;
            Assert.Equal((integer, real, null), (WavFormat.GetSampleFormat(1, bits), WavFormat.GetSampleFormat(3, bits), WavFormat.GetSampleFormat(2, bits)));
        }
    }

    [Theory]
    [InlineData(4, 1, 8000u, 1 << 20, 16_000, 1_000)]
    [InlineData(4, 1, 8001u, 1 << 20, 16_000, 999)]
    [InlineData(4, 1, 8000u, 4000, 4000, 1_000)]
    [InlineData(4, 1, 8000u, 3999, 3996, 1_000)]
    [InlineData(4, 1, 1u, 1 << 20, 4, 8_000_000)]
    [InlineData(10, 50, 8000u, 1 << 20, 800, 50_000)]
    [InlineData(5000, 1, 8000u, 4000, 5000, 1_000)]
    public void PcmClock_Blocks_AreHalfASecondOrWhatFits(int frame, int units, uint rate, int cap, long length, long time)
    {
        var clock = new PcmClock(frame, units, rate, cap);
        Assert.Equal((length, time), (clock.BlockLength, (long)clock.TimeAt(frame * 8L)));
        Assert.Equal(clock.TimeAt(frame * 8L), clock.TimeAt((frame * 9L) - 1));
    }

    [Theory]
    [InlineData(8, 1)]
    [InlineData(16, 2)]
    [InlineData(24, 3)]
    [InlineData(32, 4)]
    [InlineData(64, 8)]
    public void Pcm_EveryForm_HasFramesOfItsBytes(int bits, int bytes)
    {
        var options = new SegmenterOptions { PcmBitsPerSample = bits, PcmChannels = 3, PcmSampleRate = 10 };
        var run = SegmentationRun.Of(new byte[(3 * bytes * 7) + 1], MediaFormats.Pcm, options);
        Assert.Equal([new(15 * bytes, 0, 500_000, true), new MediaBlock((6 * bytes) + 1, 500_000, 200_000, true)], run.Blocks);
        Assert.Equal(new TimeTrack { Kind = MediaKind.Audio }, run.TimeTrack);
        Assert.Equal(run.ToString(), SegmentationRun.Of(new byte[(3 * bytes * 7) + 1], MediaFormats.Pcm, options, step: 1).ToString());
    }

    [Fact]
    public void Pcm_FormsOutOfRange_AreRefused()
    {
        foreach (var bits in Enumerable.Range(0, 66).Except([8, 16, 24, 32, 64]))
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => MediaFormats.BuiltIn.Create(MediaFormats.Pcm, new SegmenterOptions { PcmBitsPerSample = bits }));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => MediaFormats.BuiltIn.Create(MediaFormats.Pcm, new SegmenterOptions { PcmChannels = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => MediaFormats.BuiltIn.Create(MediaFormats.Pcm, new SegmenterOptions { PcmChannels = 4097 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => MediaFormats.BuiltIn.Create(MediaFormats.Pcm, new SegmenterOptions { PcmSampleRate = 0 }));
        Assert.Equal(MediaFormats.Pcm, MediaFormats.BuiltIn.Create(MediaFormats.Pcm, new SegmenterOptions { PcmChannels = 4096, PcmSampleRate = 1, PcmBitsPerSample = 64 }).Name);
    }
}
