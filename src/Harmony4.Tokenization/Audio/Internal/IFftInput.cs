namespace Harmony4.Tokenization.Internal;

/// <summary>Where the first pass reads its complex points from, already halved (the split step adds pairs of them).</summary>
internal interface IFftInput
{
    /// <summary>Reads the lanes' worth of points from point <paramref name="index"/> on.</summary>
    void Load<TVector, TLanes>(nint index, out TVector real, out TVector imaginary)
        where TVector : struct
        where TLanes : struct, ILanes<TVector>;
}
