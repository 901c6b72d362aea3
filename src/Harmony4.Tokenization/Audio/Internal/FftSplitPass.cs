using System.Runtime.CompilerServices;

namespace Harmony4.Tokenization.Internal;

/// <summary>The last pass: radix 4 without factors, and in the same step the bins of the real transform.</summary>
/// <remarks>
/// With Z the complex transform of halved points, bins j and M − j are E + T and conj(E − T), where E = Z[j] + conj Z[M−j],
/// T = −i e^(−2πi j/N) (Z[j] − conj Z[M−j]). The butterflies q and M/4 − q hold both bins of each of their pairs.
/// </remarks>
internal static unsafe class FftSplitPass<TVector, TLanes>
    where TVector : struct
    where TLanes : struct, ILanes<TVector>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run<TOutput>(double* real, double* imaginary, double* factors, nint quarter, TOutput output)
        where TOutput : struct, IFftOutput
    {
        var half = 4 * quarter;
        var eighth = quarter / 2;
        for (nint q = 0; q < eighth; q += TLanes.Count)
        {
            var sr = real + q;
            var si = imaginary + q;
            var ar0 = TLanes.Load(sr);
            var ai0 = TLanes.Load(si);
            var ar1 = TLanes.Load(sr + quarter);
            var ai1 = TLanes.Load(si + quarter);
            var ar2 = TLanes.Load(sr + (2 * quarter));
            var ai2 = TLanes.Load(si + (2 * quarter));
            var ar3 = TLanes.Load(sr + (3 * quarter));
            var ai3 = TLanes.Load(si + (3 * quarter));
            Butterflies<TVector, TLanes>.Four(ref ar0, ref ai0, ref ar1, ref ai1, ref ar2, ref ai2, ref ar3, ref ai3);

            // Lane 0 of the first round has no partner in this range: it reads a neighbour and is done over below.
            sr = real + (quarter - q - (TLanes.Count - 1));
            si = imaginary + (quarter - q - (TLanes.Count - 1));
            var br0 = TLanes.Reverse(TLanes.Load(sr));
            var bi0 = TLanes.Reverse(TLanes.Load(si));
            var br1 = TLanes.Reverse(TLanes.Load(sr + quarter));
            var bi1 = TLanes.Reverse(TLanes.Load(si + quarter));
            var br2 = TLanes.Reverse(TLanes.Load(sr + (2 * quarter)));
            var bi2 = TLanes.Reverse(TLanes.Load(si + (2 * quarter)));
            var br3 = TLanes.Reverse(TLanes.Load(sr + (3 * quarter)));
            var bi3 = TLanes.Reverse(TLanes.Load(si + (3 * quarter)));
            Butterflies<TVector, TLanes>.Four(ref br0, ref bi0, ref br1, ref bi1, ref br2, ref bi2, ref br3, ref bi3);

            var w = factors + q;
            var mirrored = half - q - (TLanes.Count - 1);
            StorePair(ar0, ai0, br3, bi3, TLanes.Load(w), TLanes.Load(w + eighth), output, q, mirrored);
            StorePair(ar1, ai1, br2, bi2, TLanes.Load(w + (2 * eighth)), TLanes.Load(w + (2 * eighth) + eighth), output, q + quarter, mirrored - quarter);
            StorePair(ar2, ai2, br1, bi1, TLanes.Load(w + (4 * eighth)), TLanes.Load(w + (4 * eighth) + eighth), output, q + (2 * quarter), mirrored - (2 * quarter));
            StorePair(ar3, ai3, br0, bi0, TLanes.Load(w + (6 * eighth)), TLanes.Load(w + (6 * eighth) + eighth), output, q + (3 * quarter), mirrored - (3 * quarter));
        }

        FftSplitEdges.Run(real, imaginary, quarter, output);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePair<TOutput>(
        TVector ar, TVector ai, TVector br, TVector bi, TVector cos, TVector sin, TOutput output, nint bin, nint mirrored)
        where TOutput : struct, IFftOutput
    {
        var sumR = TLanes.Add(ar, br);
        var sumI = TLanes.Subtract(ai, bi);
        var differenceR = TLanes.Subtract(ar, br);
        var differenceI = TLanes.Add(ai, bi);
        var turnedR = TLanes.Subtract(TLanes.Multiply(cos, differenceI), TLanes.Multiply(sin, differenceR));
        var turnedI = TLanes.Add(TLanes.Multiply(sin, differenceI), TLanes.Multiply(cos, differenceR));
        output.Store<TVector, TLanes>(bin, TLanes.Add(sumR, turnedR), TLanes.Subtract(sumI, turnedI));

        // turnedI is −Im T, so that Im conj(E − T) = −turnedI − sumI.
        var minus = TLanes.Subtract(TLanes.Subtract(TLanes.Broadcast(0.0), sumI), turnedI);
        output.Store<TVector, TLanes>(mirrored, TLanes.Reverse(TLanes.Subtract(sumR, turnedR)), TLanes.Reverse(minus));
    }
}
