namespace Harmony4.Hashing.Internal.Lanes;

/// <summary>What SHA-256 (FIPS 180-4) needs from one vector width; element i of every vector belongs to lane i.</summary>
internal unsafe interface ILaneVector<TVector>
    where TVector : unmanaged
{
    static abstract TVector Broadcast(uint value);

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector BigSigma0(TVector x);

    static abstract TVector BigSigma1(TVector x);

    static abstract TVector SmallSigma0(TVector x);

    static abstract TVector SmallSigma1(TVector x);

    static abstract TVector Choose(TVector x, TVector y, TVector z);

    static abstract TVector Majority(TVector x, TVector y, TVector z);

    /// <summary>Reads one 64-byte block per lane into sixteen vectors: words[t] holds word t of every lane.</summary>
    static abstract void LoadBlocks(byte** blocks, TVector* words);

    /// <summary>Writes eight state vectors as one big-endian digest per lane, lane after lane.</summary>
    static abstract void StoreDigests(TVector* state, byte* digests);
}
