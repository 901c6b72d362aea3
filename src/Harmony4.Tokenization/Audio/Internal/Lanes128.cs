using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Harmony4.Tokenization.Internal;

/// <summary>Two doubles: SSE2 and NEON.</summary>
internal readonly unsafe struct Lanes128 : ILanes<Vector128<double>>
{
    public static bool IsSupported => Vector128.IsHardwareAccelerated && BitConverter.IsLittleEndian;

    public static int Count => 2;

    public static Vector128<double> Load(double* source) => Vector128.Load(source);

    public static void Store(double* destination, Vector128<double> value) => value.Store(destination);

    public static Vector128<double> Broadcast(double value) => Vector128.Create(value);

    public static Vector128<double> Add(Vector128<double> left, Vector128<double> right) => left + right;

    public static Vector128<double> Subtract(Vector128<double> left, Vector128<double> right) => left - right;

    public static Vector128<double> Multiply(Vector128<double> left, Vector128<double> right) => left * right;

    public static Vector128<double> Divide(Vector128<double> left, Vector128<double> right) => left / right;

    public static Vector128<double> Sqrt(Vector128<double> value) => Vector128.Sqrt(value);

    public static Vector128<double> Max(Vector128<double> left, Vector128<double> right) => SelectLess(right, left, left, right);

    public static Vector128<double> SelectLess(
        Vector128<double> left, Vector128<double> right, Vector128<double> less, Vector128<double> otherwise) =>
        Vector128.ConditionalSelect(Vector128.LessThan(left, right), less, otherwise);

    public static uint AtLeastMask(Vector128<double> left, Vector128<double> right) =>
        Vector128.GreaterThanOrEqual(left, right).ExtractMostSignificantBits();

    public static Vector128<double> Reverse(Vector128<double> value) => Vector128.Shuffle(value, Vector128.Create(1L, 0L));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadPairs(double* source, out Vector128<double> even, out Vector128<double> odd)
    {
        var low = Vector128.Load(source);
        var high = Vector128.Load(source + 2);
        even = LowHalves(low, high);
        odd = HighHalves(low, high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadWeighted(
        short* source, float* evenWeights, float* oddWeights, out Vector128<double> even, out Vector128<double> odd)
    {
        var pairs = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<long>(source)).AsInt32();
        var evenWeight = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<long>(evenWeights)).AsSingle();
        var oddWeight = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<long>(oddWeights)).AsSingle();
        even = Vector128.WidenLower(Vector128.ConvertToSingle((pairs << 16) >> 16) * evenWeight);
        odd = Vector128.WidenLower(Vector128.ConvertToSingle(pairs >> 16) * oddWeight);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadWeighted(
        float* source, float* evenWeights, float* oddWeights, out Vector128<double> even, out Vector128<double> odd)
    {
        var evenWeight = Vector64.CreateScalarUnsafe(Unsafe.ReadUnaligned<long>(evenWeights)).AsSingle();
        var oddWeight = Vector64.CreateScalarUnsafe(Unsafe.ReadUnaligned<long>(oddWeights)).AsSingle();
        var products = Vector128.Shuffle(Vector128.Load(source), Vector128.Create(0, 2, 1, 3)) * Vector128.Create(evenWeight, oddWeight);
        even = Vector128.WidenLower(products);
        odd = Vector128.WidenUpper(products);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreTransposed(
        double* destination,
        Vector128<double> v0, Vector128<double> v1, Vector128<double> v2, Vector128<double> v3,
        Vector128<double> v4, Vector128<double> v5, Vector128<double> v6, Vector128<double> v7)
    {
        LowHalves(v0, v1).Store(destination);
        LowHalves(v2, v3).Store(destination + 2);
        LowHalves(v4, v5).Store(destination + 4);
        LowHalves(v6, v7).Store(destination + 6);
        HighHalves(v0, v1).Store(destination + 8);
        HighHalves(v2, v3).Store(destination + 10);
        HighHalves(v4, v5).Store(destination + 12);
        HighHalves(v6, v7).Store(destination + 14);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> LowHalves(Vector128<double> first, Vector128<double> second) =>
        Sse2.IsSupported ? Sse2.UnpackLow(first, second)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(first, second)
        : first.WithElement(1, second.GetElement(0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> HighHalves(Vector128<double> first, Vector128<double> second) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(first, second)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(first, second)
        : second.WithElement(0, first.GetElement(1));
}
