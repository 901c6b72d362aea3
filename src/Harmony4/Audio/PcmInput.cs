using System.Buffers;
using Harmony4.Tokenization;

namespace Harmony4;

/// <summary>16-bit PCM found in a stream: the samples of a WAV file (RIFF, RF64, BW64, W64), also behind tags, or a stream that has nothing else.</summary>
/// <remarks>Reads forward only and holds no more than the head of the stream. Not safe for concurrent use.</remarks>
public sealed class PcmInput
{
    private const int PcmTag = 1;

    private readonly Stream _stream;
    private readonly byte[] _head;
    private int _headAt;
    private long _left;

    private PcmInput(Stream stream, byte[] head, long length)
    {
        _stream = stream;
        _head = head;
        _left = length;
    }

    /// <summary>Gets whether the stream is a WAV file, which states its own form.</summary>
    public bool IsWav { get; private init; }

    /// <summary>Gets the sample rate that a WAV file states, in hertz; null for raw samples.</summary>
    public int? SampleRate { get; private init; }

    /// <summary>Gets the interleaved channels that a WAV file states; 1 for raw samples.</summary>
    public int Channels { get; private init; } = 1;

    /// <summary>Gets the position of the first sample, in bytes from where the stream stood.</summary>
    public long DataOffset { get; private init; }

    /// <summary>Gets how many bytes of samples there are to read; null where only reading tells: of a stream that does not seek.</summary>
    public long? Length { get; private init; }

    /// <summary>Gets how many bytes of samples a WAV file counts that are not there, because it is cut; 0 where only reading tells.</summary>
    public long MissingLength { get; private init; }

    /// <summary>Gets whether bytes that a WAV file counts are not read yet: at the end of the stream they are missing.</summary>
    internal bool HasMore => _left is > 0 and < long.MaxValue / 2;

    /// <summary>Takes a stream for raw samples, whatever its head looks like.</summary>
    /// <param name="stream">Raw signed 16-bit little-endian samples; left open.</param>
    /// <returns>The samples.</returns>
    public static PcmInput FromRaw(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new PcmInput(stream, [], long.MaxValue) { Length = stream.CanSeek ? stream.Length - stream.Position : null };
    }

    /// <summary>Looks at the head of a stream.</summary>
    /// <param name="stream">WAV, or raw signed 16-bit little-endian samples; left open.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The samples.</returns>
    /// <exception cref="MediaFormatException">It is a WAV file without 16-bit PCM in it.</exception>
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

        if (reader.FormatTag != PcmTag || reader.BitsPerSample != 16 || reader.Channels == 0 || reader.SampleRate > int.MaxValue)
        {
            throw new MediaFormatException(
                MediaFormats.Wav,
                head.Position,
                $"expected PCM of 16 bits, found format {reader.FormatTag} of {reader.BitsPerSample} bits, {reader.Channels} channels at {reader.SampleRate} Hz");
        }

        var there = stream.CanSeek ? stream.Length - start - head.Position : (long?)null;
        var counted = reader.DataLength ?? long.MaxValue;
        return new PcmInput(stream, head.Bytes[..(int)Math.Min(head.Bytes.Length, counted)].ToArray(), counted)
        {
            IsWav = true,
            SampleRate = (int)reader.SampleRate,
            Channels = reader.Channels,
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
            return count;
        }

        var read = await _stream.ReadAsync(destination[..(int)Math.Min(destination.Length, _left)], cancellationToken).ConfigureAwait(false);
        _left -= read;
        return read;
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
