using System.Runtime.CompilerServices;

namespace Harmony4.Tokenization.Internal;

/// <summary>The complex passes at one vector width; split real and imaginary parts, lanes over independent butterflies.</summary>
internal static unsafe class FftPasses<TVector, TLanes>
    where TVector : struct
    where TLanes : struct, ILanes<TVector>
{
    /// <summary>Radix 8 over points M/8 apart: the lanes are neighbouring blocks, so each result is stored transposed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void First<TInput>(TInput input, double* factors, nint eighth, double* real, double* imaginary)
        where TInput : struct, IFftInput
    {
        for (nint p = 0; p < eighth; p += TLanes.Count)
        {
            input.Load<TVector, TLanes>(p, out var r0, out var i0);
            input.Load<TVector, TLanes>(p + eighth, out var r1, out var i1);
            input.Load<TVector, TLanes>(p + (2 * eighth), out var r2, out var i2);
            input.Load<TVector, TLanes>(p + (3 * eighth), out var r3, out var i3);
            input.Load<TVector, TLanes>(p + (4 * eighth), out var r4, out var i4);
            input.Load<TVector, TLanes>(p + (5 * eighth), out var r5, out var i5);
            input.Load<TVector, TLanes>(p + (6 * eighth), out var r6, out var i6);
            input.Load<TVector, TLanes>(p + (7 * eighth), out var r7, out var i7);
            Butterflies<TVector, TLanes>.Eight(
                ref r0, ref i0, ref r1, ref i1, ref r2, ref i2, ref r3, ref i3,
                ref r4, ref i4, ref r5, ref i5, ref r6, ref i6, ref r7, ref i7);
            var w = factors + p;
            Turn(ref r1, ref i1, w, eighth);
            Turn(ref r2, ref i2, w + (2 * eighth), eighth);
            Turn(ref r3, ref i3, w + (4 * eighth), eighth);
            Turn(ref r4, ref i4, w + (6 * eighth), eighth);
            Turn(ref r5, ref i5, w + (8 * eighth), eighth);
            Turn(ref r6, ref i6, w + (10 * eighth), eighth);
            Turn(ref r7, ref i7, w + (12 * eighth), eighth);
            TLanes.StoreTransposed(real + (8 * p), r0, r1, r2, r3, r4, r5, r6, r7);
            TLanes.StoreTransposed(imaginary + (8 * p), i0, i1, i2, i3, i4, i5, i6, i7);
        }
    }

    /// <summary>Radix 8 at <paramref name="stride"/>: the lanes are neighbours within a block and share its factors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Eight(
        double* sourceReal, double* sourceImaginary, double* real, double* imaginary, double* factors, nint stride, nint blocks)
    {
        var apart = stride * blocks;
        for (nint p = 0; p < blocks; p++)
        {
            for (nint q = 0; q < stride; q += TLanes.Count)
            {
                var sr = sourceReal + (p * stride) + q;
                var si = sourceImaginary + (p * stride) + q;
                var r0 = TLanes.Load(sr);
                var i0 = TLanes.Load(si);
                var r1 = TLanes.Load(sr + apart);
                var i1 = TLanes.Load(si + apart);
                var r2 = TLanes.Load(sr + (2 * apart));
                var i2 = TLanes.Load(si + (2 * apart));
                var r3 = TLanes.Load(sr + (3 * apart));
                var i3 = TLanes.Load(si + (3 * apart));
                var r4 = TLanes.Load(sr + (4 * apart));
                var i4 = TLanes.Load(si + (4 * apart));
                var r5 = TLanes.Load(sr + (5 * apart));
                var i5 = TLanes.Load(si + (5 * apart));
                var r6 = TLanes.Load(sr + (6 * apart));
                var i6 = TLanes.Load(si + (6 * apart));
                var r7 = TLanes.Load(sr + (7 * apart));
                var i7 = TLanes.Load(si + (7 * apart));
                Butterflies<TVector, TLanes>.Eight(
                    ref r0, ref i0, ref r1, ref i1, ref r2, ref i2, ref r3, ref i3,
                    ref r4, ref i4, ref r5, ref i5, ref r6, ref i6, ref r7, ref i7);
                if (p > 0)
                {
                    TurnAll(ref r1, ref i1, factors);
                    TurnAll(ref r2, ref i2, factors + 2);
                    TurnAll(ref r3, ref i3, factors + 4);
                    TurnAll(ref r4, ref i4, factors + 6);
                    TurnAll(ref r5, ref i5, factors + 8);
                    TurnAll(ref r6, ref i6, factors + 10);
                    TurnAll(ref r7, ref i7, factors + 12);
                }

                var dr = real + (8 * p * stride) + q;
                var di = imaginary + (8 * p * stride) + q;
                TLanes.Store(dr, r0);
                TLanes.Store(di, i0);
                TLanes.Store(dr + stride, r1);
                TLanes.Store(di + stride, i1);
                TLanes.Store(dr + (2 * stride), r2);
                TLanes.Store(di + (2 * stride), i2);
                TLanes.Store(dr + (3 * stride), r3);
                TLanes.Store(di + (3 * stride), i3);
                TLanes.Store(dr + (4 * stride), r4);
                TLanes.Store(di + (4 * stride), i4);
                TLanes.Store(dr + (5 * stride), r5);
                TLanes.Store(di + (5 * stride), i5);
                TLanes.Store(dr + (6 * stride), r6);
                TLanes.Store(di + (6 * stride), i6);
                TLanes.Store(dr + (7 * stride), r7);
                TLanes.Store(di + (7 * stride), i7);
            }

            factors += p > 0 ? 14 : 0;
        }
    }

    /// <summary>Radix 4, as <see cref="Eight"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Four(
        double* sourceReal, double* sourceImaginary, double* real, double* imaginary, double* factors, nint stride, nint blocks)
    {
        var apart = stride * blocks;
        for (nint p = 0; p < blocks; p++)
        {
            for (nint q = 0; q < stride; q += TLanes.Count)
            {
                var sr = sourceReal + (p * stride) + q;
                var si = sourceImaginary + (p * stride) + q;
                var r0 = TLanes.Load(sr);
                var i0 = TLanes.Load(si);
                var r1 = TLanes.Load(sr + apart);
                var i1 = TLanes.Load(si + apart);
                var r2 = TLanes.Load(sr + (2 * apart));
                var i2 = TLanes.Load(si + (2 * apart));
                var r3 = TLanes.Load(sr + (3 * apart));
                var i3 = TLanes.Load(si + (3 * apart));
                Butterflies<TVector, TLanes>.Four(ref r0, ref i0, ref r1, ref i1, ref r2, ref i2, ref r3, ref i3);
                if (p > 0)
                {
                    TurnAll(ref r1, ref i1, factors);
                    TurnAll(ref r2, ref i2, factors + 2);
                    TurnAll(ref r3, ref i3, factors + 4);
                }

                var dr = real + (4 * p * stride) + q;
                var di = imaginary + (4 * p * stride) + q;
                TLanes.Store(dr, r0);
                TLanes.Store(di, i0);
                TLanes.Store(dr + stride, r1);
                TLanes.Store(di + stride, i1);
                TLanes.Store(dr + (2 * stride), r2);
                TLanes.Store(di + (2 * stride), i2);
                TLanes.Store(dr + (3 * stride), r3);
                TLanes.Store(di + (3 * stride), i3);
            }

            factors += p > 0 ? 6 : 0;
        }
    }

    /// <summary>Every lane by its own factor: real parts at <paramref name="factors"/>, imaginary parts <paramref name="apart"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn(ref TVector re, ref TVector im, double* factors, nint apart) =>
        Butterflies<TVector, TLanes>.Turn(ref re, ref im, TLanes.Load(factors), TLanes.Load(factors + apart));

    /// <summary>All lanes by one factor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TurnAll(ref TVector re, ref TVector im, double* factor) =>
        Butterflies<TVector, TLanes>.Turn(ref re, ref im, TLanes.Broadcast(factor[0]), TLanes.Broadcast(factor[1]));
}
