using System.Runtime.CompilerServices;

namespace Harmony4.Tokenization.Internal;

/// <summary>The small transforms that passes are made of; forward sign, results in place, in natural order.</summary>
internal static class Butterflies<TVector, TLanes>
    where TVector : struct
    where TLanes : struct, ILanes<TVector>
{
    /// <summary>The square root of one half: cos π/4.</summary>
    private const double EighthCosine = 0.70710678118654752440;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Two(ref TVector r0, ref TVector i0, ref TVector r1, ref TVector i1)
    {
        var r = TLanes.Subtract(r0, r1);
        var i = TLanes.Subtract(i0, i1);
        r0 = TLanes.Add(r0, r1);
        i0 = TLanes.Add(i0, i1);
        r1 = r;
        i1 = i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Four(
        ref TVector r0, ref TVector i0, ref TVector r1, ref TVector i1,
        ref TVector r2, ref TVector i2, ref TVector r3, ref TVector i3)
    {
        Two(ref r0, ref i0, ref r2, ref i2);
        Two(ref r1, ref i1, ref r3, ref i3);
        var evenR = r0;
        var evenI = i0;
        var oddR = r1;
        var oddI = i1;
        var evenDifferenceR = r2;
        var evenDifferenceI = i2;
        var oddDifferenceR = r3;
        var oddDifferenceI = i3;
        r0 = TLanes.Add(evenR, oddR);
        i0 = TLanes.Add(evenI, oddI);
        r2 = TLanes.Subtract(evenR, oddR);
        i2 = TLanes.Subtract(evenI, oddI);
        r1 = TLanes.Add(evenDifferenceR, oddDifferenceI);
        i1 = TLanes.Subtract(evenDifferenceI, oddDifferenceR);
        r3 = TLanes.Subtract(evenDifferenceR, oddDifferenceI);
        i3 = TLanes.Add(evenDifferenceI, oddDifferenceR);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Eight(
        ref TVector r0, ref TVector i0, ref TVector r1, ref TVector i1,
        ref TVector r2, ref TVector i2, ref TVector r3, ref TVector i3,
        ref TVector r4, ref TVector i4, ref TVector r5, ref TVector i5,
        ref TVector r6, ref TVector i6, ref TVector r7, ref TVector i7)
    {
        Two(ref r0, ref i0, ref r4, ref i4);
        Two(ref r1, ref i1, ref r5, ref i5);
        Two(ref r2, ref i2, ref r6, ref i6);
        Two(ref r3, ref i3, ref r7, ref i7);
        Four(ref r0, ref i0, ref r1, ref i1, ref r2, ref i2, ref r3, ref i3);

        // Times the eighth roots of one: (1 − i)/√2, −i, −(1 + i)/√2.
        var c = TLanes.Broadcast(EighthCosine);
        var t5 = TLanes.Multiply(c, TLanes.Add(r5, i5));
        var u5 = TLanes.Multiply(c, TLanes.Subtract(i5, r5));
        var t7 = TLanes.Multiply(c, TLanes.Subtract(i7, r7));
        var u7 = TLanes.Multiply(c, TLanes.Add(i7, r7));

        // The four-point transform of (a4, w a5, −i a6, w³ a7), with the signs of −i and w³ taken into its sums.
        var sum0R = TLanes.Add(r4, i6);
        var sum0I = TLanes.Subtract(i4, r6);
        var difference0R = TLanes.Subtract(r4, i6);
        var difference0I = TLanes.Add(i4, r6);
        var sum1R = TLanes.Add(t5, t7);
        var sum1I = TLanes.Subtract(u5, u7);
        var difference1R = TLanes.Subtract(t5, t7);
        var difference1I = TLanes.Add(u5, u7);

        // Outputs 1, 3, 5, 7; the evens are 0, 2, 4, 6.
        var even1R = r1;
        var even1I = i1;
        var even2R = r2;
        var even2I = i2;
        var even3R = r3;
        var even3I = i3;
        r1 = TLanes.Add(sum0R, sum1R);
        i1 = TLanes.Add(sum0I, sum1I);
        r5 = TLanes.Subtract(sum0R, sum1R);
        i5 = TLanes.Subtract(sum0I, sum1I);
        r3 = TLanes.Add(difference0R, difference1I);
        i3 = TLanes.Subtract(difference0I, difference1R);
        r7 = TLanes.Subtract(difference0R, difference1I);
        i7 = TLanes.Add(difference0I, difference1R);
        r2 = even1R;
        i2 = even1I;
        r4 = even2R;
        i4 = even2I;
        r6 = even3R;
        i6 = even3I;
    }

    /// <summary>(re + i im) times (wr + i wi), in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Turn(ref TVector re, ref TVector im, TVector wr, TVector wi)
    {
        var r = TLanes.Subtract(TLanes.Multiply(re, wr), TLanes.Multiply(im, wi));
        im = TLanes.Add(TLanes.Multiply(re, wi), TLanes.Multiply(im, wr));
        re = r;
    }
}
