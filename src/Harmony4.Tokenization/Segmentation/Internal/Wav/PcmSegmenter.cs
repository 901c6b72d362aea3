using System.Buffers;

namespace Harmony4.Tokenization.Internal;

/// <summary>Raw PCM of a known form: whole sample frames, half a second at most in a block.</summary>
internal sealed class PcmSegmenter : FramedSegmenter
{
    private readonly PcmClock _clock;

    public PcmSegmenter(SegmenterOptions? options)
        : base(options)
    {
        options ??= new SegmenterOptions();
        ArgumentOutOfRangeException.ThrowIfZero(options.PcmSampleRate, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.PcmChannels, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.PcmChannels, SegmenterOptions.LargestPcmChannels, nameof(options));
        if (options.PcmBitsPerSample is not (8 or 16 or 24 or 32 or 64))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.PcmBitsPerSample, "bits per sample are 8, 16, 24, 32 or 64");
        }

        _clock = new PcmClock(options.PcmChannels * (options.PcmBitsPerSample / 8), 1, options.PcmSampleRate, BlockCap);
    }

    public override string Name => MediaFormats.Pcm;

    protected override TimeTrack FindTimeTrack() => new() { Kind = MediaKind.Audio };

    protected override Step ReadUnit(in SequenceReader<byte> reader, long limit, bool isFinal)
    {
        if (reader.Remaining < _clock.BlockLength && !isFinal)
        {
            return Step.NeedMore;
        }

        var length = Math.Min(reader.Remaining, _clock.BlockLength);
        SetTime(_clock.TimeAt(Position), isKey: length >= _clock.FrameLength);
        SetDuration(_clock.TimeAt(Position + length) - _clock.TimeAt(Position));
        Accept(length);
        return Step.Closed;
    }
}
