using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Harmony4.Tokenization.Internal;

/// <summary>Floating-point samples as steps of 16-bit sound, kept to a range in which no later operation overflows or loses bits to a small exponent.</summary>
/// <remarks>
/// A sample of 2^−80 steps times the least weight of any window, 2^−41, is a normal number of single precision, and its power one of double precision. So a thread
/// that takes denormal numbers for zero, as native code may set it to, gives the same tokens, and hostile input is no slower than sound.
/// </remarks>
internal static class FloatSteps
{
    /// <summary>Steps in full scale.</summary>
    public const float FullScale = 32768;

    /// <summary>2^80 steps, 2^65 times full scale: what is above is no sound.</summary>
    public const float Largest = (float)(1L << 40) * (1L << 40);

    /// <summary>2^−80 steps: what is below counts as 0.</summary>
    public const float Smallest = 1 / Largest;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryScale(float sample, out float steps) => TryLimit(sample * FullScale, out steps);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryScale(double sample, out float steps) => TryLimit((float)(sample * FullScale), out steps);

    /// <summary>Scales many samples; returns how many are sound before the first that is none.</summary>
    public static int Scale(ReadOnlySpan<float> samples, Span<float> steps)
    {
        var i = 0;
        for (; Vector128.IsHardwareAccelerated && i + Vector128<float>.Count <= samples.Length; i += Vector128<float>.Count)
        {
            var scaled = Vector128.Create(samples[i..]) * FullScale;
            var magnitude = Vector128.Abs(scaled);
            if (!Vector128.LessThanOrEqualAll(magnitude, Vector128.Create(Largest)))
            {
                break;
            }

            Vector128.ConditionalSelect(Vector128.GreaterThanOrEqual(magnitude, Vector128.Create(Smallest)), scaled, Vector128<float>.Zero).CopyTo(steps[i..]);
        }

        while (i < samples.Length && TryScale(samples[i], out steps[i]))
        {
            i++;
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryLimit(float scaled, out float steps)
    {
        var magnitude = MathF.Abs(scaled);
        steps = magnitude >= Smallest ? scaled : 0;

        // Neither an infinity nor what is no number passes.
        return magnitude <= Largest;
    }
}
