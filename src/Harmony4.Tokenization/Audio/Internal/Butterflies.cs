using System.Runtime.CompilerServices;

namespace Harmony4.Tokenization.Internal;

/// <summary>The small transforms that passes are made of: forward sign, in place, results in natural order.</summary>
/// <remarks>
/// Eight points are two <see cref="Four"/>s, of the even and of the odd points, and a join of each of their four results.
/// A pass stores what a join gives before it makes the next: sixteen registers then nearly suffice.
/// </remarks>
internal static class Butterflies<TVector, TLanes>
    where TVector : struct
    where TLanes : struct, ILanes<TVector>
{
    /// <summary>The square root of one half: cos π/4.</summary>
    private const double EighthCosine = 0.70710678118654752440;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Four(
        ref TVector r0, ref TVector i0, ref TVector r1, ref TVector i1,
        ref TVector r2, ref TVector i2, ref TVector r3, ref TVector i3)
    {
        Join0(ref r0, ref i0, ref r2, ref i2);
        Join0(ref r1, ref i1, ref r3, ref i3);
        Join0(ref r0, ref i0, ref r1, ref i1);
        Join2(ref r2, ref i2, ref r3, ref i3);

        // The joins left results 0, 2, 1, 3.
        (r1, r2) = (r2, r1);
        (i1, i2) = (i2, i1);
    }

    /// <summary>The sum and the difference.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Join0(ref TVector er, ref TVector ei, ref TVector or, ref TVector oi)
    {
        var r = TLanes.Subtract(er, or);
        var i = TLanes.Subtract(ei, oi);
        er = TLanes.Add(er, or);
        ei = TLanes.Add(ei, oi);
        or = r;
        oi = i;
    }

    /// <summary>The sum and the difference after a turn of the second by an eighth: (1 − i)/√2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Join1(ref TVector er, ref TVector ei, ref TVector or, ref TVector oi)
    {
        var c = TLanes.Broadcast(EighthCosine);
        var r = TLanes.Multiply(c, TLanes.Add(or, oi));
        oi = TLanes.Multiply(c, TLanes.Subtract(oi, or));
        or = r;
        Join0(ref er, ref ei, ref or, ref oi);
    }

    /// <summary>The sum and the difference after a turn of the second by a quarter: −i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Join2(ref TVector er, ref TVector ei, ref TVector or, ref TVector oi)
    {
        var r = TLanes.Subtract(er, oi);
        var i = TLanes.Add(ei, or);
        er = TLanes.Add(er, oi);
        ei = TLanes.Subtract(ei, or);
        or = r;
        oi = i;
    }

    /// <summary>The sum and the difference after a turn of the second by three eighths: −(1 + i)/√2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Join3(ref TVector er, ref TVector ei, ref TVector or, ref TVector oi)
    {
        var c = TLanes.Broadcast(EighthCosine);
        var r = TLanes.Multiply(c, TLanes.Subtract(oi, or));
        var minusI = TLanes.Multiply(c, TLanes.Add(oi, or));
        or = TLanes.Subtract(er, r);
        oi = TLanes.Add(ei, minusI);
        er = TLanes.Add(er, r);
        ei = TLanes.Subtract(ei, minusI);
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
