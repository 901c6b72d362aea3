using System.Globalization;
using System.Numerics;
using FsCheck.Xunit;

namespace Harmony4.Tokenization.Tests.Video;

/// <summary>Rates as fractions, as text and as the nearest double.</summary>
public sealed class FrameRateTests
{
    [Fact]
    public void Constructor_Fraction_IsInLowestTerms()
    {
        var rate = new FrameRate(60_000, 2002);
        Assert.Equal((30_000UL, 1001UL), (rate.Numerator, rate.Denominator));
        Assert.Equal((1UL, 1UL), (new FrameRate(ulong.MaxValue, ulong.MaxValue).Numerator, new FrameRate(ulong.MaxValue, ulong.MaxValue).Denominator));
        Assert.Equal((7UL, 1UL), (new FrameRate(7).Numerator, new FrameRate(7).Denominator));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FrameRate(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FrameRate(1, 0));
    }

    [Fact]
    public void Equals_SameNumber_IsTheSame()
    {
        var (one, same, other, third) = (new FrameRate(25), new FrameRate(50, 2), new FrameRate(25, 2), new FrameRate(24));
        Assert.True(one == same && one.Equals(same) && one.Equals((object)same) && !(one != same));
        Assert.True(one != other && one != third && !(one == other) && !one.Equals(third) && !one.Equals((object)other) && !one.Equals("25") && !one.Equals(null));
        Assert.Equal(one.GetHashCode(), same.GetHashCode());
        Assert.NotEqual(one.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(new FrameRate(24).GetHashCode(), one.GetHashCode());
    }

    [Theory]
    [InlineData("1", 1UL, 1UL)]
    [InlineData("25.", 25UL, 1UL)]
    [InlineData(".5", 1UL, 2UL)]
    [InlineData("0.04", 1UL, 25UL)]
    [InlineData("12345678901234567", 12_345_678_901_234_567UL, 1UL)]
    [InlineData("00000000000000000000012345678901234567", 12_345_678_901_234_567UL, 1UL)]
    [InlineData("0.00000000000000001", 1UL, 100_000_000_000_000_000UL)]
    [InlineData("99999999999999999", 99_999_999_999_999_999UL, 1UL)]
    [InlineData("18446744073709551615/18446744073709551614", ulong.MaxValue, ulong.MaxValue - 1)]
    [InlineData("0100/010", 10UL, 1UL)]
    public void TryParse_Rate_IsExact(string text, ulong numerator, ulong denominator)
    {
        Assert.True(FrameRate.TryParse(text, null, out var rate));
        Assert.Equal((numerator, denominator), (rate.Numerator, rate.Denominator));
        Assert.Equal(rate, FrameRate.Parse(text, null));
        Assert.Equal(rate, FrameRate.Parse(rate.ToString(), null));
        Assert.Equal(denominator == 1 ? numerator.ToString(CultureInfo.InvariantCulture) : $"{numerator}/{denominator}", rate.ToString());
    }

    [Theory]
    [InlineData(".")]
    [InlineData("/")]
    [InlineData("1/")]
    [InlineData("/1")]
    [InlineData("0/1")]
    [InlineData("1/0")]
    [InlineData("0.0")]
    [InlineData("1..2")]
    [InlineData("1.2/3")]
    [InlineData("1/2.5")]
    [InlineData("1/2/3")]
    [InlineData("+1")]
    [InlineData("1/-2")]
    [InlineData("1 ")]
    [InlineData("1,5")]
    [InlineData("100000000000000000")]
    [InlineData("0.000000000000000010")]
    [InlineData("1.00000000000000000")]
    [InlineData("18446744073709551616/1")]
    [InlineData("1/18446744073709551616")]
    [InlineData("\u0661")]
    public void TryParse_AnythingElse_IsRefused(string text)
    {
        Assert.False(FrameRate.TryParse(text, null, out var rate));
        Assert.Equal(default, rate);
        Assert.Throws<FormatException>(() => FrameRate.Parse(text, null));
    }

    [Fact]
    public void Parse_Null_IsRefused()
    {
        Assert.Throws<ArgumentNullException>(() => FrameRate.Parse(null!, null));
        Assert.False(FrameRate.TryParse(null, null, out _));
    }

    [Property(Replay = "41,43", MaxTest = 1000)]
    public void ToDouble_AnyRate_IsTheNearest(ulong left, ulong right, byte leftShift, byte rightShift)
    {
        var (numerator, denominator) = (Spread(left) >> (leftShift % 64), Spread(right) >> (rightShift % 64));
        AssertNearest(Math.Max(1, numerator), Math.Max(1, denominator));

        static ulong Spread(ulong value) => value * 0x9E37_79B9_7F4A_7C15;
    }

    [Theory]
    [InlineData(1UL, 1UL)]
    [InlineData(30_000UL, 1001UL)]
    [InlineData(ulong.MaxValue, 1UL)]
    [InlineData(1UL, ulong.MaxValue)]
    [InlineData(ulong.MaxValue, ulong.MaxValue - 1)]
    [InlineData((1UL << 53) + 1, 1UL)]
    [InlineData((1UL << 53) + 3, 1UL)]
    [InlineData((1UL << 54) + 2, 1UL)]
    [InlineData((1UL << 54) + 3, 1UL)]
    [InlineData((1UL << 63) + 1024, 1UL)]
    [InlineData((1UL << 63) + 1025, 1UL)]
    [InlineData((1UL << 63) + (3 * 1024), 1UL)]
    [InlineData(((1UL << 63) + 1024) / 3, 3UL)]
    [InlineData((1UL << 62) + 513, 1UL << 40)]
    public void ToDouble_TiesAndEnds_AreTheNearest(ulong numerator, ulong denominator) => AssertNearest(numerator, denominator);

    [Fact]
    public void ToDouble_Default_IsZero() => Assert.Equal(0, default(FrameRate).ToDouble());

    private static void AssertNearest(ulong numerator, ulong denominator)
    {
        var value = new FrameRate(numerator, denominator).ToDouble();
        var error = Error(value);
        var (below, above) = (Error(Math.BitDecrement(value)), Error(Math.BitIncrement(value)));
        Assert.True(error <= below && error <= above, $"{numerator}/{denominator} is not {value:r}");

        // In the middle of two it is the even one.
        Assert.True((error < below && error < above) || (BitConverter.DoubleToInt64Bits(value) & 1) == 0);

        BigInteger Error(double candidate)
        {
            // The difference, times the denominator and a power of two that makes every candidate whole.
            var bits = BitConverter.DoubleToInt64Bits(candidate);
            var exponent = (int)(bits >> 52) - 1075;
            var mantissa = (bits & 0xF_FFFF_FFFF_FFFF) | (1L << 52);
            return BigInteger.Abs((new BigInteger(mantissa) << (exponent + 200)) * denominator - (new BigInteger(numerator) << 200));
        }
    }
}
