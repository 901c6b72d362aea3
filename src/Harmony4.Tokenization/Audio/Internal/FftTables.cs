using System.Numerics;

namespace Harmony4.Tokenization.Internal;

/// <summary>The constants of the real transform of one size; immutable, shared by every transform of that size.</summary>
/// <remarks>
/// The real transform of N points is a complex one of M = N/2 points (even samples as real parts, odd ones as imaginary) and a
/// step that takes the two apart. The complex one is a Stockham transform: <see cref="Radices"/> lists its passes, and with it
/// the one order of operations that every bin has, whatever the vector width.
/// </remarks>
internal sealed unsafe class FftTables
{
    public const int MinLog2 = 8;
    public const int MaxLog2 = 14;
    private const int LastRadix = 4;

    private static readonly FftTables?[] Cache = new FftTables?[MaxLog2 - MinLog2 + 1];
    private readonly AlignedMemory _memory;

    private FftTables(int log2)
    {
        Size = 1 << log2;
        Half = Size / 2;
        Radices = GetRadices(log2 - 1);
        var first = 2 * 7 * (Half / 8);
        var middle = 0;
        var blocks = Half / 8;
        foreach (var radix in Radices.AsSpan(1, Radices.Length - 2))
        {
            middle += 2 * (radix - 1) * (blocks / radix);
            blocks /= radix;
        }

        middle = (middle + 7) & ~7;
        _memory = new AlignedMemory((first + middle + Half) * sizeof(double));
        First = (double*)_memory.Start;
        Middle = First + first;
        Split = Middle + middle;
        Fill();
    }

    /// <summary>Gets N, the number of real points.</summary>
    public int Size { get; }

    /// <summary>Gets M = N/2, the number of complex points.</summary>
    public int Half { get; }

    /// <summary>Gets the radix of each pass: 8 first, then 8 and 4, 4 last.</summary>
    public int[] Radices { get; }

    /// <summary>Gets, for k = 1 … 7, M/8 real then M/8 imaginary parts of the factors of output k of the first pass.</summary>
    public double* First { get; }

    /// <summary>Gets, pass after pass and block after block, the radix − 1 factors as (real, imaginary) pairs.</summary>
    public double* Middle { get; }

    /// <summary>Gets, for k = 0 … 3, the cosines then the sines of 2π (q + kM/4) / N for q = 0 … M/8 − 1.</summary>
    public double* Split { get; }

    public static FftTables Get(int size)
    {
        ref var cached = ref Cache[BitOperations.Log2((uint)size) - MinLog2];

        // Two threads may both build it; either result is the same.
        return Volatile.Read(ref cached) ?? (Interlocked.CompareExchange(ref cached, new FftTables(BitOperations.Log2((uint)size)), null) ?? cached!);
    }

    private static int[] GetRadices(int log2) => log2 switch
    {
        7 => [8, 4, LastRadix],
        8 => [8, 8, LastRadix],
        9 => [8, 4, 4, LastRadix],
        10 => [8, 8, 4, LastRadix],
        11 => [8, 8, 8, LastRadix],
        12 => [8, 8, 4, 4, LastRadix],
        _ => [8, 8, 8, 4, LastRadix],
    };

    private void Fill()
    {
        var eighth = Half / 8;
        for (var k = 1; k < 8; k++)
        {
            var real = First + (2 * (k - 1) * eighth);
            for (var p = 0; p < eighth; p++)
            {
                UnitCircle.CosSin(-(long)p * k, Half, out real[p], out real[eighth + p]);
            }
        }

        var next = Middle;
        var length = eighth;
        foreach (var radix in Radices.AsSpan(1, Radices.Length - 2))
        {
            for (var p = 0; p < length / radix; p++)
            {
                for (var k = 1; k < radix; k++, next += 2)
                {
                    UnitCircle.CosSin(-(long)p * k, length, out next[0], out next[1]);
                }
            }

            length /= radix;
        }

        for (var k = 0; k < LastRadix; k++)
        {
            var cos = Split + (2 * k * eighth);
            for (var q = 0; q < eighth; q++)
            {
                UnitCircle.CosSin(q + (k * (Half / LastRadix)), Size, out cos[q], out cos[eighth + q]);
            }
        }
    }
}
