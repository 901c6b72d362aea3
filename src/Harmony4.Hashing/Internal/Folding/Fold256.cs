using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Harmony4.Hashing.Internal.Folding;

/// <summary>Two polynomials in a vector of AVX2.</summary>
internal readonly struct Fold256 : IFoldVector<Vector256<ulong>>
{
    private const byte Low = 0x00;
    private const byte High = 0x11;

    public static Vector128<ulong> ByStride => Vector128.Create(FoldConstants.By1024Low, FoldConstants.By1024High);

    public static Vector128<ulong> ByVector => Vector128.Create(FoldConstants.By256Low, FoldConstants.By256High);

    public static bool IsSupported => Pclmulqdq.V256.IsSupported && Avx2.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Broadcast(Vector128<ulong> value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Scalar(uint value) => Vector256.CreateScalar((ulong)value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Xor(Vector256<ulong> left, Vector256<ulong> right) => left ^ right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Fold(Vector256<ulong> accumulator, Vector256<ulong> constants, Vector256<ulong> data) =>
        Pclmulqdq.V256.CarrylessMultiply(accumulator, constants, Low)
            ^ Pclmulqdq.V256.CarrylessMultiply(accumulator, constants, High)
            ^ data;
}
