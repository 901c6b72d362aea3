using System.Runtime.CompilerServices;

namespace Harmony4.Tokenization.Internal;

/// <summary>One double at a time: the definition that the wider forms equal, and the path of hardware without vectors.</summary>
internal readonly unsafe struct ScalarLanes : ILanes<double>
{
    public static int Count => 1;

    public static double Load(double* source) => *source;

    public static void Store(double* destination, double value) => *destination = value;

    public static double Broadcast(double value) => value;

    public static double Add(double left, double right) => left + right;

    public static double Subtract(double left, double right) => left - right;

    public static double Multiply(double left, double right) => left * right;

    public static double Divide(double left, double right) => left / right;

    public static double Sqrt(double value) => Math.Sqrt(value);

    public static double Max(double left, double right) => left > right ? left : right;

    public static double SelectLess(double left, double right, double less, double otherwise) => left < right ? less : otherwise;

    public static uint AtLeastMask(double left, double right) => left >= right ? 1u : 0u;

    public static double Reverse(double value) => value;

    public static void LoadPairs(double* source, out double even, out double odd)
    {
        even = source[0];
        odd = source[1];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadWeighted(short* source, float* evenWeights, float* oddWeights, out double even, out double odd)
    {
        even = source[0] * *evenWeights;
        odd = source[1] * *oddWeights;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadWeighted(float* source, float* evenWeights, float* oddWeights, out double even, out double odd)
    {
        even = source[0] * *evenWeights;
        odd = source[1] * *oddWeights;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreTransposed(
        double* destination, double v0, double v1, double v2, double v3, double v4, double v5, double v6, double v7)
    {
        destination[0] = v0;
        destination[1] = v1;
        destination[2] = v2;
        destination[3] = v3;
        destination[4] = v4;
        destination[5] = v5;
        destination[6] = v6;
        destination[7] = v7;
    }
}
