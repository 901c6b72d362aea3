using System.Runtime.CompilerServices;

namespace Harmony4.Tokenization.Internal;

/// <summary>N/2 + 1 real and N/2 + 1 imaginary parts.</summary>
internal readonly unsafe struct ComplexOutput(double* reals, double* imaginaries) : IFftOutput
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store<TVector, TLanes>(nint bin, TVector real, TVector imaginary)
        where TVector : struct
        where TLanes : struct, ILanes<TVector>
    {
        TLanes.Store(reals + bin, real);
        TLanes.Store(imaginaries + bin, imaginary);
    }
}
