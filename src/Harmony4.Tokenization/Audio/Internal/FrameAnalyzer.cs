using System.Numerics;
using System.Runtime.Intrinsics;

namespace Harmony4.Tokenization.Internal;

/// <summary>One frame of samples to its tokens, with all the work memory that takes: one thread at a time.</summary>
internal sealed unsafe class FrameAnalyzer
{
    private readonly RealFft _fft;
    private readonly HannWindow _window;
    private readonly PeakScratch _scratch;
    private readonly AlignedMemory _samples;
    private readonly AlignedMemory _spectrum;
    private readonly AlignedMemory _columns;
    private readonly LaneWidth _width;
    private readonly int _sampleRate;
    private readonly int _spectrumPitch;
    private readonly int _pitch;

    public FrameAnalyzer(int frameSize, int sampleRate, int tokensPerFrame, LaneWidth width)
    {
        _fft = new RealFft(frameSize, width);
        _window = HannWindow.Get(frameSize);
        _scratch = new PeakScratch(frameSize / 2);
        _width = width;
        _sampleRate = sampleRate;
        _samples = new AlignedMemory(frameSize * sizeof(float));
        _spectrumPitch = (frameSize / 2) + RealFft.Padding;
        _spectrum = new AlignedMemory(3 * _spectrumPitch * sizeof(double));
        TokensPerFrame = tokensPerFrame;
        _pitch = (tokensPerFrame + 7) & ~7;
        _columns = new AlignedMemory(3 * _pitch * sizeof(double));
    }

    public int TokensPerFrame { get; }

    private double* Real => (double*)_spectrum.Start;

    private double* Imaginary => Real + _spectrumPitch;

    private double* Power => Imaginary + _spectrumPitch;

    /// <summary>Gets room for the samples of a frame in steps of 16-bit sound, at which <see cref="AnalyzeSteps(Span{AudioToken})"/> looks.</summary>
    public Span<float> Steps => new(_samples.Start, _fft.Size);

    /// <summary>Writes the tokens of the frame at <paramref name="samples"/>; returns the largest power.</summary>
    public double Analyze(ReadOnlySpan<short> samples, Span<AudioToken> tokens)
    {
        // The first pass reads eight places at once: it wants them near and aligned, and the caller's are neither for sure.
        samples.CopyTo(new Span<short>(_samples.Start, _fft.Size));
        return Analyze(new WindowedInput((short*)_samples.Start, _window.Even, _window.Odd), tokens);
    }

    /// <summary>Writes the tokens of the frame at <paramref name="steps"/>, which are finite; returns the largest power.</summary>
    public double AnalyzeSteps(ReadOnlySpan<float> steps, Span<AudioToken> tokens)
    {
        steps.CopyTo(Steps);
        return AnalyzeSteps(tokens);
    }

    /// <summary>Writes the tokens of <see cref="Steps"/>; returns the largest power.</summary>
    public double AnalyzeSteps(Span<AudioToken> tokens) => Analyze(new WindowedSteps((float*)_samples.Start, _window.Even, _window.Odd), tokens);

    private double Analyze<TInput>(TInput input, Span<AudioToken> tokens)
        where TInput : struct, IFftInput
    {
        return _width switch
        {
            LaneWidth.Eight => Analyze<Vector512<double>, Lanes512, TInput>(input, tokens),
            LaneWidth.Four => Analyze<Vector256<double>, Lanes256, TInput>(input, tokens),
            LaneWidth.Two => Analyze<Vector128<double>, Lanes128, TInput>(input, tokens),
            _ => Analyze<double, ScalarLanes, TInput>(input, tokens),
        };
    }

    private double Analyze<TVector, TLanes, TInput>(TInput input, Span<AudioToken> tokens)
        where TVector : struct
        where TLanes : struct, ILanes<TVector>
        where TInput : struct, IFftInput
    {
        _fft.Transform(input, new PowerOutput(Real, Imaginary, Power));
        var max = PeakSelector<TVector, TLanes>.Select(Power, _fft.Size / 2, TokensPerFrame, _scratch);
        Quantize<TVector, TLanes>(max);
        Write(tokens);
        GC.KeepAlive(this);
        return max;
    }

    /// <summary>Leaves, for the selected bins, the power and the two 16-bit fields before they lose their fractions.</summary>
    private void Quantize<TVector, TLanes>(double max)
        where TVector : struct
        where TLanes : struct, ILanes<TVector>
    {
        int* selected = _scratch.Selected;
        double* powers = (double*)_columns.Start, magnitudes = powers + _pitch, phases = magnitudes + _pitch;
        for (var i = 0; i < TokensPerFrame; i++)
        {
            powers[i] = Power[selected[i]];
            magnitudes[i] = Real[selected[i]];
            phases[i] = Imaginary[selected[i]];
        }

        var largest = TLanes.Broadcast(Math.Sqrt(max));
        var scale = TLanes.Broadcast(ushort.MaxValue);
        for (var i = 0; i < TokensPerFrame; i += TLanes.Count)
        {
            var phase = Arctangent<TVector, TLanes>.Evaluate(TLanes.Load(phases + i), TLanes.Load(magnitudes + i));
            var turns = TLanes.Divide(TLanes.Add(phase, TLanes.Broadcast(Math.PI)), TLanes.Broadcast(2 * Math.PI));
            TLanes.Store(phases + i, TLanes.Multiply(turns, scale));
            var magnitude = TLanes.Divide(TLanes.Sqrt(TLanes.Load(powers + i)), largest);
            TLanes.Store(magnitudes + i, TLanes.Multiply(magnitude, scale));
        }
    }

    private void Write(Span<AudioToken> tokens)
    {
        int* selected = _scratch.Selected;
        double* powers = (double*)_columns.Start, magnitudes = powers + _pitch, phases = magnitudes + _pitch;
        tokens = tokens[..TokensPerFrame];
        var frameSizeLog2 = BitOperations.Log2((uint)_fft.Size);
        for (var i = 0; i < tokens.Length; i++)
        {
            var hz10 = (10L * selected[i] * _sampleRate) >> frameSizeLog2;
            tokens[i] = powers[i] > 0
                ? new AudioToken((uint)Math.Min(hz10, AudioToken.MaxHz10), (ushort)(int)magnitudes[i], (ushort)(int)phases[i])
                : new AudioToken((uint)Math.Min(hz10, AudioToken.MaxHz10), 0, AudioToken.ZeroPhase);
        }
    }
}
