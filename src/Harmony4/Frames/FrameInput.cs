using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using Harmony4.Internal;
using Harmony4.Tokenization;

namespace Harmony4;

/// <summary>The frames of media in a stream, of all its tracks: times, key flags and byte ranges, from container framing alone.</summary>
/// <remarks>
/// Reads forward; where the stream seeks, it goes over the bytes of the frames themselves, so that of an MP4 little more than its movie header is read. Holds what <see cref="FrameReader"/> holds. Not safe
/// for concurrent use.
/// </remarks>
public sealed class FrameInput
{
    private const int ReadLength = 64 * 1024;

    private readonly Stream _stream;
    private readonly FrameReader _reader;
    private readonly long _start;
    private byte[] _buffer;
    private int _count;
    private bool _isAtEnd;

    private FrameInput(Stream stream, FrameReader reader, long start, byte[] head, int count)
    {
        _stream = stream;
        _reader = reader;
        _start = start;
        _buffer = head;
        _count = count;
    }

    /// <summary>Gets the name of the format, one of <see cref="FrameReader.Formats"/>.</summary>
    public string Format => _reader.Format;

    /// <summary>Gets the first place where the framing could not be followed, or null while it can.</summary>
    public SegmentationNotice? Notice => _reader.Notice;

    /// <summary>Gets the track that the times of blocks would come from, as far as the media was read: the first with moving pictures, else the first.</summary>
    public TimeTrack TimeTrack => _reader.TimeTrack;

    /// <inheritdoc cref="FrameReader.GetEdits"/>
    public IReadOnlyList<MediaEdit> GetEdits(ulong track) => _reader.GetEdits(track);

    /// <inheritdoc cref="FrameReader.GetFragmentShift"/>
    public long? GetFragmentShift(ulong track) => _reader.GetFragmentShift(track);

    /// <summary>Finds out which format a stream has.</summary>
    /// <param name="stream">The media, at its first byte; a pipe will do, but for MP4 whose movie header stands behind the media. Left open.</param>
    /// <param name="format">The name of the format, one of <see cref="FrameReader.Formats"/>; null to detect it.</param>
    /// <param name="options">Options; null for the defaults. Only <see cref="SegmenterOptions.TimeTrack"/> and <see cref="SegmenterOptions.Gop"/> matter.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The frames.</returns>
    /// <exception cref="ArgumentException">The format is not one of <see cref="FrameReader.Formats"/>.</exception>
    /// <exception cref="MediaFormatException">The format that was detected does not tell of frames, or is not recognised, or needs a stream that seeks.</exception>
    /// <exception cref="IOException">The stream failed.</exception>
    public static async ValueTask<FrameInput> OpenAsync(Stream stream, string? format = null, SegmenterOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var start = stream.CanSeek ? stream.Position : 0;
        var length = stream.CanSeek ? stream.Length - start : (long?)null;
        var (head, count) = (new byte[ReadLength], 0);
        if (format is null)
        {
            (head, count) = await ReadHeadAsync(stream, head, cancellationToken).ConfigureAwait(false);
            var detected = MediaFormats.BuiltIn.Detect(head.AsSpan(0, count));
            format = detected.Name;
            if (!FrameReader.Formats.Contains(format) || (detected.IsReadTwice && length is null))
            {
                throw new MediaFormatException(format, 0, detected.Hint ?? (format == MediaFormats.Fixed
                    ? $"expected media of a format with frames ({string.Join(", ", FrameReader.Formats)}), found none of these"
                    : "expected a format whose framing tells of frames, found one without"));
            }
        }

        var reader = new FrameReader(format, options) { InputLength = length };
        if (length is not null)
        {
            var position = stream.Position;
            stream.Position = start;
            await reader.PrepareAsync(stream, cancellationToken).ConfigureAwait(false);
            stream.Position = position;
        }

        return new FrameInput(stream, reader, start, head, count);
    }

    /// <summary>Reads the frames. To be called once.</summary>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>
    /// The frames in the order in which the framing tells of them: by position, but for the fragments of MP4, which tell of one track behind the other.
    /// </returns>
    /// <exception cref="IOException">The stream failed.</exception>
    public async IAsyncEnumerable<MediaFrame> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            while (_reader.TryRead(out var frame))
            {
                yield return frame;
            }

            cancellationToken.ThrowIfCancellationRequested();
            SkipAhead();
            var taken = (int)_reader.Read(new ReadOnlySequence<byte>(_buffer, 0, _count), _isAtEnd);
            _buffer.AsSpan(taken, _count - taken).CopyTo(_buffer);
            _count -= taken;
            if (_reader.TryRead(out var first))
            {
                yield return first;
            }
            else if (_isAtEnd && taken == 0)
            {
                yield break;
            }
            else if (taken == 0)
            {
                await FillAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async ValueTask<(byte[] Head, int Count)> ReadHeadAsync(Stream stream, byte[] head, CancellationToken cancellationToken)
    {
        var count = 0;
        while (true)
        {
            count += await stream.ReadAtLeastAsync(head.AsMemory(count), head.Length - count, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            var wanted = MediaFormats.GetTagLength(head.AsSpan(0, count)) + MediaFormats.DetectionLength;
            if (count < head.Length || wanted <= count)
            {
                return (head, count);
            }

            if (wanted > BlockPump.LongestTags)
            {
                throw new MediaFormatException(MediaFormats.Fixed, 0, string.Create(CultureInfo.InvariantCulture, $"the media is hidden behind {wanted - MediaFormats.DetectionLength} bytes of tags: name its format"));
            }

            Array.Resize(ref head, (int)wanted);
        }
    }

    /// <summary>Seeks over what need not be looked at, if that is more than is read already.</summary>
    private void SkipAhead()
    {
        if (!_stream.CanSeek || _reader.SkippableLength <= _count || _reader.InputLength is not { } length)
        {
            return;
        }

        var skipped = Math.Min(_reader.SkippableLength, length - _reader.Position);
        _reader.Skip(skipped);
        _count = 0;
        _stream.Position = _start + _reader.Position;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_count == _buffer.Length)
        {
            Array.Resize(ref _buffer, (int)Math.Min(Array.MaxLength, 2L * _buffer.Length));
        }

        var read = await _stream.ReadAsync(_buffer.AsMemory(_count), cancellationToken).ConfigureAwait(false);
        _count += read;
        _isAtEnd = read == 0;
    }
}
