namespace Harmony4.Tokenization.Internal;

/// <summary>
/// Cosine and sine of a rational part of a turn, from IEEE basic operations alone: the platform's own functions differ in the
/// last bit between systems. Within one unit in the last place.
/// </summary>
internal static class UnitCircle
{
    private const double EighthTurn = 0.78539816339744830962;

    /// <summary>π/4 less the double nearest to it.</summary>
    private const double EighthTurnRest = 3.061616997868383e-17;

    /// <summary>2^27 + 1: splits a double into two halves whose products are exact.</summary>
    private const double Splitter = 134217729.0;

    /// <summary>Taylor, after x: the first term left out is below 2^-60 of the sum at π/4.</summary>
    private static ReadOnlySpan<double> SinTerms =>
    [
        -1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880, -1.0 / 39916800, 1.0 / 6227020800, -1.0 / 1307674368000, 1.0 / 355687428096000,
    ];

    /// <summary>Taylor, after 1 − x²/2, to the same end.</summary>
    private static ReadOnlySpan<double> CosTerms =>
    [
        1.0 / 24, -1.0 / 720, 1.0 / 40320, -1.0 / 3628800, 1.0 / 479001600, -1.0 / 87178291200, 1.0 / 20922789888000, -1.0 / 6402373705728000,
    ];

    /// <summary>Evaluates cos and sin of 2π × <paramref name="numerator"/> / <paramref name="denominator"/>.</summary>
    public static void CosSin(long numerator, long denominator, out double cos, out double sin)
    {
        numerator %= denominator;
        if (numerator < 0)
        {
            numerator += denominator;
        }

        // Exact reduction to an eighth of a turn, where the series below are short.
        var octant = (int)(8 * numerator / denominator);
        var rest = (8 * numerator) - (octant * denominator);
        var mirrored = (octant & 1) != 0;
        Series(mirrored ? denominator - rest : rest, denominator, out var c, out var s);
        var swap = mirrored ^ ((octant & 2) != 0);
        cos = swap ? s : c;
        sin = swap ? c : s;
        cos = octant is >= 2 and < 6 ? -cos : cos;
        sin = octant >= 4 ? -sin : sin;
    }

    /// <summary>cos and sin of π/4 × <paramref name="part"/> / <paramref name="whole"/>, a part of 0 … 1.</summary>
    private static void Series(double part, double whole, out double cos, out double sin)
    {
        var ratio = part / whole;
        var ratioRest = (part - Product(ratio, whole, out var error) - error) / whole;
        var x = Product(ratio, EighthTurn, out error);
        var xRest = error + (ratio * EighthTurnRest) + (ratioRest * EighthTurn);

        var z = x * x;
        sin = x + (xRest + (x * (z * Sum(SinTerms, z))));

        var half = 0.5 * z;
        var head = 1.0 - half;
        var cosTail = z * z * Sum(CosTerms, z);
        cos = head + ((1.0 - head - half) + (cosTail - (x * xRest)));
    }

    private static double Sum(ReadOnlySpan<double> terms, double z)
    {
        var sum = 0.0;
        for (var i = terms.Length - 1; i >= 0; i--)
        {
            sum = (sum * z) + terms[i];
        }

        return sum;
    }

    /// <summary>The rounded product and, exactly, what the rounding took.</summary>
    private static double Product(double a, double b, out double error)
    {
        var product = a * b;
        var aHigh = (Splitter * a) - ((Splitter * a) - a);
        var bHigh = (Splitter * b) - ((Splitter * b) - b);
        var aLow = a - aHigh;
        var bLow = b - bHigh;
        error = (aHigh * bHigh) - product + (aHigh * bLow) + (aLow * bHigh) + (aLow * bLow);
        return product;
    }
}
