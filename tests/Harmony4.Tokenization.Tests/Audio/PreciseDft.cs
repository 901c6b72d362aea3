namespace Harmony4.Tokenization.Tests;

/// <summary>A Fourier transform by its definition in 28-digit decimal arithmetic, to measure the fast one against.</summary>
internal sealed class PreciseDft
{
    private const decimal TwoPi = 6.2831853071795864769252867666m;
    private readonly decimal[] _cos;
    private readonly decimal[] _sin;

    public PreciseDft(int size)
    {
        _cos = new decimal[size];
        _sin = new decimal[size];
        for (var i = 0; i < size; i++)
        {
            (_cos[i], _sin[i]) = CosSin(TwoPi * (i > size / 2 ? i - size : i) / size);
        }
    }

    public (decimal Real, decimal Imaginary) GetBin(ReadOnlySpan<double> points, int bin)
    {
        decimal real = 0, imaginary = 0;
        for (var i = 0; i < points.Length; i++)
        {
            var at = (int)((long)i * bin % points.Length);
            var point = ToDecimal(points[i]);
            real += point * _cos[at];
            imaginary -= point * _sin[at];
        }

        return (real, imaginary);
    }

    /// <summary>Taylor series; within 1e-25 for −π … π.</summary>
    public static (decimal Cos, decimal Sin) CosSin(decimal x)
    {
        decimal cos = 0, sin = 0, term = 1;
        for (var n = 0; term != 0; n += 2)
        {
            cos += term;
            term = term * x / (n + 1);
            sin += term;
            term = -term * x / (n + 2);
        }

        return (cos, sin);
    }

    /// <summary>The double itself, to 28 digits; a plain conversion keeps 15.</summary>
    public static decimal ToDecimal(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7FF) - 1075;
        decimal result = (bits & ((1L << 52) - 1)) | (1L << 52);
        for (; exponent < 0 && result != 0; exponent += Math.Min(32, -exponent))
        {
            result /= 1L << Math.Min(32, -exponent);
        }

        for (; exponent > 0; exponent--)
        {
            result *= 2;
        }

        return value < 0 ? -result : value == 0 ? 0 : result;
    }
}
