using System.Runtime.CompilerServices;

namespace Harmony4.Tokenization.Internal;

/// <summary>The parts, and the squared magnitude re × re + im × im that bins are ordered by.</summary>
internal readonly unsafe struct PowerOutput(double* reals, double* imaginaries, double* powers) : IFftOutput
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store<TVector, TLanes>(nint bin, TVector real, TVector imaginary)
        where TVector : struct
        where TLanes : struct, ILanes<TVector>
    {
        TLanes.Store(reals + bin, real);
        TLanes.Store(imaginaries + bin, imaginary);
        TLanes.Store(powers + bin, TLanes.Add(TLanes.Multiply(real, real), TLanes.Multiply(imaginary, imaginary)));
    }
}
