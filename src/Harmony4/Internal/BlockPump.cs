using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Harmony4.Tokenization;

namespace Harmony4.Internal;

/// <summary>Reads media from a stream and cuts it into blocks: the loop that export and tokenizing share.</summary>
internal sealed class BlockPump : IAsyncDisposable
{
    private const int ReadLength = 256 * 1024;

    // As much as a block may have: pictures in tags are shorter.
    internal const int LongestTags = 8 * 1024 * 1024;

    private readonly Stream _input;
    private readonly long _start;
    private readonly PipeReader _reader;
    private BlockSegmenter? _segmenter;
    private readonly int _number;
    private bool _named;
    private bool _framed;
    private ulong? _timeTrack;

    public BlockPump(Stream input, int number = 0)
    {
        _number = number;
        _input = input;
        _start = input.CanSeek ? input.Position : 0;
        InputLength = input.CanSeek ? input.Length - _start : null;
        _reader = PipeReader.Create(input, new StreamPipeReaderOptions(bufferSize: ReadLength, minimumReadSize: ReadLength / 4, leaveOpen: true));
    }

    public BlockSegmenter Segmenter => _segmenter ?? throw new InvalidOperationException("the format has not been chosen yet");

    public string? Hint { get; private set; }

    /// <summary>Gets the bytes of the input; null for a pipe, which may be live.</summary>
    public long? InputLength { get; }

    public long BytesRead { get; private set; }

    public ReadOnlySequence<byte> Payload { get; private set; }

    /// <summary>Chooses the segmenter: by name, or by the first bytes.</summary>
    public async ValueTask ChooseAsync(string? name, SegmenterOptions options, CancellationToken cancellationToken)
    {
        _timeTrack = options.TimeTrack;
        if (name is not null)
        {
            _named = true;
            _segmenter = MediaFormats.Create(name, options);
            await PrepareAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        var format = await DetectAsync(cancellationToken).ConfigureAwait(false);
        Hint = format.Hint;
        _segmenter = MediaFormats.Create(format.IsReadTwice && InputLength is null ? MediaFormats.Fixed : format.Name, options);
        if (!format.IsReadTwice || InputLength is null)
        {
            return;
        }

        Hint = null;
        if (!await PrepareAsync(cancellationToken).ConfigureAwait(false))
        {
            Hint = _segmenter.Notice is { } notice ? string.Create(CultureInfo.InvariantCulture, $"{notice.Message} at byte {notice.Offset}; its blocks are opaque") : null;
            _segmenter = MediaFormats.Create(MediaFormats.Fixed, options);
        }
    }

    /// <summary>Reads every block, in order. <see cref="Payload"/> is the block's bytes until the next is asked for.</summary>
    public async IAsyncEnumerable<MediaBlock> ReadBlocksAsync(Action? advanced, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await _reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = result.Buffer;
            while (Segmenter.TryRead(buffer, result.IsCompleted, out var block))
            {
                CheckTimeTrack();
                CheckFraming();
                Payload = buffer.Slice(0, block.Length);
                yield return block;
                Payload = default;
                buffer = buffer.Slice(block.Length);
                BytesRead += block.Length;
            }

            CheckFraming();
            _reader.AdvanceTo(buffer.Start, buffer.End);
            advanced?.Invoke();
            if (result.IsCompleted)
            {
                yield break;
            }
        }
    }

    public ValueTask DisposeAsync() => _reader.CompleteAsync();

    /// <summary>Lets the segmenter look at an input that can be read twice.</summary>
    private async ValueTask<bool> PrepareAsync(CancellationToken cancellationToken)
    {
        if (InputLength is null)
        {
            return true;
        }

        var position = _input.Position;
        _input.Position = _start;
        var isFound = await Segmenter.PrepareAsync(_input, cancellationToken).ConfigureAwait(false);
        _input.Position = position;
        return isFound;
    }

    private async ValueTask<MediaFormat> DetectAsync(CancellationToken cancellationToken)
    {
        var wanted = MediaFormats.DetectionLength;
        while (true)
        {
            var result = await _reader.ReadAtLeastAsync(wanted, cancellationToken).ConfigureAwait(false);
            var length = (int)Math.Min(result.Buffer.Length, wanted);
            var head = ArrayPool<byte>.Shared.Rent(length);
            try
            {
                result.Buffer.Slice(0, length).CopyTo(head);

                // What is behind tags decides: they are held until it is there.
                var tags = MediaFormats.GetTagLength(head.AsSpan(0, length));
                if (result.IsCompleted || tags + MediaFormats.DetectionLength <= length)
                {
                    return MediaFormats.Detect(head.AsSpan(0, length));
                }

                if (tags > LongestTags)
                {
                    return new MediaFormat(MediaFormats.Fixed, string.Create(CultureInfo.InvariantCulture, $"the media is hidden behind {tags} bytes of tags: name its format"));
                }

                wanted = (int)tags + MediaFormats.DetectionLength;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(head);
                _reader.AdvanceTo(result.Buffer.Start);
            }
        }
    }

    private void CheckTimeTrack()
    {
        if (_timeTrack is { } wanted && Segmenter.TimeTrack.Id != wanted)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"expected a track with the number {wanted} in the media ({Segmenter.Name}), found none"));
        }
    }

    // A format that was asked for by name has to be there; one that only looked so may break off.
    private void CheckFraming()
    {
        if (_named && !_framed && Segmenter.Notice is { } notice)
        {
            throw new MediaFormatException(Segmenter.Name, notice.Offset, notice.Message, _number);
        }

        _framed = true;
    }
}
