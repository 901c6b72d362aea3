using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Harmony4.Tokenization.Internal;

/// <summary>Eight doubles: AVX-512, also where <see cref="Vector512.IsHardwareAccelerated"/> reports that the runtime itself avoids it.</summary>
internal readonly unsafe struct Lanes512 : ILanes<Vector512<double>>
{
    public static bool IsSupported => Avx512F.IsSupported;

    public static int Count => 8;

    public static Vector512<double> Load(double* source) => Avx512F.LoadVector512(source);

    public static void Store(double* destination, Vector512<double> value) => Avx512F.Store(destination, value);

    public static Vector512<double> Broadcast(double value) => Vector512.Create(value);

    public static Vector512<double> Add(Vector512<double> left, Vector512<double> right) => Avx512F.Add(left, right);

    public static Vector512<double> Subtract(Vector512<double> left, Vector512<double> right) => Avx512F.Subtract(left, right);

    public static Vector512<double> Multiply(Vector512<double> left, Vector512<double> right) => Avx512F.Multiply(left, right);

    public static Vector512<double> Divide(Vector512<double> left, Vector512<double> right) => Avx512F.Divide(left, right);

    public static Vector512<double> Sqrt(Vector512<double> value) => Avx512F.Sqrt(value);

    public static Vector512<double> Max(Vector512<double> left, Vector512<double> right) => Avx512F.Max(left, right);

    public static Vector512<double> SelectLess(
        Vector512<double> left, Vector512<double> right, Vector512<double> less, Vector512<double> otherwise) =>
        Avx512F.BlendVariable(otherwise, less, Avx512F.CompareLessThan(left, right));

    public static uint AtLeastMask(Vector512<double> left, Vector512<double> right) =>
        (uint)Avx512F.CompareGreaterThanOrEqual(left, right).ExtractMostSignificantBits();

    public static Vector512<double> Reverse(Vector512<double> value) =>
        Avx512F.PermuteVar8x64(value, Vector512.Create(7L, 6, 5, 4, 3, 2, 1, 0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadPairs(double* source, out Vector512<double> even, out Vector512<double> odd)
    {
        var low = Avx512F.LoadVector512(source);
        var high = Avx512F.LoadVector512(source + 8);
        even = Avx512F.PermuteVar8x64x2(low, Vector512.Create(0L, 2, 4, 6, 8, 10, 12, 14), high);
        odd = Avx512F.PermuteVar8x64x2(low, Vector512.Create(1L, 3, 5, 7, 9, 11, 13, 15), high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadWeighted(
        short* source, float* evenWeights, float* oddWeights, out Vector512<double> even, out Vector512<double> odd)
    {
        var pairs = Avx.LoadVector256((int*)source);
        var evens = Avx.ConvertToVector256Single(Avx2.ShiftRightArithmetic(Avx2.ShiftLeftLogical(pairs, 16), 16));
        var odds = Avx.ConvertToVector256Single(Avx2.ShiftRightArithmetic(pairs, 16));
        even = Avx512F.ConvertToVector512Double(Avx.Multiply(evens, Avx.LoadVector256(evenWeights)));
        odd = Avx512F.ConvertToVector512Double(Avx.Multiply(odds, Avx.LoadVector256(oddWeights)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadWeighted(
        float* source, float* evenWeights, float* oddWeights, out Vector512<double> even, out Vector512<double> odd)
    {
        // The shuffle stays within halves: pairs of its results are then put in order.
        var low = Avx.LoadVector256(source);
        var high = Avx.LoadVector256(source + 8);
        var evens = Avx2.Permute4x64(Avx.Shuffle(low, high, 0b10_00_10_00).AsDouble(), 0b11_01_10_00).AsSingle();
        var odds = Avx2.Permute4x64(Avx.Shuffle(low, high, 0b11_01_11_01).AsDouble(), 0b11_01_10_00).AsSingle();
        even = Avx512F.ConvertToVector512Double(Avx.Multiply(evens, Avx.LoadVector256(evenWeights)));
        odd = Avx512F.ConvertToVector512Double(Avx.Multiply(odds, Avx.LoadVector256(oddWeights)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreTransposed(
        double* destination,
        Vector512<double> v0, Vector512<double> v1, Vector512<double> v2, Vector512<double> v3,
        Vector512<double> v4, Vector512<double> v5, Vector512<double> v6, Vector512<double> v7)
    {
        StoreRows(destination, Avx512F.UnpackLow(v0, v1), Avx512F.UnpackLow(v2, v3), Avx512F.UnpackLow(v4, v5), Avx512F.UnpackLow(v6, v7));
        StoreRows(destination + 8, Avx512F.UnpackHigh(v0, v1), Avx512F.UnpackHigh(v2, v3), Avx512F.UnpackHigh(v4, v5), Avx512F.UnpackHigh(v6, v7));
    }

    /// <summary>Transposes the 128-bit quarters: rows 0, 2, 4 and 6 of the destination.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRows(
        double* destination, Vector512<double> v01, Vector512<double> v23, Vector512<double> v45, Vector512<double> v67)
    {
        var low0 = Avx512F.Shuffle4x128(v01, v23, 0b01_00_01_00);
        var low1 = Avx512F.Shuffle4x128(v45, v67, 0b01_00_01_00);
        var high0 = Avx512F.Shuffle4x128(v01, v23, 0b11_10_11_10);
        var high1 = Avx512F.Shuffle4x128(v45, v67, 0b11_10_11_10);
        Avx512F.Store(destination, Avx512F.Shuffle4x128(low0, low1, 0b10_00_10_00));
        Avx512F.Store(destination + 16, Avx512F.Shuffle4x128(low0, low1, 0b11_01_11_01));
        Avx512F.Store(destination + 32, Avx512F.Shuffle4x128(high0, high1, 0b10_00_10_00));
        Avx512F.Store(destination + 48, Avx512F.Shuffle4x128(high0, high1, 0b11_01_11_01));
    }
}
