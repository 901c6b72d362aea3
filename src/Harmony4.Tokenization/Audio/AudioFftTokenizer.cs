using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using Harmony4.Tokenization.Internal;

namespace Harmony4.Tokenization;

/// <summary>
/// Turns PCM into the strongest frequency bins of overlapping frames (H4MK 1.0 section 7): symmetric Hann
/// window, real Fourier transform, the bins of the largest squared magnitude re × re + im × im, ties to the lower bin.
/// </summary>
/// <remarks>
/// <para>The tokens are a function of the samples alone: the same bytes on every processor, vector width, operating system and
/// compilation mode, however the input is cut. The same sound gives the same tokens in every <see cref="PcmSampleFormat"/> that
/// holds it. Tokens do not suffice to rebuild the sound.</para>
/// <para>Nothing is allocated after construction, which takes about 50 × <see cref="AudioTokenizerOptions.FrameSize"/> bytes.
/// An instance serves one thread at a time; tables are shared between instances.</para>
/// </remarks>
public sealed partial class AudioFftTokenizer
{
    private const int MicrosecondsPerSecond = 1_000_000;

    private readonly FrameAnalyzer _analyzer;
    private readonly AudioToken[] _tokens;
    private readonly FrameBuffer _gathered;
    private readonly int _sampleLength;
    private readonly bool _isInPlace;

    /// <summary>Initializes a tokenizer at the start of a stream.</summary>
    /// <param name="options">The form of the input and what is asked for; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range, the frame size is no power of two, or of several channels none is chosen.</exception>
    public AudioFftTokenizer(AudioTokenizerOptions? options = null)
        : this(options, LaneWidths.Widest)
    {
    }

    internal AudioFftTokenizer(AudioTokenizerOptions? options, LaneWidth width)
    {
        Options = options = Complete(options ?? new AudioTokenizerOptions());
        var (format, channels, channel) = (options.SampleFormat!.Value, options.Channels!.Value, options.Channel!.Value);
        _sampleLength = PcmSamples.GetLength(format);
        GroupLength = channels * _sampleLength;
        SampleRate = options.SampleRate!.Value;
        _isInPlace = format == PcmSampleFormat.Int16 && channels == 1 && BitConverter.IsLittleEndian;
        _analyzer = new FrameAnalyzer(options.FrameSize, SampleRate, Math.Min(options.TopK, BinCount), width);
        _tokens = new AudioToken[TokensPerFrame];
        _gathered = FrameBuffer.Create(format, options.FrameSize, channels, channel);
        _pending = FrameBuffer.Create(format, options.FrameSize, channels, channel);
        _partialGroup = new byte[GroupLength];
    }

    /// <summary>Gets the options, with the defaults in place of what was left out.</summary>
    public AudioTokenizerOptions Options { get; }

    /// <summary>Gets the samples per second of a channel.</summary>
    public int SampleRate { get; }

    /// <summary>Gets the bytes of one sample of every channel.</summary>
    public int GroupLength { get; }

    /// <summary>Gets the samples from the start of a frame to the start of the next: half a frame.</summary>
    public int HopSize => Options.FrameSize / 2;

    /// <summary>Gets the bins of a frame, from 0 Hz to half the sample rate: frame size / 2 + 1.</summary>
    public int BinCount => (Options.FrameSize / 2) + 1;

    /// <summary>Gets the tokens of every frame: the smaller of <see cref="AudioTokenizerOptions.TopK"/> and <see cref="BinCount"/>.</summary>
    public int TokensPerFrame => _analyzer.TokensPerFrame;

    /// <summary>Returns how many frames a stream gives.</summary>
    /// <param name="samples">The length of the stream in samples of one channel; 0 or more.</param>
    /// <returns>The number of frames, the padded one included where the options ask for it.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="samples"/> is negative.</exception>
    public long GetFrameCount(long samples)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(samples);
        var beyond = samples - Options.FrameSize;
        if (beyond < 0)
        {
            return Options.PadTail && samples > 0 ? 1 : 0;
        }

        return 1 + (beyond / HopSize) + (Options.PadTail && beyond % HopSize != 0 ? 1 : 0);
    }

    /// <summary>Returns the time of a frame.</summary>
    /// <param name="frameIndex">Position of the frame, from 0.</param>
    /// <returns>Microseconds: floor(index × hop × 1,000,000 / sample rate).</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="frameIndex"/> is negative, or the time above 2^64 − 1 µs.</exception>
    public ulong GetPts(long frameIndex)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(frameIndex);
        var pts = (UInt128)(ulong)frameIndex * (ulong)((long)HopSize * MicrosecondsPerSecond) / (ulong)SampleRate;
        return pts <= ulong.MaxValue
            ? (ulong)pts
            : throw new ArgumentOutOfRangeException(nameof(frameIndex), frameIndex, "the time of this frame is above 2^64 - 1 microseconds");
    }

    /// <summary>Writes the tokens of one frame; it neither reads nor changes the state of the stream.</summary>
    /// <param name="samples">One frame of one channel: exactly <see cref="AudioTokenizerOptions.FrameSize"/> samples.</param>
    /// <param name="destination">Receives <see cref="TokensPerFrame"/> tokens, the strongest first.</param>
    /// <returns>The number of tokens written.</returns>
    /// <exception cref="ArgumentException"><paramref name="samples"/> is not one frame, or <paramref name="destination"/> too short.</exception>
    public int TokenizeFrame(ReadOnlySpan<short> samples, Span<AudioToken> destination)
    {
        ThrowUnlessFrame(samples.Length, nameof(samples));
        ThrowIfShort(destination);
        _analyzer.Analyze(samples, destination);
        return TokensPerFrame;
    }

    /// <summary>Writes the tokens of one frame of floating-point samples; it neither reads nor changes the state of the stream.</summary>
    /// <param name="samples">One frame of one channel: exactly <see cref="AudioTokenizerOptions.FrameSize"/> samples, full scale −1 … 1.</param>
    /// <param name="destination">Receives <see cref="TokensPerFrame"/> tokens, the strongest first.</param>
    /// <returns>The number of tokens written.</returns>
    /// <exception cref="ArgumentException"><paramref name="samples"/> is not one frame, or <paramref name="destination"/> too short.</exception>
    /// <exception cref="PcmFormatException">A sample is not finite, or above 2^65 in magnitude; the offset is that of its bytes in <paramref name="samples"/>.</exception>
    public int TokenizeFrame(ReadOnlySpan<float> samples, Span<AudioToken> destination)
    {
        ThrowUnlessFrame(samples.Length, nameof(samples));
        ThrowIfShort(destination);
        if (FloatSteps.Scale(samples, _analyzer.Steps) is var fault && fault < samples.Length)
        {
            throw new PcmFormatException((long)fault * sizeof(float), sizeof(float), samples[fault]);
        }

        _analyzer.AnalyzeSteps(destination);
        return TokensPerFrame;
    }

    /// <summary>Writes the tokens of a whole recording in wire form; it neither reads nor changes the state of the stream.</summary>
    /// <param name="pcm">Samples as the options name them, channels interleaved.</param>
    /// <param name="destination">Receives <see cref="TokensPerFrame"/> × 8 bytes per frame.</param>
    /// <returns>The number of frames.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    /// <exception cref="PcmFormatException">The PCM ends inside a group of samples, or a sample of the channel is not finite, or above 2^65 in magnitude. Nothing is written then.</exception>
    public long Tokenize(ReadOnlySpan<byte> pcm, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var (samples, rest) = Math.DivRem(pcm.Length, GroupLength);
        if (_gathered.FindFault(pcm[..(samples * GroupLength)]) is >= 0 and var fault)
        {
            throw new PcmFormatException(fault, _sampleLength, PcmSamples.ReadFloat(pcm.Slice(fault, _sampleLength)));
        }

        if (rest != 0)
        {
            throw new PcmFormatException(pcm.Length - rest, rest, GroupLength);
        }

        var frames = GetFrameCount(samples);
        _gathered.Clear();
        for (var frame = 0; frame < frames; frame++)
        {
            AnalyzeAt(pcm, (long)frame * HopSize * GroupLength);
            var bytes = destination.GetSpan(TokensPerFrame * AudioToken.EncodedSize);
            foreach (var token in _tokens)
            {
                token.TryWrite(bytes);
                bytes = bytes[AudioToken.EncodedSize..];
            }

            destination.Advance(TokensPerFrame * AudioToken.EncodedSize);
        }

        return frames;
    }

    /// <summary>Fills in the defaults.</summary>
    private static AudioTokenizerOptions Complete(AudioTokenizerOptions options)
    {
        ThrowUnless(
            options.Channel is not null || options.Channels is null or 1,
            options,
            $"{nameof(options.Channel)} chooses one of several {nameof(options.Channels)}: they are never mixed");
        options = options with
        {
            SampleRate = options.SampleRate ?? AudioTokenizerOptions.DefaultSampleRate,
            SampleFormat = options.SampleFormat ?? PcmSampleFormat.Int16,
            Channels = options.Channels ?? 1,
            Channel = options.Channel ?? 0,
        };
        Validate(options);
        return options;
    }

    private static void Validate(AudioTokenizerOptions options)
    {
        ThrowUnless(
            options.SampleRate is >= AudioTokenizerOptions.MinSampleRate and <= AudioTokenizerOptions.MaxSampleRate,
            options,
            $"{nameof(options.SampleRate)} is {AudioTokenizerOptions.MinSampleRate} to {AudioTokenizerOptions.MaxSampleRate}");
        ThrowUnless(Enum.IsDefined(options.SampleFormat!.Value), options, $"{nameof(options.SampleFormat)} is one of {nameof(PcmSampleFormat)}");
        ThrowUnless(
            options.FrameSize is >= AudioTokenizerOptions.MinFrameSize and <= AudioTokenizerOptions.MaxFrameSize && BitOperations.IsPow2(options.FrameSize),
            options,
            $"{nameof(options.FrameSize)} is a power of two from {AudioTokenizerOptions.MinFrameSize} to {AudioTokenizerOptions.MaxFrameSize}");
        ThrowUnless(options.TopK >= 1, options, $"{nameof(options.TopK)} is at least 1");
        ThrowUnless(
            options.Channels is >= 1 and <= AudioTokenizerOptions.MaxChannels,
            options,
            $"{nameof(options.Channels)} is 1 to {AudioTokenizerOptions.MaxChannels}");
        ThrowUnless(
            options.Channel >= 0 && options.Channel < options.Channels,
            options,
            $"{nameof(options.Channel)} is 0 to {nameof(options.Channels)} - 1");
    }

    private static void ThrowUnless(bool valid, AudioTokenizerOptions options, string rule)
    {
        if (!valid)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options, rule);
        }
    }

    private void ThrowIfShort(Span<AudioToken> destination)
    {
        if (destination.Length < TokensPerFrame)
        {
            throw new ArgumentException($"a frame has {TokensPerFrame} tokens, the destination holds {destination.Length}", nameof(destination));
        }
    }

    private void ThrowUnlessFrame(int length, string parameter)
    {
        if (length != Options.FrameSize)
        {
            throw new ArgumentException($"a frame has {Options.FrameSize} samples, found {length}", parameter);
        }
    }

    /// <summary>Analyzes the frame that begins at an offset, one hop behind the frame before it.</summary>
    private void AnalyzeAt(ReadOnlySpan<byte> pcm, long offset)
    {
        var frame = pcm[(int)offset..];
        if (_isInPlace && frame.Length >= Options.FrameSize * sizeof(short))
        {
            _analyzer.Analyze(MemoryMarshal.Cast<byte, short>(frame)[..Options.FrameSize], _tokens);
            return;
        }

        // The frame before has left its second half here, but for one that was analyzed in place.
        if (_gathered.Count > 0)
        {
            _gathered.Advance(HopSize);
        }

        frame = frame[(_gathered.Count * GroupLength)..];
        _gathered.Append(frame[..Math.Min(frame.Length, _gathered.Room * GroupLength)]);
        _gathered.Analyze(_analyzer, _tokens);
    }
}
