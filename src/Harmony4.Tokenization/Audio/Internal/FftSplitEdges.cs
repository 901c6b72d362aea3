namespace Harmony4.Tokenization.Internal;

/// <summary>The two butterflies of the last pass that are their own partners: bins 0, M and the multiples of M/8 between.</summary>
internal static unsafe class FftSplitEdges
{
    private const double CosEighth = 0.70710678118654752440;
    private const double CosSixteenth = 0.92387953251128675613;
    private const double SinSixteenth = 0.38268343236508977173;

    public static void Run<TOutput>(double* real, double* imaginary, nint quarter, TOutput output)
        where TOutput : struct, IFftOutput
    {
        Butterfly(real, imaginary, quarter, out var r0, out var i0, out var r1, out var i1, out var r2, out var i2, out var r3, out var i3);

        // Bins 0 and M share the first point; their imaginary parts are +0 by definition.
        output.Store<double, ScalarLanes>(0, (2 * r0) + (2 * i0), 0);
        output.Store<double, ScalarLanes>(4 * quarter, (2 * r0) - (2 * i0), 0);
        output.Store<double, ScalarLanes>(2 * quarter, 2 * r2, 0 - (2 * i2));
        FftSplitPass<double, ScalarLanes>.StorePair(r1, i1, r3, i3, CosEighth, CosEighth, output, quarter, 3 * quarter);

        var eighth = quarter / 2;
        Butterfly(real + eighth, imaginary + eighth, quarter, out r0, out i0, out r1, out i1, out r2, out i2, out r3, out i3);
        FftSplitPass<double, ScalarLanes>.StorePair(r0, i0, r3, i3, CosSixteenth, SinSixteenth, output, eighth, 7 * eighth);
        FftSplitPass<double, ScalarLanes>.StorePair(r1, i1, r2, i2, SinSixteenth, CosSixteenth, output, 3 * eighth, 5 * eighth);
    }

    private static void Butterfly(
        double* real, double* imaginary, nint apart,
        out double r0, out double i0, out double r1, out double i1, out double r2, out double i2, out double r3, out double i3)
    {
        r0 = real[0];
        i0 = imaginary[0];
        r1 = real[apart];
        i1 = imaginary[apart];
        r2 = real[2 * apart];
        i2 = imaginary[2 * apart];
        r3 = real[3 * apart];
        i3 = imaginary[3 * apart];
        Butterflies<double, ScalarLanes>.Four(ref r0, ref i0, ref r1, ref i1, ref r2, ref i2, ref r3, ref i3);
    }
}
