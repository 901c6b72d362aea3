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

    [Fact]
    public void Constructor_Ends_AreInTheRange()
    {
        Assert.Equal((1UL, 2UL), (new VideoTransportTokenizer(new FrameRate(1_000_000), 1).GetPts(1), new VideoTransportTokenizer(new FrameRate(1_000_000), 1, PtsRounding.Version10).GetPts(2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VideoTransportTokenizer(new FrameRate(1_000_001_000_000, 1_000_000), 1));
        Assert.Equal(3, new VideoTransportTokenizer(new FrameRate(ulong.MaxValue, ulong.MaxValue - 1), 3).Gop);
        Assert.Throws<ArgumentOutOfRangeException>(() => new VideoTransportTokenizer(new FrameRate(25), 1, (PtsRounding)2));

        // A frame of 2^64 microseconds is too long for whole ones, and not for the rule that counts from the start.
        var slow = new FrameRate(1_000_000, ulong.MaxValue);
        Assert.Equal(PtsRounding.Exact, new VideoTransportTokenizer(slow, 1).Rounding);
        Assert.Equal(ulong.MaxValue, new VideoTransportTokenizer(slow, 1).GetPts(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VideoTransportTokenizer(slow, 1, PtsRounding.Version10));
        Assert.Equal(1UL << 63, new VideoTransportTokenizer(new FrameRate(1_000_000, 1UL << 63), 1, PtsRounding.Version10).GetPts(1));
    }

    [Fact]
    public void GetPts_ProductsAbove128Bits_AreNoTimes()
    {
        // 2^60 × 10^6 × 2^62 / 3 would be a time again if it were cut to 128 bits.
        var slow = new VideoTransportTokenizer(new FrameRate(3, 1UL << 62), 1);
        Assert.Equal(0UL, slow.GetPts(0));
        foreach (var index in new[] { 1UL << 40, 1UL << 60, 1UL << 63, ulong.MaxValue })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => slow.GetPts(index));
        }

        // 10^6 × 2^44 / (10^6 − 1) µs a frame, up to the last that has a time.
        var other = new VideoTransportTokenizer(new FrameRate(999_999, 1UL << 44), 1);
        var last = (ulong)(((UInt128)ulong.MaxValue * 999_999) / ((UInt128)1_000_000 << 44));
        Assert.Equal((ulong)((UInt128)last * 1_000_000 * (1UL << 44) / 999_999), other.GetPts(last));
        Assert.Throws<ArgumentOutOfRangeException>(() => other.GetPts(last + 1));
        Assert.Equal(ulong.MaxValue, new VideoTransportTokenizer(new FrameRate(1_000_000), 1).GetPts(ulong.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VideoTransportTokenizer(new FrameRate(999_999), 1).GetPts(ulong.MaxValue));
    }

    [Fact]
    public void GetDuration_Blocks_SumUpToTheTimeBetweenThem()
    {
        var exact = new VideoTransportTokenizer(new FrameRate(30), 7);
        Assert.Equal([33_333UL, 33_333, 33_334, 33_333], Enumerable.Range(0, 4).Select(i => exact.GetDuration((ulong)i)));
        Assert.Equal(33_333UL, new VideoTransportTokenizer(new FrameRate(30), 7, PtsRounding.Version10).GetDuration(2));
        var fast = new VideoTransportTokenizer(new FrameRate(1_000_000), 1);
        Assert.Equal(1UL, fast.GetDuration(ulong.MaxValue - 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => fast.GetDuration(ulong.MaxValue));
        Assert.Equal([true, false, true, false], new ulong[] { 0, 6, 14, 15 }.Select(exact.IsKey));
        Assert.Equal(new VideoBlockToken(233_333, 7, true), exact.GetToken(7));
        Assert.Equal(new FrameRate(30), exact.FrameRate);
    }

    [Fact]
    public void WriteTokens_CountOutOfRange_Throws()
    {
        var tokenizer = new VideoTransportTokenizer(new FrameRate(25), 2);
        var writer = new ArrayBufferWriter<byte>();
        Assert.Throws<ArgumentNullException>(() => tokenizer.WriteTokens(0, 1, null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.WriteTokens(0, -1, writer));
        tokenizer.WriteTokens(5, 0, writer);
        Assert.Equal(0, writer.WrittenCount);
        tokenizer.WriteTokens(3, 2, writer);
        Assert.Equal("000000000001D4C0" + "00000003" + "00" + "0000000000027100" + "00000004" + "01", Convert.ToHexString(writer.WrittenSpan));

        // Of times that cannot be written nothing is.
        var slow = new VideoTransportTokenizer(new FrameRate(1, ulong.MaxValue / 1_000_000), 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => slow.WriteTokens(0, 3, writer));
        Assert.Equal(26, writer.WrittenCount);
        slow.WriteTokens(0, 2, writer);
        Assert.Equal(52, writer.WrittenCount);
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
        Assert.Equal(("FFFFFFFFFFFFFFFFFFFFFFFF01", 13), (Convert.ToHexString(bytes), VideoBlockToken.Size));
        Assert.True(new VideoBlockToken(0x0102_0304_0506_0708, 0x090A_0B0C, false).TryWrite(bytes));
        Assert.Equal("0102030405060708090A0B0C00", Convert.ToHexString(bytes));
        Assert.True(VideoBlockToken.TryRead(bytes, out read));
        Assert.Equal((0x0102_0304_0506_0708UL, 0x090A_0B0Cu, false), (read.Pts, read.Index, read.IsKey));
        bytes[12] = 2;
        Assert.False(VideoBlockToken.TryRead(bytes, out _));
    }
}
