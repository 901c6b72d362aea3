using System.Runtime.Intrinsics;

namespace Harmony4.Tokenization.Internal;

/// <summary>The transform of 256 … 16,384 real points to bins 0 … N/2, with its own work memory: one thread at a time.</summary>
/// <remarks>The result is the same, bit for bit, at every <see cref="LaneWidth"/>. Not scaled: a constant 1 gives N in bin 0.</remarks>
internal sealed unsafe class RealFft
{
    /// <summary>Keeps arrays of a power-of-two length from starting on the same lines of the first-level cache.</summary>
    private const int Padding = 24;

    private readonly FftTables _tables;
    private readonly AlignedMemory _memory;
    private readonly LaneWidth _width;
    private readonly int _pitch;

    public RealFft(int size, LaneWidth width)
    {
        _tables = FftTables.Get(size);
        _width = width;
        _pitch = _tables.Half + Padding;
        _memory = new AlignedMemory(7 * _pitch * sizeof(double));
        Spectrum = new Spectrum(Array(4), Array(5), Array(6));
    }

    /// <summary>Gets N.</summary>
    public int Size => _tables.Size;

    /// <summary>Gets N/2 + 1.</summary>
    public int Bins => _tables.Half + 1;

    /// <summary>Gets where the last transform's result is; valid while this object is reachable.</summary>
    public Spectrum Spectrum { get; }

    /// <summary>Transforms what <paramref name="input"/> reads, N/2 points.</summary>
    public void Transform<TInput>(TInput input)
        where TInput : struct, IFftInput
    {
        switch (_width)
        {
            case LaneWidth.Eight:
                Run<Vector512<double>, Lanes512, TInput>(input);
                break;
            case LaneWidth.Four:
                Run<Vector256<double>, Lanes256, TInput>(input);
                break;
            case LaneWidth.Two:
                Run<Vector128<double>, Lanes128, TInput>(input);
                break;
            default:
                Run<double, ScalarLanes, TInput>(input);
                break;
        }
    }

    private void Run<TVector, TLanes, TInput>(TInput input)
        where TVector : struct
        where TLanes : struct, ILanes<TVector>
        where TInput : struct, IFftInput
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

        FftSplitPass<TVector, TLanes>.Run(real, imaginary, _tables.Split, half / 4, Spectrum);
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
