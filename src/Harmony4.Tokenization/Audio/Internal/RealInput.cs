using System.Runtime.CompilerServices;

namespace Harmony4.Tokenization.Internal;

/// <summary>Plain doubles.</summary>
internal readonly unsafe struct RealInput(double* points) : IFftInput
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Load<TVector, TLanes>(nint index, out TVector real, out TVector imaginary)
        where TVector : struct
        where TLanes : struct, ILanes<TVector>
    {
        TLanes.LoadPairs(points + (2 * index), out real, out imaginary);
        real = TLanes.Multiply(real, TLanes.Broadcast(0.5));
        imaginary = TLanes.Multiply(imaginary, TLanes.Broadcast(0.5));
    }
}
