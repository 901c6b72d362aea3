using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Harmony4.Tokenization.Internal;

/// <summary>Four doubles: AVX2.</summary>
internal readonly unsafe struct Lanes256 : ILanes<Vector256<double>>
{
    public static bool IsSupported => Avx2.IsSupported;

    public static int Count => 4;

    public static Vector256<double> Load(double* source) => Avx.LoadVector256(source);

    public static void Store(double* destination, Vector256<double> value) => Avx.Store(destination, value);

    public static Vector256<double> Broadcast(double value) => Vector256.Create(value);

    public static Vector256<double> Add(Vector256<double> left, Vector256<double> right) => Avx.Add(left, right);

    public static Vector256<double> Subtract(Vector256<double> left, Vector256<double> right) => Avx.Subtract(left, right);

    public static Vector256<double> Multiply(Vector256<double> left, Vector256<double> right) => Avx.Multiply(left, right);

    public static Vector256<double> Divide(Vector256<double> left, Vector256<double> right) => Avx.Divide(left, right);

    public static Vector256<double> Sqrt(Vector256<double> value) => Avx.Sqrt(value);

    public static Vector256<double> Max(Vector256<double> left, Vector256<double> right) => Avx.Max(left, right);

    public static Vector256<double> SelectLess(
        Vector256<double> left, Vector256<double> right, Vector256<double> less, Vector256<double> otherwise) =>
        Avx.BlendVariable(otherwise, less, Avx.Compare(left, right, FloatComparisonMode.OrderedLessThanNonSignaling));

    public static uint AtLeastMask(Vector256<double> left, Vector256<double> right) =>
        (uint)Avx.MoveMask(Avx.Compare(left, right, FloatComparisonMode.OrderedGreaterThanOrEqualNonSignaling));

    public static Vector256<double> Reverse(Vector256<double> value) => Avx2.Permute4x64(value, 0b00_01_10_11);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadPairs(double* source, out Vector256<double> even, out Vector256<double> odd)
    {
        var low = Avx.LoadVector256(source);
        var high = Avx.LoadVector256(source + 4);
        even = Avx2.Permute4x64(Avx.UnpackLow(low, high), 0b11_01_10_00);
        odd = Avx2.Permute4x64(Avx.UnpackHigh(low, high), 0b11_01_10_00);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadWeighted(
        short* source, float* evenWeights, float* oddWeights, out Vector256<double> even, out Vector256<double> odd)
    {
        var pairs = Sse2.LoadVector128((int*)source);
        var evens = Sse2.ConvertToVector128Single(Sse2.ShiftRightArithmetic(Sse2.ShiftLeftLogical(pairs, 16), 16));
        var odds = Sse2.ConvertToVector128Single(Sse2.ShiftRightArithmetic(pairs, 16));
        even = Avx.ConvertToVector256Double(Sse.Multiply(evens, Sse.LoadVector128(evenWeights)));
        odd = Avx.ConvertToVector256Double(Sse.Multiply(odds, Sse.LoadVector128(oddWeights)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadWeighted(
        float* source, float* evenWeights, float* oddWeights, out Vector256<double> even, out Vector256<double> odd)
    {
        var low = Sse.LoadVector128(source);
        var high = Sse.LoadVector128(source + 4);
        even = Avx.ConvertToVector256Double(Sse.Multiply(Sse.Shuffle(low, high, 0b10_00_10_00), Sse.LoadVector128(evenWeights)));
        odd = Avx.ConvertToVector256Double(Sse.Multiply(Sse.Shuffle(low, high, 0b11_01_11_01), Sse.LoadVector128(oddWeights)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreTransposed(
        double* destination,
        Vector256<double> v0, Vector256<double> v1, Vector256<double> v2, Vector256<double> v3,
        Vector256<double> v4, Vector256<double> v5, Vector256<double> v6, Vector256<double> v7)
    {
        StoreTransposed4(destination, v0, v1, v2, v3);
        StoreTransposed4(destination + 4, v4, v5, v6, v7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreTransposed4(
        double* destination, Vector256<double> v0, Vector256<double> v1, Vector256<double> v2, Vector256<double> v3)
    {
        var even01 = Avx.UnpackLow(v0, v1);
        var odd01 = Avx.UnpackHigh(v0, v1);
        var even23 = Avx.UnpackLow(v2, v3);
        var odd23 = Avx.UnpackHigh(v2, v3);
        Avx.Store(destination, Avx.Permute2x128(even01, even23, 0x20));
        Avx.Store(destination + 8, Avx.Permute2x128(odd01, odd23, 0x20));
        Avx.Store(destination + 16, Avx.Permute2x128(even01, even23, 0x31));
        Avx.Store(destination + 24, Avx.Permute2x128(odd01, odd23, 0x31));
    }
}
