namespace Harmony4.Tokenization;

/// <summary>The form of the input of an <see cref="AudioFftTokenizer"/>, and what is asked for. Immutable.</summary>
/// <remarks>
/// What describes the input may be left out. It is then what the input states of itself, where the caller of the tokenizer can tell, such as of a WAV file, or else
/// the default.
/// </remarks>
public sealed record AudioTokenizerOptions
{
    /// <summary>The lowest sample rate, in hertz.</summary>
    public const int MinSampleRate = 8_000;

    /// <summary>The highest sample rate, in hertz.</summary>
    public const int MaxSampleRate = 192_000;

    /// <summary>The sample rate of input that states none, in hertz.</summary>
    public const int DefaultSampleRate = 48_000;

    /// <summary>The shortest frame, in samples.</summary>
    public const int MinFrameSize = 256;

    /// <summary>The longest frame, in samples.</summary>
    public const int MaxFrameSize = 16_384;

    /// <summary>The most interleaved channels.</summary>
    public const int MaxChannels = 64;

    /// <summary>Gets the sample rate in hertz: <see cref="MinSampleRate"/> … <see cref="MaxSampleRate"/>.</summary>
    /// <value>Default <see langword="null"/>: the input's own, else <see cref="DefaultSampleRate"/>.</value>
    public int? SampleRate { get; init; }

    /// <summary>Gets how the samples of the input are stored.</summary>
    /// <value>Default <see langword="null"/>: the input's own, else <see cref="PcmSampleFormat.Int16"/>.</value>
    public PcmSampleFormat? SampleFormat { get; init; }

    /// <summary>Gets the number of interleaved channels of the input: 1 … <see cref="MaxChannels"/>.</summary>
    /// <value>Default <see langword="null"/>: the input's own, else 1.</value>
    public int? Channels { get; init; }

    /// <summary>Gets the channel that is tokenized, from 0. Channels are never mixed: a second one takes a second tokenizer.</summary>
    /// <value>Default <see langword="null"/>: the only one. Of several, one has to be chosen.</value>
    public int? Channel { get; init; }

    /// <summary>Gets the samples of a frame: a power of two, <see cref="MinFrameSize"/> … <see cref="MaxFrameSize"/>. Frames begin half a frame apart.</summary>
    /// <value>Default 2,048.</value>
    public int FrameSize { get; init; } = 2_048;

    /// <summary>Gets the tokens asked for per frame, at least 1; a frame never has more than its frame size / 2 + 1 bins.</summary>
    /// <value>Default 32.</value>
    public int TopK { get; init; } = 32;

    /// <summary>
    /// Gets whether samples after the last whole frame give one more frame, filled up with zeros. Otherwise they give none, as in H4MK 1.0.
    /// </summary>
    /// <value>Default <see langword="false"/>.</value>
    public bool PadTail { get; init; }
}
