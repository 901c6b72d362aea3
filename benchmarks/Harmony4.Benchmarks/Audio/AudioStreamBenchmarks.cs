using System.Buffers;
using BenchmarkDotNet.Attributes;
using Harmony4.Tokenization;

namespace Harmony4.Benchmarks.Audio;

/// <summary>A minute of 48 kHz sound to wire bytes: 60 s over the mean is the speed in times real time.</summary>
[MemoryDiagnoser]
public class AudioStreamBenchmarks
{
    private const int Seconds = 60;
    private readonly AudioFftTokenizer _tokenizer = new();
    private readonly AudioToken[] _tokens = new AudioToken[32];
    private readonly ArrayBufferWriter<byte> _written = new(1 << 20);
    private readonly byte[] _pcm = new byte[Seconds * 48_000 * sizeof(short)];

    [GlobalSetup]
    public void Setup() => new Random(1).NextBytes(_pcm);

    [Benchmark(Baseline = true)]
    public long Whole()
    {
        _written.ResetWrittenCount();
        return _tokenizer.Tokenize(_pcm, _written);
    }

    /// <summary>In pieces of an odd length, so that samples are cut too.</summary>
    [Benchmark]
    public long Stream()
    {
        _written.ResetWrittenCount();
        _tokenizer.Reset();
        long frames = 0;
        for (var at = 0; at < _pcm.Length; at += 4095)
        {
            ReadOnlySpan<byte> piece = _pcm.AsSpan(at, Math.Min(4095, _pcm.Length - at));
            while (_tokenizer.TryReadFrame(ref piece, _tokens, out _))
            {
                frames++;
                foreach (var token in _tokens)
                {
                    token.TryWrite(_written.GetSpan(AudioToken.EncodedSize));
                    _written.Advance(AudioToken.EncodedSize);
                }
            }
        }

        return frames;
    }
}
