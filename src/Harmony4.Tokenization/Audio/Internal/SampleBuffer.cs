using System.Runtime.InteropServices;

namespace Harmony4.Tokenization.Internal;

/// <inheritdoc/>
internal sealed unsafe class SampleBuffer<TSteps, TSample>(int frameSize, int channels, int channel) : FrameBuffer(frameSize)
    where TSteps : unmanaged
    where TSample : struct, IPcmSample<TSteps>
{
    private readonly TSteps[] _samples = new TSteps[frameSize];
    private readonly int _groupLength = channels * TSample.Length;
    private readonly int _offset = channel * TSample.Length;

    public override int Append(ReadOnlySpan<byte> groups)
    {
        var destination = _samples.AsSpan(Count, groups.Length / _groupLength);
        if (typeof(TSample) == typeof(Int16Sample) && channels == 1 && BitConverter.IsLittleEndian)
        {
            groups.CopyTo(MemoryMarshal.AsBytes(destination));
        }
        else if (typeof(TSample) == typeof(Float32Sample) && channels == 1 && BitConverter.IsLittleEndian)
        {
            var sound = FloatSteps.Scale(MemoryMarshal.Cast<byte, float>(groups), MemoryMarshal.Cast<TSteps, float>(destination));
            if (sound < destination.Length)
            {
                return sound * sizeof(float);
            }
        }
        else
        {
            fixed (byte* start = groups)
            {
                var source = start + _offset;
                for (var i = 0; i < destination.Length; i++)
                {
                    if (!TSample.TryRead(source, out destination[i]))
                    {
                        return (int)(source - start);
                    }

                    source += _groupLength;
                }
            }
        }

        Count += destination.Length;
        return -1;
    }

    public override int FindFault(ReadOnlySpan<byte> groups)
    {
        if (typeof(TSample) == typeof(Float32Sample) || typeof(TSample) == typeof(Float64Sample))
        {
            fixed (byte* start = groups)
            {
                for (var at = _offset; at < groups.Length; at += _groupLength)
                {
                    if (!TSample.TryRead(start + at, out _))
                    {
                        return at;
                    }
                }
            }
        }

        return -1;
    }

    public override void Advance(int count)
    {
        Count -= count;
        _samples.AsSpan(count, Count).CopyTo(_samples);
    }

    public override double Analyze(FrameAnalyzer analyzer, Span<AudioToken> tokens)
    {
        _samples.AsSpan(Count).Clear();
        return typeof(TSteps) == typeof(short)
            ? analyzer.Analyze(MemoryMarshal.Cast<TSteps, short>(_samples.AsSpan()), tokens)
            : analyzer.AnalyzeSteps(MemoryMarshal.Cast<TSteps, float>(_samples.AsSpan()), tokens);
    }
}
