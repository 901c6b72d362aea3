namespace Harmony4.Tokenization.Internal;

/// <summary>
/// The arithmetic of one vector width. Every operation is element-wise and one IEEE 754 operation (no fused multiply-add, no
/// estimate), so an algorithm written once over this interface gives the same bits at every width.
/// </summary>
/// <typeparam name="TVector">What holds <see cref="Count"/> doubles.</typeparam>
internal unsafe interface ILanes<TVector>
    where TVector : struct
{
    static abstract int Count { get; }

    static abstract TVector Load(double* source);

    static abstract void Store(double* destination, TVector value);

    static abstract TVector Broadcast(double value);

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector Subtract(TVector left, TVector right);

    static abstract TVector Multiply(TVector left, TVector right);

    static abstract TVector Divide(TVector left, TVector right);

    static abstract TVector Sqrt(TVector value);

    static abstract TVector Max(TVector left, TVector right);

    /// <summary>Per lane, <paramref name="less"/> where <paramref name="left"/> is below <paramref name="right"/>, else <paramref name="otherwise"/>.</summary>
    static abstract TVector SelectLess(TVector left, TVector right, TVector less, TVector otherwise);

    /// <summary>One bit per lane, the first lane lowest: whether <paramref name="left"/> is at least <paramref name="right"/>.</summary>
    static abstract uint AtLeastMask(TVector left, TVector right);

    static abstract TVector Reverse(TVector value);

    /// <summary>Reads <see cref="Count"/> (even, odd) pairs of doubles.</summary>
    static abstract void LoadPairs(double* source, out TVector even, out TVector odd);

    /// <summary>Reads <see cref="Count"/> (even, odd) pairs of samples, each times its weight in single precision.</summary>
    static abstract void LoadWeighted(short* source, float* evenWeights, float* oddWeights, out TVector even, out TVector odd);

    /// <inheritdoc cref="LoadWeighted(short*, float*, float*, out TVector, out TVector)"/>
    static abstract void LoadWeighted(float* source, float* evenWeights, float* oddWeights, out TVector even, out TVector odd);

    /// <summary>Writes lane 0 of the eight vectors, then lane 1 of the eight, and so on.</summary>
    static abstract void StoreTransposed(
        double* destination, TVector v0, TVector v1, TVector v2, TVector v3, TVector v4, TVector v5, TVector v6, TVector v7);
}
