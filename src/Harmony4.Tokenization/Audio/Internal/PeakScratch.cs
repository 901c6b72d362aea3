namespace Harmony4.Tokenization.Internal;

/// <summary>The work memory of a selection among N/2 + 1 bins.</summary>
internal sealed unsafe class PeakScratch
{
    private readonly AlignedMemory _memory;

    public PeakScratch(int half)
    {
        // A vector more than the bins, so that the last one can be read whole.
        var length = half + 16;
        _memory = new AlignedMemory(length * (sizeof(double) + (2 * sizeof(int))));
        Values = (double*)_memory.Start;
        Bins = (int*)(Values + length);
        Selected = Bins + length;
    }

    /// <summary>Gets the powers under comparison.</summary>
    public double* Values { get; }

    /// <summary>Gets the bin of each value.</summary>
    public int* Bins { get; }

    /// <summary>Gets the answer, strongest first.</summary>
    public int* Selected { get; }
}
