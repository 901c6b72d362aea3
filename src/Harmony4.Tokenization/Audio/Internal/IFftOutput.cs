namespace Harmony4.Tokenization.Internal;

/// <summary>Where the last pass puts bins 0 … N/2. The imaginary parts of the first and the last bin are +0.</summary>
internal interface IFftOutput
{
    /// <summary>Stores the lanes' worth of bins from <paramref name="bin"/> on.</summary>
    void Store<TVector, TLanes>(nint bin, TVector real, TVector imaginary)
        where TVector : struct
        where TLanes : struct, ILanes<TVector>;
}
