using Harmony4.Tokenization.Internal;

namespace Harmony4.Tokenization.Tests;

/// <summary>Sine, cosine and arctangent against 28-digit arithmetic, in units of the last place.</summary>
public class ElementaryFunctionTests
{
    private const decimal TwoPi = 6.2831853071795864769252867666m;

    [Theory]
    [InlineData(16384)]
    [InlineData(2 * 2047)]
    [InlineData(2 * 16383)]
    public void CosSin_PartsOfATurn_AreWithinOneUnit(int parts)
    {
        for (var i = -parts; i <= parts; i += 7)
        {
            UnitCircle.CosSin(i, parts, out var cos, out var sin);
            var centred = (2 * i) > parts ? i - parts : (2 * i) < -parts ? i + parts : i;
            var (preciseCos, preciseSin) = PreciseDft.CosSin(TwoPi * centred / parts);
            Assert.InRange(GetError(cos, preciseCos), 0, 1);
            Assert.InRange(GetError(sin, preciseSin), 0, 1);
        }
    }

    [Fact]
    public void Evaluate_AroundTheCircle_IsWithinTwoAndAHalfUnits()
    {
        for (var i = -4999; i < 5000; i++)
        {
            var angle = TwoPi * i / 10000;
            var (preciseCos, preciseSin) = PreciseDft.CosSin(angle);
            var (real, imaginary) = ((double)preciseCos, (double)preciseSin);

            // The arguments are rounded: what that does to the angle is taken off, to first order.
            var moved = (preciseCos * (PreciseDft.ToDecimal(imaginary) - preciseSin)) - (preciseSin * (PreciseDft.ToDecimal(real) - preciseCos));
            Assert.InRange(GetError(Arctangent<double, ScalarLanes>.Evaluate(imaginary, real), angle + moved), 0, 2.5);
        }
    }

    [Theory]
    [InlineData(0.0, 1.0, 0.0)]
    [InlineData(0.0, -1.0, Math.PI)]
    [InlineData(1.0, 0.0, Math.PI / 2)]
    [InlineData(-1.0, 0.0, -Math.PI / 2)]
    [InlineData(1.0, 1.0, Math.PI / 4)]
    [InlineData(-1.0, -1.0, -3 * Math.PI / 4)]
    public void Evaluate_Axes_AreExact(double imaginary, double real, double angle) =>
        Assert.Equal(angle, Arctangent<double, ScalarLanes>.Evaluate(imaginary, real));

    [Fact]
    public void Evaluate_NegativeZeroImaginaryPart_CountsAsZero()
    {
        Assert.Equal(0L, BitConverter.DoubleToInt64Bits(Arctangent<double, ScalarLanes>.Evaluate(0, 1)));
        Assert.Equal(Math.PI, Arctangent<double, ScalarLanes>.Evaluate(-0.0, -1));
    }

    private static double GetError(double value, decimal precise) =>
        (double)Math.Abs(PreciseDft.ToDecimal(value) - precise) / Math.Max(Math.BitIncrement(Math.Abs(value)) - Math.Abs(value), 1e-25);
}
