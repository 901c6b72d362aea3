using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Harmony4.Hashing.Internal.Folding;

/// <summary>
/// Folds bytes into four vectors: the bytes seen so far are congruent to the accumulators' bytes in their place, so a longer
/// run becomes 4 × the width of a vector (a stride), without a change of its CRC. Four, as a multiplication takes several cycles.
/// </summary>
internal static unsafe class FoldKernel<TFold, TVector>
    where TFold : struct, IFoldVector<TVector>
    where TVector : unmanaged
{
    private const int Accumulators = 4;

    public static int Stride => Accumulators * sizeof(TVector);

    /// <summary>Sets the accumulators to a first stride that follows bytes of a given CRC.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Begin(TVector* accumulators, uint crc, byte* data)
    {
        accumulators[0] = TFold.Xor(((TVector*)data)[0], TFold.Scalar(~crc));
        accumulators[1] = ((TVector*)data)[1];
        accumulators[2] = ((TVector*)data)[2];
        accumulators[3] = ((TVector*)data)[3];
    }

    /// <summary>Folds further strides.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Fold(TVector* accumulators, byte* data, int strides)
    {
        var constants = TFold.Broadcast(TFold.ByStride);
        var a = accumulators[0];
        var b = accumulators[1];
        var c = accumulators[2];
        var d = accumulators[3];
        for (; strides > 0; strides--)
        {
            a = TFold.Fold(a, constants, ((TVector*)data)[0]);
            b = TFold.Fold(b, constants, ((TVector*)data)[1]);
            c = TFold.Fold(c, constants, ((TVector*)data)[2]);
            d = TFold.Fold(d, constants, ((TVector*)data)[3]);
            data += Accumulators * sizeof(TVector);
        }

        accumulators[0] = a;
        accumulators[1] = b;
        accumulators[2] = c;
        accumulators[3] = d;
    }

    /// <summary>The CRC after the accumulators' bytes and what follows them, less than a stride.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static uint Finish(TVector* accumulators, byte* rest, int length)
    {
        var constants = TFold.Broadcast(TFold.ByVector);
        var folded = TFold.Fold(accumulators[0], constants, accumulators[1]);
        folded = TFold.Fold(folded, constants, accumulators[2]);
        folded = TFold.Fold(folded, constants, accumulators[3]);
        for (; length >= sizeof(TVector); length -= sizeof(TVector), rest += sizeof(TVector))
        {
            folded = TFold.Fold(folded, constants, *(TVector*)rest);
        }

        var parts = (Vector128<ulong>*)&folded;
        var last = parts[0];
        for (var i = 1; i < sizeof(TVector) / sizeof(Vector128<ulong>); i++)
        {
            last = Crc32Reduction.Fold(last, parts[i]);
        }

        return Crc32Reduction.Finish(last, rest, length);
    }
}
