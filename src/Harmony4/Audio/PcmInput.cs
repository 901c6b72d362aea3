using System.Buffers;
using Harmony4.Tokenization;

namespace Harmony4;

/// <summary>PCM found in a stream: the samples of a WAV file (RIFF, RF64, BW64, W64), also behind tags, or a stream that has nothing else.</summary>
/// <remarks>
/// <para>A WAV file states the rate, the channels and the form of its samples. Of raw samples they are what the caller says, here or in the options of the tokens.</para>
/// <para>Reads forward only and holds no more than the head of the stream. Not safe for concurrent use.</para>
/// </remarks>
public sealed class PcmInput
{
    private readonly Stream _stream;
    private readonly byte[] _head;
    private int _headAt;
    private long _left;
    private long _read;

    private PcmInput(Stream stream, byte[] head, long length)
    {
        _stream = stream;
        _head = head;
        _left = length;
    }

    /// <summary>Gets whether the stream is a WAV file, which states its own form.</summary>
    public bool IsWav { get; private init; }

    /// <summary>Gets the sample rate in hertz, as a WAV file or the caller states it; null where neither does.</summary>
    public int? SampleRate { get; private init; }

    /// <summary>Gets the number of interleaved channels, as a WAV file or the caller states it; null where neither does.</summary>
    public int? Channels { get; private init; }

    /// <summary>Gets how the samples are stored, as a WAV file or the caller states it; null where neither does.</summary>
    public PcmSampleFormat? SampleFormat { get; private init; }

    /// <summary>Gets the position of the first sample, in bytes from where the stream stood.</summary>
    public long DataOffset { get; private init; }

    /// <summary>Gets how many bytes of samples there are to read. Of a stream that does not seek it is null until <see cref="ReadAsync"/> has come to the end.</summary>
    public long? Length { get; private set; }

    /// <summary>Gets how many bytes of samples a WAV file counts that are not there, because it is cut. Of a stream that does not seek it is 0 until <see cref="ReadAsync"/> has come to the end.</summary>
    public long MissingLength { get; private set; }

    /// <summary>Gets whether the file counts bytes that are not read yet.</summary>
    private bool IsCounted => _left is > 0 and < long.MaxValue / 2;

    /// <summary>Takes a stream for raw samples, whatever its head looks like.</summary>
    /// <param name="stream">Raw samples, little-endian; left open.</param>
    /// <param name="sampleFormat">How they are stored; null to leave it to the options of the tokens.</param>
    /// <param name="sampleRate">The sample rate in hertz; null to leave it to the options.</param>
    /// <param name="channels">The number of interleaved channels; null to leave it to the options.</param>
    /// <returns>The samples.</returns>
    public static PcmInput FromRaw(Stream stream, PcmSampleFormat? sampleFormat = null, int? sampleRate = null, int? channels = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new PcmInput(stream, [], long.MaxValue)
        {
            SampleFormat = sampleFormat,
            SampleRate = sampleRate,
            Channels = channels,
            Length = stream.CanSeek ? stream.Length - stream.Position : null,
        };
    }

    /// <summary>Looks at the head of a stream.</summary>
    /// <param name="stream">WAV, or raw samples; left open.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The samples.</returns>
    /// <exception cref="MediaFormatException">It is a WAV file without PCM of a <see cref="PcmSampleFormat"/> in it.</exception>
    /// <exception cref="IOException">The stream failed.</exception>
    public static async ValueTask<PcmInput> OpenAsync(Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var start = stream.CanSeek ? stream.Position : 0;
        var head = new HeadBytes(stream);

        // Tags in front are no samples, whatever follows them.
        while (MediaFormats.GetTagLength(await head.PeekAsync(HeadBytes.Longest, cancellationToken).ConfigureAwait(false)) is > 0 and var tags)
        {
            await head.SkipAsync(tags, cancellationToken).ConfigureAwait(false);
        }

        if (!WavHeaderReader.CanBegin(head.Bytes) && !head.Bytes.StartsWith("RIFX"u8))
        {
            return head.Position == 0 ? new PcmInput(stream, head.Bytes.ToArray(), long.MaxValue) { Length = stream.CanSeek ? stream.Length - start : null }
                : throw new MediaFormatException(MediaFormats.Wav, head.Position, "expected a WAV file behind the tags, found other bytes");
        }

        var reader = new WavHeaderReader();
        while (!reader.IsAtData)
        {
            await head.PeekAsync(HeadBytes.Longest, cancellationToken).ConfigureAwait(false);
            if (reader.Read(head.Bytes, head.IsFinal, out var length) != OperationStatus.Done)
            {
                throw new MediaFormatException(MediaFormats.Wav, head.Position, reader.Fault ?? "expected a data chunk, found the end of the input");
            }

            await head.SkipAsync(length, cancellationToken).ConfigureAwait(false);
        }

        if (reader.SampleFormat is not { } format || reader.SampleRate > int.MaxValue)
        {
            throw new MediaFormatException(
                MediaFormats.Wav,
                head.Position,
                $"expected PCM of up to 32 bits, or floating point of 32 or 64, found format {reader.FormatTag} of {reader.BitsPerSample} bits, {reader.Channels} channels in {reader.FrameLength} bytes at {reader.SampleRate} Hz");
        }

        var there = stream.CanSeek ? stream.Length - start - head.Position : (long?)null;
        var counted = reader.DataLength ?? long.MaxValue;
        return new PcmInput(stream, head.Bytes[..(int)Math.Min(head.Bytes.Length, counted)].ToArray(), counted)
        {
            IsWav = true,
            SampleRate = (int)reader.SampleRate,
            Channels = reader.Channels,
            SampleFormat = format,
            DataOffset = head.Position,
            Length = there is { } available ? Math.Min(available, counted) : null,
            MissingLength = there < reader.DataLength ? reader.DataLength.Value - there.Value : 0,
        };
    }

    /// <summary>Reads bytes of samples.</summary>
    /// <param name="destination">Receives them.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>How many; 0 at the end.</returns>
    /// <exception cref="IOException">The stream failed.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        if (_headAt < _head.Length)
        {
            var count = Math.Min(destination.Length, _head.Length - _headAt);
            _head.AsMemory(_headAt, count).CopyTo(destination);
            _headAt += count;
            _left -= count;
            _read += count;
            return count;
        }

        var read = await _stream.ReadAsync(destination[..(int)Math.Min(destination.Length, _left)], cancellationToken).ConfigureAwait(false);
        _left -= read;
        _read += read;
        if (read == 0 && destination.Length > 0)
        {
            Length ??= _read;
            MissingLength = IsCounted ? _left : 0;
        }

        return read;
    }

    /// <summary>Completes options by what the samples state of themselves.</summary>
    /// <param name="options">What is asked for; null for the defaults.</param>
    /// <returns>The options with sample rate, sample format and channels, as <see cref="MediaTransport.TokenizeAudioAsync"/> takes them; left out where nothing states them.</returns>
    /// <exception cref="ArgumentException">An option contradicts what is stated, or of several channels none is chosen.</exception>
    /// <exception cref="MediaFormatException">A WAV file has more channels, or a sample rate beyond those that there are tokens of.</exception>
    public AudioTokenizerOptions Complete(AudioTokenizerOptions? options = null)
    {
        options ??= new AudioTokenizerOptions();
        var completed = options with
        {
            SampleRate = Agree(options, nameof(options.SampleRate), options.SampleRate, SampleRate),
            SampleFormat = Agree(options, nameof(options.SampleFormat), options.SampleFormat, SampleFormat),
            Channels = Agree(options, nameof(options.Channels), options.Channels, Channels),
        };
        if (IsWav)
        {
            ThrowUnlessWithin(completed.SampleRate!.Value, AudioTokenizerOptions.MinSampleRate, AudioTokenizerOptions.MaxSampleRate, "samples a second");
            ThrowUnlessWithin(completed.Channels!.Value, 1, AudioTokenizerOptions.MaxChannels, "channels");
        }

        if (completed.Channels > 1 && completed.Channel is null)
        {
            throw new ArgumentException($"{nameof(options.Channel)} is left out, but the samples have {completed.Channels} channels: one of 0 to {completed.Channels - 1} has to be chosen", nameof(options));
        }

        if (completed.Channel is { } channel && (channel < 0 || channel >= (completed.Channels ?? 1)))
        {
            throw new ArgumentException($"{nameof(options.Channel)} is {channel}, but the samples have {completed.Channels ?? 1} channels: expected 0 to {(completed.Channels ?? 1) - 1}", nameof(options));
        }

        return completed;
    }

    private T? Agree<T>(AudioTokenizerOptions options, string name, T? asked, T? stated)
        where T : struct =>
        asked is null || stated is null || asked.Value.Equals(stated.Value)
            ? asked ?? stated
            : throw new ArgumentException($"{name} is {asked}, but {(IsWav ? "the WAV file has" : "the samples have")} {stated}", nameof(options));

    private void ThrowUnlessWithin(int found, int least, int most, string unit)
    {
        if (found < least || found > most)
        {
            throw new MediaFormatException(MediaFormats.Wav, DataOffset, $"expected {least} to {most} {unit}, found {found}");
        }
    }

    /// <summary>The first bytes of a stream, read forward.</summary>
    private sealed class HeadBytes(Stream stream)
    {
        public const int Longest = WavHeaderReader.LongestPeek;

        private readonly byte[] _bytes = new byte[Longest];
        private int _count;

        public long Position { get; private set; }

        public bool IsFinal { get; private set; }

        public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _count);

        public async ValueTask<byte[]> PeekAsync(int count, CancellationToken cancellationToken)
        {
            if (!IsFinal && _count < count)
            {
                _count += await stream.ReadAtLeastAsync(_bytes.AsMemory(_count, count - _count), count - _count, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                IsFinal = _count < count;
            }

            return _bytes[.._count];
        }

        public async ValueTask SkipAsync(long count, CancellationToken cancellationToken)
        {
            while (count > 0)
            {
                var step = (int)Math.Min(count, _count);
                _bytes.AsSpan(step, _count - step).CopyTo(_bytes);
                _count -= step;
                count -= step;
                Position += step;
                if (count > 0 && (await PeekAsync((int)Math.Min(count, Longest), cancellationToken).ConfigureAwait(false)).Length == 0)
                {
                    throw new MediaFormatException(MediaFormats.Wav, Position, $"expected {count} more bytes in front of the samples, found the end of the input");
                }
            }
        }
    }
}
