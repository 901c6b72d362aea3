using System.Buffers.Binary;
using System.Text;
using Harmony4.Tokenization;

namespace Harmony4;

/// <summary>16-bit PCM found in a stream: the samples of a WAV file, or a stream that has nothing else.</summary>
/// <remarks>Reads forward only and holds no more than the head of the stream. Not safe for concurrent use.</remarks>
public sealed class PcmInput
{
    private const int RiffHeaderLength = 12;
    private const int ChunkHeaderLength = 8;
    private const int FormatLength = 16;
    private const int LongestFormat = 64;
    private const int SubformatOffset = 24;
    private const int PcmTag = 1;
    private const int ExtensibleTag = 0xFFFE;

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

    /// <summary>Takes a stream for raw samples, whatever its head looks like.</summary>
    /// <param name="stream">Raw signed 16-bit little-endian samples; left open.</param>
    /// <returns>The samples.</returns>
    public static PcmInput FromRaw(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new PcmInput(stream, [], long.MaxValue);
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
        var head = new byte[RiffHeaderLength];
        var length = await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (length == head.Length && head.AsSpan(8).StartsWith("WAVE"u8) && IsOtherWav(head))
        {
            // As raw samples its header would be noise, and with big-endian ones all of it.
            throw new MediaFormatException(MediaFormats.Wav, 0, $"expected RIFF, found {Encoding.ASCII.GetString(head, 0, 4)}");
        }

        if (length < head.Length || !head.AsSpan().StartsWith("RIFF"u8) || !head.AsSpan(8).StartsWith("WAVE"u8))
        {
            return new PcmInput(stream, head[..length], long.MaxValue);
        }

        var format = Array.Empty<byte>();
        var chunk = new byte[ChunkHeaderLength];
        long at = RiffHeaderLength;
        while (true)
        {
            await ReadAsync(stream, chunk, at, cancellationToken).ConfigureAwait(false);
            at += ChunkHeaderLength;
            var size = BinaryPrimitives.ReadUInt32LittleEndian(chunk.AsSpan(4));
            if (chunk.AsSpan().StartsWith("data"u8))
            {
                return Create(stream, format, size, at - ChunkHeaderLength);
            }

            // Chunks are padded to an even length.
            var rest = (long)size + (size & 1);
            if (chunk.AsSpan().StartsWith("fmt "u8))
            {
                format = new byte[Math.Min(size, LongestFormat)];
                await ReadAsync(stream, format, at, cancellationToken).ConfigureAwait(false);
                at += format.Length;
                rest -= format.Length;
            }

            await SkipAsync(stream, rest, at, cancellationToken).ConfigureAwait(false);
            at += rest;
        }
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
            return count;
        }

        var read = await _stream.ReadAsync(destination[..(int)Math.Min(destination.Length, _left)], cancellationToken).ConfigureAwait(false);
        _left -= read;
        return read;
    }

    private static bool IsOtherWav(ReadOnlySpan<byte> head) => head.StartsWith("RF64"u8) || head.StartsWith("BW64"u8) || head.StartsWith("RIFX"u8);

    private static PcmInput Create(Stream stream, ReadOnlySpan<byte> format, uint size, long offset)
    {
        if (format.Length < FormatLength)
        {
            throw new MediaFormatException(MediaFormats.Wav, offset, "expected a fmt chunk before the data, found none");
        }

        int tag = BinaryPrimitives.ReadUInt16LittleEndian(format);
        if (tag == ExtensibleTag && format.Length >= SubformatOffset + sizeof(ushort))
        {
            tag = BinaryPrimitives.ReadUInt16LittleEndian(format[SubformatOffset..]);
        }

        int channels = BinaryPrimitives.ReadUInt16LittleEndian(format[2..]);
        var rate = BinaryPrimitives.ReadUInt32LittleEndian(format[4..]);
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(format[14..]);
        if (tag != PcmTag || bits != 16 || channels == 0 || rate > int.MaxValue)
        {
            throw new MediaFormatException(MediaFormats.Wav, offset, $"expected PCM of 16 bits, found format {tag} of {bits} bits, {channels} channels at {rate} Hz");
        }

        // A writer that could not go back leaves 0 or 2^32 - 1: the samples then go on to the end.
        var length = size is 0 or uint.MaxValue ? long.MaxValue : size;
        return new PcmInput(stream, [], length) { IsWav = true, SampleRate = (int)rate, Channels = channels };
    }

    private static async ValueTask ReadAsync(Stream stream, Memory<byte> destination, long at, CancellationToken cancellationToken)
    {
        var count = await stream.ReadAtLeastAsync(destination, destination.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (count < destination.Length)
        {
            throw new MediaFormatException(MediaFormats.Wav, at + count, "expected a data chunk, found the end");
        }
    }

    private static async ValueTask SkipAsync(Stream stream, long count, long at, CancellationToken cancellationToken)
    {
        var scratch = new byte[Math.Min(count, 4096)];
        while (count > 0)
        {
            var piece = scratch.AsMemory(0, (int)Math.Min(count, scratch.Length));
            await ReadAsync(stream, piece, at, cancellationToken).ConfigureAwait(false);
            at += piece.Length;
            count -= piece.Length;
        }
    }
}
