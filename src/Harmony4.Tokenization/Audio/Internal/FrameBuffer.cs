namespace Harmony4.Tokenization.Internal;

/// <summary>The samples of one channel for the frame under way.</summary>
internal abstract class FrameBuffer(int frameSize)
{
    /// <summary>Gets how many samples are here.</summary>
    public int Count { get; protected set; }

    /// <summary>Gets how many samples the frame lacks.</summary>
    public int Room => frameSize - Count;

    public static FrameBuffer Create(PcmSampleFormat format, int frameSize, int channels, int channel) => format switch
    {
        PcmSampleFormat.UInt8 => new SampleBuffer<short, UInt8Sample>(frameSize, channels, channel),
        PcmSampleFormat.Int16 => new SampleBuffer<short, Int16Sample>(frameSize, channels, channel),
        PcmSampleFormat.Int24 => new SampleBuffer<float, Int24Sample>(frameSize, channels, channel),
        PcmSampleFormat.Int32 => new SampleBuffer<float, Int32Sample>(frameSize, channels, channel),
        PcmSampleFormat.Float32 => new SampleBuffer<float, Float32Sample>(frameSize, channels, channel),
        _ => new SampleBuffer<float, Float64Sample>(frameSize, channels, channel),
    };

    /// <summary>Takes the channel's samples of whole groups, no more than there is <see cref="Room"/> for.</summary>
    /// <returns>−1; or the offset of a sample that is no sound, and nothing is taken.</returns>
    public abstract int Append(ReadOnlySpan<byte> groups);

    /// <summary>Finds a sample of the channel that is no sound.</summary>
    /// <returns>Its offset, or −1.</returns>
    public abstract int FindFault(ReadOnlySpan<byte> groups);

    /// <summary>Forgets the oldest samples.</summary>
    public abstract void Advance(int count);

    /// <summary>Fills the frame up with silence, and writes its tokens; returns the largest power.</summary>
    public abstract double Analyze(FrameAnalyzer analyzer, Span<AudioToken> tokens);

    public void Clear() => Count = 0;
}
