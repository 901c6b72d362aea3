using System.Buffers;

namespace Harmony4.Tokenization.Tests.Video;

public sealed class VideoTransportTokenizerTests
{
    [Fact]
    public void GetPts_NtscRateAfterAnHour_DoesNotDrift()
    {
        var exact = new VideoTransportTokenizer(new FrameRate(30000, 1001), 30);
        Assert.Equal(3_600_000_000UL * 1001 / 1000, exact.GetPts(108_000));
        Assert.Equal(33_366UL, exact.GetPts(1));
        Assert.Equal(66_733UL, exact.GetPts(2));
    }

    [Fact]
    public void GetPts_PastTheLastTime_Throws()
    {
        var slow = new VideoTransportTokenizer(new FrameRate(1, ulong.MaxValue / 1_000_000), 1);
        Assert.Equal(ulong.MaxValue / 1_000_000 * 1_000_000, slow.GetPts(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => slow.GetPts(2));
    }

    [Fact]
    public void WriteTokens_PastTheLastIndex_WritesNothing()
    {
        var writer = new ArrayBufferWriter<byte>();
        var tokenizer = new VideoTransportTokenizer(new FrameRate(25), 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.WriteTokens(uint.MaxValue, 2, writer));
        Assert.Equal(0, writer.WrittenCount);
        tokenizer.WriteTokens(uint.MaxValue, 1, writer);
        Assert.Equal(VideoBlockToken.EncodedSize, writer.WrittenCount);
    }

    [Fact]
    public void Constructor_RatesAndGroupsOutOfRange_Throw()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new VideoTransportTokenizer(default, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VideoTransportTokenizer(new FrameRate(1_000_001), 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VideoTransportTokenizer(new FrameRate(25), 0));
    }

    [Theory]
    [InlineData("29.97", 2997UL, 100UL)]
    [InlineData("30000/1001", 30000UL, 1001UL)]
    [InlineData("025.0", 25UL, 1UL)]
    public void Parse_DecimalOrFraction_IsExact(string text, ulong numerator, ulong denominator) =>
        Assert.Equal(new FrameRate(numerator, denominator), FrameRate.Parse(text, null));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1e3")]
    [InlineData("1/0")]
    [InlineData(" 25")]
    [InlineData("1.2.3")]
    [InlineData("123456789012345678")]
    public void TryParse_AnythingElse_IsRefused(string text) => Assert.False(FrameRate.TryParse(text, null, out _));

    [Fact]
    public void TryWriteAndTryRead_ExtremeValues_RoundTrip()
    {
        Span<byte> bytes = stackalloc byte[VideoBlockToken.EncodedSize];
        var token = new VideoBlockToken(ulong.MaxValue, uint.MaxValue, true);
        Assert.True(token.TryWrite(bytes));
        Assert.True(VideoBlockToken.TryRead(bytes, out var read));
        Assert.Equal(token, read);
        Assert.False(token.TryWrite(bytes[1..]));
        Assert.False(VideoBlockToken.TryRead(bytes[1..], out _));
        bytes[12] = 2;
        Assert.False(VideoBlockToken.TryRead(bytes, out _));
    }
}
