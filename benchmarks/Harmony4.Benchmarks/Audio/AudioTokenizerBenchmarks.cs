using BenchmarkDotNet.Attributes;
using Harmony4.Tokenization;

namespace Harmony4.Benchmarks.Audio;

/// <summary>One frame from samples to 32 tokens, against FFTW's transform alone; and what silence and all-equal bins cost.</summary>
[MemoryDiagnoser]
[Config(typeof(FftwConfig))]
public unsafe class AudioTokenizerBenchmarks
{
    private readonly AudioToken[] _tokens = new AudioToken[32];
    private AudioFftTokenizer _tokenizer = null!;
    private short[] _noise = null!;
    private float[] _floats = null!;
    private short[] _silence = null!;
    private short[] _impulse = null!;
    private void* _plan;

    [Params(256, 512, 1024, 2048, 4096, 8192, 16384)]
    public int FrameSize { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _tokenizer = new AudioFftTokenizer(new AudioTokenizerOptions { FrameSize = FrameSize });
        var random = new Random(FrameSize);
        _noise = [.. Enumerable.Range(0, FrameSize).Select(_ => (short)random.Next(short.MinValue, short.MaxValue + 1))];
        _floats = [.. _noise.Select(s => s / 32768f)];
        _silence = new short[FrameSize];
        _impulse = new short[FrameSize];
        _impulse[FrameSize / 2] = 20_000;
        if (Fftw.IsPresent)
        {
            var length = (nuint)(FrameSize + 2) * sizeof(double);
            var input = (double*)Fftw.Allocate(length);
            _plan = Fftw.PlanReal(FrameSize, input, (double*)Fftw.Allocate(length));
            for (var i = 0; i < FrameSize; i++)
            {
                input[i] = random.NextDouble() - 0.5;
            }
        }
    }

    [Benchmark(Baseline = true)]
    public int Noise() => _tokenizer.TokenizeFrame(_noise, _tokens);

    /// <summary>The same sound in single precision.</summary>
    [Benchmark]
    public int NoiseOfFloats() => _tokenizer.TokenizeFrame(_floats, _tokens);

    [Benchmark]
    public int Silence() => _tokenizer.TokenizeFrame(_silence, _tokens);

    [Benchmark]
    public int Impulse() => _tokenizer.TokenizeFrame(_impulse, _tokens);

    [Benchmark]
    public void FftwTransformAlone() => Fftw.Execute(_plan);
}
