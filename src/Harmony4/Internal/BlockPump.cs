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

    // Where memory is counted there are many: each holds less.
    private const int CountedReadLength = 64 * 1024;

    // As much as a block may have: pictures in tags are shorter.
    internal const int LongestTags = 8 * 1024 * 1024;

    private readonly Stream _input;
    private readonly long _start;
    private readonly PipeReader _reader;
    private readonly int _number;
    private readonly int _readLength;
    private readonly Func<CancellationToken, ValueTask>? _beforeRead;
    private BlockSegmenter? _segmenter;
    private string? _name;
    private bool _asked;
    private bool _framed;
    private ulong? _timeTrack;
    private TimeTrack? _track;
    private ulong? _lastKey;
    private long _buffered;

    /// <param name="input">The media.</param>
    /// <param name="number">Which of several inputs it is.</param>
    /// <param name="beforeRead">Called before more of the media is read, when <see cref="Held"/> tells what is held from then on; null for nobody.</param>
    public BlockPump(Stream input, int number = 0, Func<CancellationToken, ValueTask>? beforeRead = null)
    {
        _beforeRead = beforeRead;
        _readLength = beforeRead is null ? ReadLength : CountedReadLength;
        _number = number;
        _input = input;
        _start = input.CanSeek ? input.Position : 0;
        InputLength = input.CanSeek ? input.Length - _start : null;
        _reader = PipeReader.Create(input, new StreamPipeReaderOptions(bufferSize: _readLength, minimumReadSize: _readLength / 4, leaveOpen: true));
    }

    public BlockSegmenter Segmenter => _segmenter ?? throw new InvalidOperationException("the format has not been chosen yet");

    /// <summary>Gets the segmenter's name as it was when it was chosen.</summary>
    public string Name => _name ?? throw new InvalidOperationException("the format has not been chosen yet");

    public string? Hint { get; private set; }

    /// <summary>Gets the bytes of the input; null for a pipe, which may be live.</summary>
    public long? InputLength { get; }

    public long BytesRead { get; private set; }

    /// <summary>Gets the bytes of memory that are held of the media, with those that the next read adds.</summary>
    public long Held => _buffered + (_readLength * 5L / 4) + (_segmenter?.HeldLength ?? 0);

    public ReadOnlySequence<byte> Payload { get; private set; }

    /// <summary>Finds the segmenter: the one that was asked for, or by the first bytes.</summary>
    public async ValueTask ChooseAsync(SegmenterChoice choice, CancellationToken cancellationToken)
    {
        _timeTrack = choice.TimeTrack;
        if (choice.CreateAsked() is { } asked)
        {
            _asked = true;
            Take(asked);
            await PrepareAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        var format = await DetectAsync(choice.Formats, cancellationToken).ConfigureAwait(false);
        Hint = format.Hint;
        Take(choice.Create(format.IsReadTwice && InputLength is null ? MediaFormats.Fixed : format.Name));
        if (!format.IsReadTwice || InputLength is null)
        {
            return;
        }

        Hint = null;
        if (!await PrepareAsync(cancellationToken).ConfigureAwait(false))
        {
            Hint = Segmenter.Notice is { } notice ? string.Create(CultureInfo.InvariantCulture, $"{notice.Message} at byte {notice.Offset}; its blocks are opaque") : null;
            Take(choice.Create(MediaFormats.Fixed));
        }
    }

    /// <summary>Reads every block, in order. <see cref="Payload"/> is the block's bytes until the next is asked for.</summary>
    public async IAsyncEnumerable<MediaBlock> ReadBlocksAsync(Action? advanced, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_beforeRead is not null)
            {
                await _beforeRead(cancellationToken).ConfigureAwait(false);
            }

            var result = await _reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = result.Buffer;
            while (TryRead(buffer, result.IsCompleted, out var block))
            {
                CheckTimeTrack();
                CheckFraming();
                _framed = true;
                Payload = buffer.Slice(0, block.Length);
                yield return block;
                Payload = default;
                buffer = buffer.Slice(block.Length);
                BytesRead += block.Length;
            }

            CheckFraming();
            _buffered = buffer.Length;
            _reader.AdvanceTo(buffer.Start, buffer.End);
            advanced?.Invoke();
            if (result.IsCompleted)
            {
                yield break;
            }
        }
    }

    /// <summary>Says which rule of <see cref="BlockSegmenter"/> the segmenter broke, and where: at the block that it gave last, or is to give.</summary>
    public InvalidOperationException BrokenRule(FormattableString rule, Exception? exception = null) =>
        new(string.Create(CultureInfo.InvariantCulture, $"the segmenter '{Name}' broke a rule, at offset {BytesRead} (0x{BytesRead:x}) of input {_number}: {FormattableString.Invariant(rule)}"), exception);

    public ValueTask DisposeAsync() => _reader.CompleteAsync();

    private void Take(BlockSegmenter segmenter)
    {
        _segmenter = segmenter;
        _name = segmenter.Name;
    }

    /// <summary>Asks for a block, and holds it against the rules: a segmenter may be the caller's own, and one that breaks them would cost bytes, or never come to an end.</summary>
    private bool TryRead(in ReadOnlySequence<byte> buffer, bool isFinal, out MediaBlock block)
    {
        bool isFound;
        try
        {
            isFound = Segmenter.TryRead(buffer, isFinal, out block);
        }
        catch (Exception exception)
        {
            throw BrokenRule($"expected no exception whatever the bytes, found {exception.GetType().Name}: {exception.Message}", exception);
        }

        if (!isFound)
        {
            return buffer.IsEmpty ? false
                : isFinal ? throw BrokenRule($"expected a block of the {buffer.Length} bytes that end the input, found none")
                : buffer.Length < Segmenter.MaxBufferLength ? false
                : throw BrokenRule($"expected a block once {Segmenter.MaxBufferLength} bytes (MaxBufferLength) are offered, found none in {buffer.Length}");
        }

        if (block.Length < 1 || block.Length > buffer.Length)
        {
            throw BrokenRule($"expected a block of 1 to {buffer.Length} bytes, found {block.Length}");
        }

        if (block.Duration > ulong.MaxValue - block.Pts)
        {
            throw BrokenRule($"expected a block that ends at most at 2^64 - 1 us, found a time of {block.Pts} and a duration of {block.Duration}");
        }

        if (block.IsKey)
        {
            if (block.Pts <= _lastKey)
            {
                throw BrokenRule($"the times of key blocks strictly increase: expected one above {_lastKey} us, found {block.Pts}");
            }

            _lastKey = block.Pts;
        }

        return true;
    }

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

    private async ValueTask<MediaFormat> DetectAsync(MediaFormatSet formats, CancellationToken cancellationToken)
    {
        var wanted = MediaFormats.DetectionLength;
        while (true)
        {
            if (_beforeRead is not null)
            {
                // Once in the reader, and once in front of whoever looks at it.
                _buffered = 2L * wanted;
                await _beforeRead(cancellationToken).ConfigureAwait(false);
            }

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
                    return formats.Detect(head.AsSpan(0, length));
                }

                if (tags > LongestTags)
                {
                    // A format of the caller's own goes by the very first bytes.
                    return formats.Detect(head.AsSpan(0, length)) is { Name: not MediaFormats.Fixed } own
                        ? own
                        : new MediaFormat(MediaFormats.Fixed, string.Create(CultureInfo.InvariantCulture, $"the media is hidden behind {tags} bytes of tags: name its format"));
                }

                wanted = (int)tags + MediaFormats.DetectionLength;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(head);
                _buffered = result.Buffer.Length;
                _reader.AdvanceTo(result.Buffer.Start);
            }
        }
    }

    private void CheckTimeTrack()
    {
        // TRAK, which is written once the first block is there, names it.
        var track = Segmenter.TimeTrack;
        if (_track is { } first && first != track)
        {
            throw BrokenRule($"the track that times come from stays the same from the first block on: expected {first}, found {track}");
        }

        _track = track;
        if (_timeTrack is { } wanted && track.Id != wanted)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"expected a track with the number {wanted} in the media ({Name}), found none"));
        }
    }

    // A format that was asked for has to be there, which its first block tells, however little came at first; one that only looked so may break off.
    private void CheckFraming()
    {
        if (_asked && !_framed && Segmenter.Notice is { } notice)
        {
            throw new MediaFormatException(Name, notice.Offset, notice.Message, _number);
        }
    }
}
