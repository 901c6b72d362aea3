using System.Runtime.Intrinsics;

namespace Harmony4.Hashing.Internal.Folding;

/// <summary>What folding a CRC needs from one vector width; every 128 bits of a vector are a polynomial of their own.</summary>
internal interface IFoldVector<TVector>
    where TVector : unmanaged
{
    /// <summary>Gets the constants that fold over four vectors.</summary>
    static abstract Vector128<ulong> ByStride { get; }

    /// <summary>Gets the constants that fold over one vector.</summary>
    static abstract Vector128<ulong> ByVector { get; }

    static abstract TVector Broadcast(Vector128<ulong> value);

    /// <summary>Sets all bits to 0 but the lowest 32.</summary>
    static abstract TVector Scalar(uint value);

    static abstract TVector Xor(TVector left, TVector right);

    /// <summary>Multiplies the low halves, multiplies the high halves, and adds both products to <paramref name="data"/>.</summary>
    static abstract TVector Fold(TVector accumulator, TVector constants, TVector data);
}
