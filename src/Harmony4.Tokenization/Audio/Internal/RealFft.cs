using System.Runtime.Intrinsics;

namespace Harmony4.Tokenization.Internal;

/// <summary>The transform of 256 … 16,384 real points to bins 0 … N/2, with its own work memory: one thread at a time.</summary>
/// <remarks>The result is the same, bit for bit, at every <see cref="LaneWidth"/>. Not scaled: a constant 1 gives N in bin 0.</remarks>
internal sealed unsafe class RealFft
{
    /// <summary>Keeps arrays of a power-of-two length from starting on the same lines of the first-level cache.</summary>
    public const int Padding = 24;

    private readonly FftTables _tables;
    private readonly AlignedMemory _memory;
    private readonly LaneWidth _width;
    private readonly int _pitch;

    public RealFft(int size, LaneWidth width)
    {
        _tables = FftTables.Get(size);
        _width = width;
        _pitch = _tables.Half + Padding;
        _memory = new AlignedMemory(4 * _pitch * sizeof(double));
    }

    /// <summary>Gets N.</summary>
    public int Size => _tables.Size;

    /// <summary>Transforms the N/2 points that <paramref name="input"/> reads into the N/2 + 1 bins that <paramref name="output"/> takes.</summary>
    public void Transform<TInput, TOutput>(TInput input, TOutput output)
        where TInput : struct, IFftInput
        where TOutput : struct, IFftOutput
    {
        switch (_width)
        {
            case LaneWidth.Eight:
                Run<Vector512<double>, Lanes512, TInput, TOutput>(input, output);
                break;
            case LaneWidth.Four:
                Run<Vector256<double>, Lanes256, TInput, TOutput>(input, output);
                break;
            case LaneWidth.Two:
                Run<Vector128<double>, Lanes128, TInput, TOutput>(input, output);
                break;
            default:
                Run<double, ScalarLanes, TInput, TOutput>(input, output);
                break;
        }
    }

    private void Run<TVector, TLanes, TInput, TOutput>(TInput input, TOutput output)
        where TVector : struct
        where TLanes : struct, ILanes<TVector>
        where TInput : struct, IFftInput
        where TOutput : struct, IFftOutput
    {
        nint half = _tables.Half;
        double* real = Array(0), imaginary = Array(1), nextReal = Array(2), nextImaginary = Array(3);
        FftPasses<TVector, TLanes>.First(input, _tables.First, half / 8, real, imaginary);

        nint stride = 8;
        var factors = _tables.Middle;
        var radices = _tables.Radices;
        for (var pass = 1; pass < radices.Length - 1; pass++)
        {
            var blocks = half / (stride * radices[pass]);
            if (radices[pass] == 8)
            {
                FftPasses<TVector, TLanes>.Eight(real, imaginary, nextReal, nextImaginary, factors, stride, blocks);
            }
            else
            {
                FftPasses<TVector, TLanes>.Four(real, imaginary, nextReal, nextImaginary, factors, stride, blocks);
            }

            factors += 2 * (radices[pass] - 1) * blocks;
            stride *= radices[pass];
            Swap(ref real, ref nextReal);
            Swap(ref imaginary, ref nextImaginary);
        }

        FftSplitPass<TVector, TLanes>.Run(real, imaginary, _tables.Split, half / 4, output);
        GC.KeepAlive(this);
    }

    private static void Swap(ref double* left, ref double* right)
    {
        var kept = left;
        left = right;
        right = kept;
    }

    private double* Array(int index) => (double*)_memory.Start + (index * _pitch);
}
