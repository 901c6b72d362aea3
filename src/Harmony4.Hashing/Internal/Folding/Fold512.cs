using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Harmony4.Hashing.Internal.Folding;

/// <summary>Four polynomials in a vector of AVX-512.</summary>
internal readonly struct Fold512 : IFoldVector<Vector512<ulong>>
{
    private const byte Low = 0x00;
    private const byte High = 0x11;
    private const byte Xor3 = 0x96;

    public static Vector128<ulong> ByStride => Vector128.Create(FoldConstants.By2048Low, FoldConstants.By2048High);

    public static Vector128<ulong> ByVector => Vector128.Create(FoldConstants.By512Low, FoldConstants.By512High);

    public static bool IsSupported => Pclmulqdq.V512.IsSupported && Avx512F.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Broadcast(Vector128<ulong> value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Scalar(uint value) => Vector512.CreateScalar((ulong)value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Xor(Vector512<ulong> left, Vector512<ulong> right) => left ^ right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Fold(Vector512<ulong> accumulator, Vector512<ulong> constants, Vector512<ulong> data) =>
        Avx512F.TernaryLogic(
            Pclmulqdq.V512.CarrylessMultiply(accumulator, constants, Low),
            Pclmulqdq.V512.CarrylessMultiply(accumulator, constants, High),
            data,
            Xor3);
}
