using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using Harmony4.Tokenization.Internal;

namespace Harmony4.Tokenization;

/// <summary>
/// Turns 16-bit little-endian PCM into the strongest frequency bins of overlapping frames (H4MK 1.0 section 7): symmetric Hann
/// window, real Fourier transform, the bins of the largest squared magnitude re × re + im × im, ties to the lower bin.
/// </summary>
/// <remarks>
/// <para>The tokens are a function of the samples alone: the same bytes on every processor, vector width, operating system and
/// compilation mode, however the input is cut. Tokens do not suffice to rebuild the sound.</para>
/// <para>Nothing is allocated after construction, which takes about 45 × <see cref="AudioTokenizerOptions.FrameSize"/> bytes.
/// An instance serves one thread at a time; tables are shared between instances.</para>
/// </remarks>
public sealed partial class AudioFftTokenizer
{
    private const int BytesPerSample = sizeof(short);
    private const int MicrosecondsPerSecond = 1_000_000;

    private readonly FrameAnalyzer _analyzer;
    private readonly AudioToken[] _tokens;
    private readonly short[] _gathered;
    private readonly int _groupLength;

    /// <summary>Initializes a tokenizer at the start of a stream.</summary>
    /// <param name="options">The form of the input and what is asked for; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range, or the frame size is no power of two.</exception>
    public AudioFftTokenizer(AudioTokenizerOptions? options = null)
        : this(options, LaneWidths.Widest)
    {
    }

    internal AudioFftTokenizer(AudioTokenizerOptions? options, LaneWidth width)
    {
        Options = options ??= new AudioTokenizerOptions();
        Validate(options);
        _groupLength = options.Channels * BytesPerSample;
        _analyzer = new FrameAnalyzer(options.FrameSize, options.SampleRate, Math.Min(options.TopK, BinCount), width);
        _tokens = new AudioToken[TokensPerFrame];
        _gathered = new short[options.FrameSize];
        _pending = new short[options.FrameSize];
        _partialGroup = new byte[_groupLength];
    }

    /// <summary>Gets the options.</summary>
    public AudioTokenizerOptions Options { get; }

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
        var pts = (UInt128)(ulong)frameIndex * (ulong)((long)HopSize * MicrosecondsPerSecond) / (ulong)Options.SampleRate;
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
        if (samples.Length != Options.FrameSize)
        {
            throw new ArgumentException($"a frame has {Options.FrameSize} samples, found {samples.Length}", nameof(samples));
        }

        ThrowIfShort(destination);
        _analyzer.Analyze(samples, destination);
        return TokensPerFrame;
    }

    /// <summary>Writes the tokens of a whole recording in wire form; it neither reads nor changes the state of the stream.</summary>
    /// <param name="pcm">Signed 16-bit little-endian samples, channels interleaved.</param>
    /// <param name="destination">Receives <see cref="TokensPerFrame"/> × 8 bytes per frame.</param>
    /// <returns>The number of frames.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    /// <exception cref="PcmFormatException">The PCM ends inside a group of samples. Nothing is written then.</exception>
    public long Tokenize(ReadOnlySpan<byte> pcm, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var (samples, rest) = Math.DivRem(pcm.Length, _groupLength);
        if (rest != 0)
        {
            throw new PcmFormatException(pcm.Length - rest, rest, _groupLength);
        }

        var frames = GetFrameCount(samples);
        for (var frame = 0; frame < frames; frame++)
        {
            var first = frame * HopSize;
            var length = Math.Min(Options.FrameSize, samples - first);
            _analyzer.Analyze(GetSamples(pcm.Slice(first * _groupLength, length * _groupLength)), _tokens);
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

    private static void Validate(AudioTokenizerOptions options)
    {
        ThrowUnless(
            options.SampleRate is >= AudioTokenizerOptions.MinSampleRate and <= AudioTokenizerOptions.MaxSampleRate,
            options,
            $"{nameof(options.SampleRate)} is {AudioTokenizerOptions.MinSampleRate} to {AudioTokenizerOptions.MaxSampleRate}");
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

    /// <summary>One frame of the chosen channel: the bytes themselves where they are that already.</summary>
    private ReadOnlySpan<short> GetSamples(ReadOnlySpan<byte> groups)
    {
        if (groups.Length == Options.FrameSize * BytesPerSample && Options.Channels == 1 && BitConverter.IsLittleEndian)
        {
            return MemoryMarshal.Cast<byte, short>(groups);
        }

        var count = Gather(groups, _gathered);
        _gathered.AsSpan(count).Clear();
        return _gathered;
    }
}
