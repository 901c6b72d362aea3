using System.Runtime.CompilerServices;

namespace Harmony4.Tokenization.Internal;

/// <summary>
/// Samples times the window in single precision. The weights carry the factor 2^-16 (2^-15 scales a sample to −1 … 1, one half
/// is what the transform asks for), which moves no rounding.
/// </summary>
internal readonly unsafe struct WindowedInput(short* samples, float* evenWeights, float* oddWeights) : IFftInput
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Load<TVector, TLanes>(nint index, out TVector real, out TVector imaginary)
        where TVector : struct
        where TLanes : struct, ILanes<TVector> =>
        TLanes.LoadWeighted(samples + (2 * index), evenWeights + index, oddWeights + index, out real, out imaginary);
}
