using System.Runtime.CompilerServices;

namespace Harmony4.Tokenization.Internal;

/// <summary>The phase of a complex number from IEEE basic operations in one fixed order, within 2.5 units in the last place.</summary>
internal static class Arctangent<TVector, TLanes>
    where TVector : struct
    where TLanes : struct, ILanes<TVector>
{
    /// <summary>tan π/8: above it the quotient is taken about 1 instead of 0.</summary>
    private const double TanSixteenth = 0.41421356237309504880;

    /// <summary>
    /// −π … π. A zero imaginary part counts as +0 whatever its sign, and a zero real part as positive. Both zero: not a number.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Evaluate(TVector imaginary, TVector real)
    {
        var zero = TLanes.Broadcast(0.0);
        var height = TLanes.SelectLess(imaginary, zero, TLanes.Subtract(zero, imaginary), imaginary);
        var width = TLanes.SelectLess(real, zero, TLanes.Subtract(zero, real), real);
        var small = TLanes.SelectLess(width, height, width, height);
        var large = TLanes.SelectLess(width, height, height, width);

        var limit = TLanes.Multiply(large, TLanes.Broadcast(TanSixteenth));
        var numerator = TLanes.SelectLess(limit, small, TLanes.Subtract(small, large), small);
        var denominator = TLanes.SelectLess(limit, small, TLanes.Add(small, large), large);
        var start = TLanes.SelectLess(limit, small, TLanes.Broadcast(Math.PI / 4), zero);
        var r = TLanes.Divide(numerator, denominator);
        var angle = TLanes.Add(start, TLanes.Add(r, Tail(r)));

        angle = TLanes.SelectLess(width, height, TLanes.Subtract(TLanes.Broadcast(Math.PI / 2), angle), angle);
        angle = TLanes.SelectLess(real, zero, TLanes.Subtract(TLanes.Broadcast(Math.PI), angle), angle);
        return TLanes.SelectLess(imaginary, zero, TLanes.Subtract(zero, angle), angle);
    }

    /// <summary>atan r − r for |r| ≤ tan π/8: interpolated at Chebyshev nodes, 5e-18 of r at most.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Tail(TVector r)
    {
        var z = TLanes.Multiply(r, r);
        var sum = TLanes.Broadcast(-0.019176885636589053);
        sum = Step(sum, z, 0.039231657085083686);
        sum = Step(sum, z, -0.050854496960392584);
        sum = Step(sum, z, 0.05858148904795124);
        sum = Step(sum, z, -0.0666451144646022);
        sum = Step(sum, z, 0.07692183190760651);
        sum = Step(sum, z, -0.09090904578121085);
        sum = Step(sum, z, 0.11111111015256292);
        sum = Step(sum, z, -0.14285714284666542);
        sum = Step(sum, z, 0.1999999999999552);
        sum = Step(sum, z, -0.3333333333333333);
        return TLanes.Multiply(r, TLanes.Multiply(z, sum));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Step(TVector sum, TVector z, double coefficient) =>
        TLanes.Add(TLanes.Multiply(sum, z), TLanes.Broadcast(coefficient));
}
