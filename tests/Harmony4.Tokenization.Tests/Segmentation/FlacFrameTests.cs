using Harmony4.Tokenization.Internal;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>FLAC frame headers against the tables of RFC 9639, 9.1.</summary>
public sealed class FlacFrameTests
{
    private static byte[] Header(int second, int third, int fourth, byte[] number, params byte[] extra)
    {
        byte[] header = [0xFF, (byte)second, (byte)third, (byte)fourth, .. number, .. extra];
        var crc = 0;
        foreach (var value in header)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc << 1) ^ ((crc & 0x80) != 0 ? 0x107 : 0);
            }
        }

        return [.. header, (byte)crc];
    }

    // As many bytes behind the number as the codes ask for, counted up from 7.
    private static byte[] Of(int size, int rate) =>
        Header(0xF8, (size << 4) | rate, 0x08, [0], [.. Enumerable.Range(7, (size is 6 or 7 ? size - 5 : 0) + (rate == 12 ? 1 : rate is 13 or 14 ? 2 : 0)).Select(i => (byte)i)]);

    [Fact]
    public void Read_EverySize_HasItsSamples()
    {
        int[] samples = [0, 192, 576, 1152, 2304, 4608, 8, 0x708 + 1, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768];
        for (var size = 0; size < 16; size++)
        {
            Assert.Equal(samples[size], FlacFrame.Read(Of(size, 9)).Samples);
        }

        Assert.Equal(65_536, FlacFrame.Read(Header(0xF8, 0x79, 0x08, [0], 0xFF, 0xFF)).Samples);
    }

    [Fact]
    public void Read_EveryRate_IsInHertz()
    {
        uint[] rates = [0, 88_200, 176_400, 192_000, 8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000, 7000, 0x708, 0x7080 / 16 * 10];
        for (var rate = 0; rate < 15; rate++)
        {
            Assert.Equal((5 + 1 + (rate == 12 ? 1 : rate > 12 ? 2 : 0), rates[rate]), (FlacFrame.Read(Of(1, rate)).HeaderLength, FlacFrame.Read(Of(1, rate)).SampleRate));
        }

        Assert.Equal(655_350u, FlacFrame.Read(Header(0xF8, 0x1E, 0x08, [0], 0xFF, 0xFF)).SampleRate);
        Assert.Equal(0, FlacFrame.Read(Of(1, 15)).HeaderLength);

        // Both behind each other.
        var both = FlacFrame.Read(Of(7, 13));
        Assert.Equal((10, 0x709, 0x090Au), (both.HeaderLength, both.Samples, both.SampleRate));
    }

    [Fact]
    public void Read_EveryNumberOfChannelsAndBits_IsThatOfTheCode()
    {
        for (var code = 0; code < 256; code++)
        {
            // Up to 8 channels, then three forms of stereo; of the sizes of a sample one is reserved, and the last bit.
            var (channels, bits) = (code >> 4, (code >> 1) & 7);
            var isFrame = channels <= 10 && bits != 3 && (code & 1) == 0;
            Assert.Equal(isFrame ? channels < 8 ? channels + 1 : 2 : 0, FlacFrame.Read(Header(0xF8, 0x19, code, [0])).Channels);
        }
    }

    [Fact]
    public void Read_EveryFirstAndSecondByte_IsOneOfTwo()
    {
        Assert.Equal((6, false), (FlacFrame.Read(Header(0xF8, 0x19, 0x08, [0])).HeaderLength, FlacFrame.Read(Header(0xF8, 0x19, 0x08, [0])).CountsSamples));
        for (var second = 0; second < 256; second++)
        {
            var frame = FlacFrame.Read(Header(second, 0x19, 0x08, [0]));
            Assert.Equal((second is 0xF8 or 0xF9 ? 6 : 0, second == 0xF9), (frame.HeaderLength, frame.CountsSamples));
        }
    }

    [Theory]
    [InlineData(0UL, new byte[] { 0 })]
    [InlineData(0x7FUL, new byte[] { 0x7F })]
    [InlineData(0x80UL, new byte[] { 0xC2, 0x80 })]
    [InlineData(0x7FFUL, new byte[] { 0xDF, 0xBF })]
    [InlineData(0x1234UL, new byte[] { 0xE1, 0x88, 0xB4 })]
    [InlineData(0xFFFFUL, new byte[] { 0xEF, 0xBF, 0xBF })]
    [InlineData(0x1F_FFFFUL, new byte[] { 0xF7, 0xBF, 0xBF, 0xBF })]
    [InlineData(0x3FF_FFFFUL, new byte[] { 0xFB, 0xBF, 0xBF, 0xBF, 0xBF })]
    [InlineData(0x4000_0001UL, new byte[] { 0xFD, 0x80, 0x80, 0x80, 0x80, 0x81 })]
    [InlineData(0x7FFF_FFFFUL, new byte[] { 0xFD, 0xBF, 0xBF, 0xBF, 0xBF, 0xBF })]
    [InlineData(0xF_FFFF_FFFFUL, new byte[] { 0xFE, 0xBF, 0xBF, 0xBF, 0xBF, 0xBF, 0xBF })]
    [InlineData(0x8_0000_0000UL, new byte[] { 0xFE, 0xA0, 0x80, 0x80, 0x80, 0x80, 0x80 })]
    public void Read_NumberOfUpTo36Bits_IsReadWhole(ulong number, byte[] coded)
    {
        var header = Header(0xF9, 0x19, 0x08, coded);
        var frame = FlacFrame.Read([.. header, 1, 2, 3]);
        Assert.Equal((5 + coded.Length, number), (frame.HeaderLength, frame.Number));
        for (var length = 0; length < header.Length; length++)
        {
            Assert.Equal(0, FlacFrame.Read(header.AsSpan(0, length)).HeaderLength);
        }

        for (var i = 1; i < coded.Length; i++)
        {
            foreach (var flip in new byte[] { 0x80, 0x40 })
            {
                byte[] other = [.. coded];
                other[i] ^= flip;
                Assert.Equal(0, FlacFrame.Read(Header(0xF9, 0x19, 0x08, other)).HeaderLength);
            }
        }
    }

    [Fact]
    public void Read_NumberThatBeginsAsNone_IsNoFrame()
    {
        for (var first = 0x80; first < 0xC0; first++)
        {
            Assert.Equal(0, FlacFrame.Read(Header(0xF8, 0x19, 0x08, [(byte)first])).HeaderLength);
        }

        Assert.Equal(0, FlacFrame.Read(Header(0xF8, 0x19, 0x08, [0xFF, .. Enumerable.Repeat((byte)0x80, 7)])).HeaderLength);
    }

    [Fact]
    public void Read_EveryBitChanged_IsNoFrame()
    {
        foreach (var (size, rate) in new[] { (1, 9), (6, 9), (7, 12), (7, 13), (7, 14), (6, 0) })
        {
            var header = Of(size, rate);
            for (var length = 0; length < header.Length; length++)
            {
                Assert.Equal(0, FlacFrame.Read(header.AsSpan(0, length)).HeaderLength);
            }

            for (var bit = 0; bit < 8 * header.Length; bit++)
            {
                byte[] other = [.. header];
                other[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.Equal(0, FlacFrame.Read(other).HeaderLength);
            }
        }
    }
}
