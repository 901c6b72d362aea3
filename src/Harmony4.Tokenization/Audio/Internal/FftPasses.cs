using System.Runtime.CompilerServices;

namespace Harmony4.Tokenization.Internal;

/// <summary>The complex passes at one vector width; split real and imaginary parts, lanes over independent butterflies.</summary>
/// <remarks>Never inlined: in a caller that the runtime finds hot, a pass would use up what the compiler inlines there, and its butterflies become calls.</remarks>
internal static unsafe class FftPasses<TVector, TLanes>
    where TVector : struct
    where TLanes : struct, ILanes<TVector>
{
    /// <summary>Radix 8 over points M/8 apart: the lanes are neighbouring blocks, so each result is stored transposed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void First<TInput>(TInput input, double* factors, nint eighth, double* real, double* imaginary)
        where TInput : struct, IFftInput
    {
        for (nint p = 0; p < eighth; p += TLanes.Count)
        {
            input.Load<TVector, TLanes>(p, out var r0, out var i0);
            input.Load<TVector, TLanes>(p + (2 * eighth), out var r2, out var i2);
            input.Load<TVector, TLanes>(p + (4 * eighth), out var r4, out var i4);
            input.Load<TVector, TLanes>(p + (6 * eighth), out var r6, out var i6);
            Butterflies<TVector, TLanes>.Four(ref r0, ref i0, ref r2, ref i2, ref r4, ref i4, ref r6, ref i6);
            input.Load<TVector, TLanes>(p + eighth, out var r1, out var i1);
            input.Load<TVector, TLanes>(p + (3 * eighth), out var r3, out var i3);
            input.Load<TVector, TLanes>(p + (5 * eighth), out var r5, out var i5);
            input.Load<TVector, TLanes>(p + (7 * eighth), out var r7, out var i7);
            Butterflies<TVector, TLanes>.Four(ref r1, ref i1, ref r3, ref i3, ref r5, ref i5, ref r7, ref i7);

            // Each join gives results k and k + 4 in the places of the even and the odd transform's result k.
            var w = factors + p;
            Butterflies<TVector, TLanes>.Join0(ref r0, ref i0, ref r1, ref i1);
            Turn(ref r1, ref i1, w + (6 * eighth), eighth);
            Butterflies<TVector, TLanes>.Join1(ref r2, ref i2, ref r3, ref i3);
            Turn(ref r2, ref i2, w, eighth);
            Turn(ref r3, ref i3, w + (8 * eighth), eighth);
            Butterflies<TVector, TLanes>.Join2(ref r4, ref i4, ref r5, ref i5);
            Turn(ref r4, ref i4, w + (2 * eighth), eighth);
            Turn(ref r5, ref i5, w + (10 * eighth), eighth);
            Butterflies<TVector, TLanes>.Join3(ref r6, ref i6, ref r7, ref i7);
            Turn(ref r6, ref i6, w + (4 * eighth), eighth);
            Turn(ref r7, ref i7, w + (12 * eighth), eighth);
            TLanes.StoreTransposed(real + (8 * p), r0, r2, r4, r6, r1, r3, r5, r7);
            TLanes.StoreTransposed(imaginary + (8 * p), i0, i2, i4, i6, i1, i3, i5, i7);
        }
    }

    /// <summary>Radix 8 at <paramref name="stride"/>: the lanes are neighbours within a block and share its factors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Eight(
        double* sourceReal, double* sourceImaginary, double* real, double* imaginary, double* factors, nint stride, nint blocks)
    {
        var apart = stride * blocks;
        for (nint p = 0; p < blocks; p++)
        {
            for (var end = sourceReal + stride; sourceReal < end;)
            {
                Load(sourceReal, sourceImaginary, 0, out var r0, out var i0);
                Load(sourceReal, sourceImaginary, 2 * apart, out var r2, out var i2);
                Load(sourceReal, sourceImaginary, 4 * apart, out var r4, out var i4);
                Load(sourceReal, sourceImaginary, 6 * apart, out var r6, out var i6);
                Butterflies<TVector, TLanes>.Four(ref r0, ref i0, ref r2, ref i2, ref r4, ref i4, ref r6, ref i6);
                Load(sourceReal, sourceImaginary, apart, out var r1, out var i1);
                Load(sourceReal, sourceImaginary, 3 * apart, out var r3, out var i3);
                Load(sourceReal, sourceImaginary, 5 * apart, out var r5, out var i5);
                Load(sourceReal, sourceImaginary, 7 * apart, out var r7, out var i7);
                Butterflies<TVector, TLanes>.Four(ref r1, ref i1, ref r3, ref i3, ref r5, ref i5, ref r7, ref i7);

                Butterflies<TVector, TLanes>.Join0(ref r0, ref i0, ref r1, ref i1);
                Store(real, imaginary, 0, r0, i0);
                StoreTurned(real, imaginary, 4 * stride, r1, i1, factors + 6);
                Butterflies<TVector, TLanes>.Join1(ref r2, ref i2, ref r3, ref i3);
                StoreTurned(real, imaginary, stride, r2, i2, factors);
                StoreTurned(real, imaginary, 5 * stride, r3, i3, factors + 8);
                Butterflies<TVector, TLanes>.Join2(ref r4, ref i4, ref r5, ref i5);
                StoreTurned(real, imaginary, 2 * stride, r4, i4, factors + 2);
                StoreTurned(real, imaginary, 6 * stride, r5, i5, factors + 10);
                Butterflies<TVector, TLanes>.Join3(ref r6, ref i6, ref r7, ref i7);
                StoreTurned(real, imaginary, 3 * stride, r6, i6, factors + 4);
                StoreTurned(real, imaginary, 7 * stride, r7, i7, factors + 12);
                sourceReal += TLanes.Count;
                sourceImaginary += TLanes.Count;
                real += TLanes.Count;
                imaginary += TLanes.Count;
            }

            real += 7 * stride;
            imaginary += 7 * stride;
            factors += 14;
        }
    }

    /// <summary>Radix 4, as <see cref="Eight"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Four(
        double* sourceReal, double* sourceImaginary, double* real, double* imaginary, double* factors, nint stride, nint blocks)
    {
        var apart = stride * blocks;
        for (nint p = 0; p < blocks; p++)
        {
            for (var end = sourceReal + stride; sourceReal < end;)
            {
                Load(sourceReal, sourceImaginary, 0, out var r0, out var i0);
                Load(sourceReal, sourceImaginary, apart, out var r1, out var i1);
                Load(sourceReal, sourceImaginary, 2 * apart, out var r2, out var i2);
                Load(sourceReal, sourceImaginary, 3 * apart, out var r3, out var i3);
                Butterflies<TVector, TLanes>.Four(ref r0, ref i0, ref r1, ref i1, ref r2, ref i2, ref r3, ref i3);
                Store(real, imaginary, 0, r0, i0);
                StoreTurned(real, imaginary, stride, r1, i1, factors);
                StoreTurned(real, imaginary, 2 * stride, r2, i2, factors + 2);
                StoreTurned(real, imaginary, 3 * stride, r3, i3, factors + 4);
                sourceReal += TLanes.Count;
                sourceImaginary += TLanes.Count;
                real += TLanes.Count;
                imaginary += TLanes.Count;
            }

            real += 3 * stride;
            imaginary += 3 * stride;
            factors += 6;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load(double* real, double* imaginary, nint at, out TVector re, out TVector im)
    {
        re = TLanes.Load(real + at);
        im = TLanes.Load(imaginary + at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(double* real, double* imaginary, nint at, TVector re, TVector im)
    {
        TLanes.Store(real + at, re);
        TLanes.Store(imaginary + at, im);
    }

    /// <summary>All lanes times one factor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreTurned(double* real, double* imaginary, nint at, TVector re, TVector im, double* factor)
    {
        Butterflies<TVector, TLanes>.Turn(ref re, ref im, TLanes.Broadcast(factor[0]), TLanes.Broadcast(factor[1]));
        Store(real, imaginary, at, re, im);
    }

    /// <summary>Every lane by its own factor: real parts at <paramref name="factors"/>, imaginary parts <paramref name="apart"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn(ref TVector re, ref TVector im, double* factors, nint apart) =>
        Butterflies<TVector, TLanes>.Turn(ref re, ref im, TLanes.Load(factors), TLanes.Load(factors + apart));
}
