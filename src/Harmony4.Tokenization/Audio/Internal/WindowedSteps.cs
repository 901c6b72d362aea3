using System.Runtime.CompilerServices;

namespace Harmony4.Tokenization.Internal;

/// <summary>As <see cref="WindowedInput"/>, of samples that 16-bit integers do not hold.</summary>
internal readonly unsafe struct WindowedSteps(float* samples, float* evenWeights, float* oddWeights) : IFftInput
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Load<TVector, TLanes>(nint index, out TVector real, out TVector imaginary)
        where TVector : struct
        where TLanes : struct, ILanes<TVector> =>
        TLanes.LoadWeighted(samples + (2 * index), evenWeights + index, oddWeights + index, out real, out imaginary);
}
