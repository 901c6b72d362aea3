using System.Numerics;

namespace Harmony4.Tokenization.Internal;

/// <summary>The symmetric Hann window, rounded to single precision (H4MK 1.0 section 7, step 3); immutable and shared.</summary>
internal sealed unsafe class HannWindow
{
    /// <summary>2^-15 takes a sample to −1 … 1; one half is what <see cref="IFftInput"/> asks for.</summary>
    private const float SampleScale = 1f / 65536;

    private static readonly HannWindow?[] Cache = new HannWindow?[FftTables.MaxLog2 - FftTables.MinLog2 + 1];
    private readonly AlignedMemory _memory;

    private HannWindow(int size)
    {
        _memory = new AlignedMemory(size * sizeof(float));
        Even = (float*)_memory.Start;
        Odd = Even + (size / 2);
        for (var i = 0; i < size; i++)
        {
            (i % 2 == 0 ? Even : Odd)[i / 2] = GetWeight(i, size) * SampleScale;
        }
    }

    /// <summary>Gets the scaled weights of the even samples.</summary>
    public float* Even { get; }

    /// <summary>Gets the scaled weights of the odd samples.</summary>
    public float* Odd { get; }

    public static HannWindow Get(int size)
    {
        ref var cached = ref Cache[BitOperations.Log2((uint)size) - FftTables.MinLog2];
        return Volatile.Read(ref cached) ?? (Interlocked.CompareExchange(ref cached, new HannWindow(size), null) ?? cached!);
    }

    /// <summary>½ + ½ cos(π (2i − (N−1)) / (N−1)).</summary>
    public static float GetWeight(int index, int size)
    {
        UnitCircle.CosSin((2 * index) - (size - 1), 2 * (size - 1), out var cos, out _);
        return (float)(0.5 + (0.5 * cos));
    }
}
