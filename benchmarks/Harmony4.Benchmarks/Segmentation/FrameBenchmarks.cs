using System.Buffers;
using BenchmarkDotNet.Attributes;
using Harmony4.Tokenization;

namespace Harmony4.Benchmarks.Segmentation;

/// <summary>What does it cost to tell of every frame? A real file; the baseline is to find its blocks, which looks at the same framing.</summary>
[MemoryDiagnoser]
public class FrameBenchmarks
{
    private byte[] _input = [];

    public IEnumerable<string> Formats => FrameReader.Formats;

    [ParamsSource(nameof(Formats))]
    public string Format { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _input = File.ReadAllBytes(SegmenterBenchmarks.FindFile(Format));
        if (Frames() < 10)
        {
            throw new InvalidOperationException("frames are missing");
        }
    }

    [Benchmark(Baseline = true)]
    public long Blocks()
    {
        var segmenter = MediaFormats.BuiltIn.Create(Format);
        var rest = new ReadOnlySequence<byte>(_input);
        var blocks = 0L;
        for (; segmenter.TryRead(rest, true, out var block); blocks++)
        {
            rest = rest.Slice(block.Length);
        }

        return blocks;
    }

    [Benchmark]
    public long Frames()
    {
        var reader = new FrameReader(Format) { InputLength = _input.Length };
        for (var frames = 0L; ;)
        {
            reader.Skip(Math.Min(reader.SkippableLength, _input.Length - reader.Position));
            var taken = reader.Read(new ReadOnlySequence<byte>(_input.AsMemory((int)reader.Position)), isFinalBlock: true);
            var before = frames;
            while (reader.TryRead(out _))
            {
                frames++;
            }

            if (taken == 0 && frames == before)
            {
                return frames;
            }
        }
    }
}
