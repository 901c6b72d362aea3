using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Harmony4.Tokenization.Internal;
using MathNet.Numerics.IntegralTransforms;

namespace Harmony4.Benchmarks.Audio;

/// <summary>
/// A real transform of doubles, ours at the machine's widest lanes against FFTW and MathNet.Numerics. Run it again under
/// <c>DOTNET_EnableAVX512=0</c> or <c>DOTNET_EnableAVX2=0</c> for the narrower forms.
/// </summary>
[MemoryDiagnoser]
[Config(typeof(FftwConfig))]
public unsafe class RealFftBenchmarks
{
    private RealFft _fft = null!;
    private double* _input;
    private double* _output;
    private void* _plan;
    private double[] _packed = null!;

    [Params(256, 512, 1024, 2048, 4096, 8192, 16384)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        // Never freed: a plan keeps pointing there, and each case has a process of its own.
        var length = (nuint)(Size + 64) * sizeof(double);
        _input = (double*)NativeMemory.AlignedAlloc(length, 64);
        _output = (double*)NativeMemory.AlignedAlloc(length, 64);
        _plan = Fftw.IsPresent ? Fftw.PlanReal(Size, _input, _output) : null;
        var random = new Random(Size);
        for (var i = 0; i < Size; i++)
        {
            _input[i] = random.NextDouble() - 0.5;
        }

        _fft = new RealFft(Size, LaneWidths.Widest);
        _packed = new double[Size + 2];
        Validate();
    }

    [Benchmark(Baseline = true)]
    public void Harmony4() => _fft.Transform(new RealInput(_input), new ComplexOutput(_output, _output + (Size / 2) + 1));

    [Benchmark]
    public void FftwPatient() => Fftw.Execute(_plan);

    /// <summary>In place, so the copy that keeps the input is part of it; it is a hundredth of the time.</summary>
    [Benchmark]
    public void MathNetNumerics()
    {
        new ReadOnlySpan<double>(_input, Size).CopyTo(_packed);
        Fourier.ForwardReal(_packed, Size, FourierOptions.NoScaling);
    }

    private void Validate()
    {
        Harmony4();
        MathNetNumerics();
        for (var bin = 0; bin <= Size / 2; bin++)
        {
            if (Math.Abs(_output[bin] - _packed[2 * bin]) > 1e-9)
            {
                throw new InvalidOperationException("the transforms disagree");
            }
        }
    }
}
