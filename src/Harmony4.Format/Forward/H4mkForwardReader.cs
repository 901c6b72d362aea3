using System.Buffers;
using System.IO.Pipelines;
using Harmony4.Format.Internal;

namespace Harmony4.Format;

/// <summary>Reads a container forward from a pipe, of either version, in one pass: tracks, then each block with its times before its payload.</summary>
/// <remarks>
/// <para>
/// What is known of a 1.1 block before its payload is a claim of the writer's until the index of its page has come and equals what the blocks give:
/// then the reader stands on <see cref="ForwardPart.Page"/>. At the end the whole container has been held against what a writer would write for
/// the same blocks, so <see cref="Identity"/> is what the bytes give.
/// </para>
/// <para>
/// Memory is bounded: 64 bytes for each block of an open page, 56 for each full page, and 1 MiB for SEEK. Of a 1.0 container, which may go on as
/// one of 1.1, 48 bytes for each block are kept.
/// </para>
/// <para>Not safe for concurrent use. An exception other than <see cref="OperationCanceledException"/> ends the reading.</para>
/// </remarks>
public sealed class H4mkForwardReader : IAsyncDisposable
{
    private const int WholePieceLength = 64 * 1024;

    private readonly PipeReader _input;
    private readonly bool _leaveOpen;
    private readonly H4mkContainerOptions _options;
    private readonly ContainerReplay _replay;
    private readonly Queue<ForwardPart> _parts = [];
    private readonly PayloadCollector _whole = new();
    private H4mkReaderState _state;
    private bool _isInPayload;
    private bool _hasTracks;
    private bool _hasEnded;

    private H4mkForwardReader(PipeReader input, H4mkContainerOptions? options, bool leaveOpen)
    {
        _input = input;
        _leaveOpen = leaveOpen;
        _options = options ?? new H4mkContainerOptions();
        _replay = new ContainerReplay(_options);
    }

    /// <summary>Gets what the reader stands on.</summary>
    public ForwardPart Part { get; private set; }

    /// <summary>Gets the version, once the tracks are known. A 1.0 container becomes one of 1.1 when TRAK follows it.</summary>
    public H4mkVersion Version => _replay.IsV11 ? H4mkVersion.V11 : H4mkVersion.V10;

    /// <summary>Gets what the producer says of the tracks, by ascending id. Version 1.0 has one of video.</summary>
    public IReadOnlyList<H4mkTrackInfo> Tracks => _replay.Tracks;

    /// <summary>Gets META as stored; <see langword="null"/> before it has come. In version 1.1 it comes before the first block.</summary>
    public ReadOnlyMemory<byte>? Meta => _replay.Meta;

    /// <summary>Gets SAFE as stored; <see langword="null"/> before it has come. In version 1.1 it comes before the first block.</summary>
    public ReadOnlyMemory<byte>? Safe => _replay.Safe;

    /// <summary>Gets the id of the track of <see cref="Block"/>.</summary>
    public int Track => _replay.Track;

    /// <summary>Gets the block on <see cref="ForwardPart.Block"/>. Times, duration and flags are what TOKN claims; version 1.0 has none.</summary>
    public BlockLocation Block => _replay.Block;

    /// <summary>Gets the page on <see cref="ForwardPart.Page"/>: its blocks are final.</summary>
    public PageRange Page => _replay.Page;

    /// <summary>Gets the chunk on <see cref="ForwardPart.Chunk"/>.</summary>
    public ChunkInfo Chunk { get; private set; }

    /// <summary>Gets the position in the input, in bytes.</summary>
    public long Position => _state.Position;

    /// <summary>Gets the container's identity on <see cref="ForwardPart.End"/>; <see langword="null"/> before it and in version 1.0.</summary>
    public Sha256Digest? Identity => _replay.Identity;

    /// <summary>Gets the SHA-256 that VERI of a 1.0 container holds, which has been compared with the chunks before it; <see langword="null"/> without one.</summary>
    public Sha256Digest? Veri => _replay.Veri;

    /// <summary>Starts to read a pipe.</summary>
    /// <param name="input">The pipe; nothing has been read yet.</param>
    /// <param name="options">Limits; <see langword="null"/> for the defaults.</param>
    /// <param name="leaveOpen">Whether disposing the reader leaves the pipe open instead of completing it.</param>
    /// <returns>The reader.</returns>
    public static H4mkForwardReader Create(PipeReader input, H4mkContainerOptions? options = null, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new H4mkForwardReader(input, options, leaveOpen);
    }

    /// <summary>Starts to read a stream.</summary>
    /// <param name="input">A stream that can read; it need not support seeking.</param>
    /// <param name="options">Limits; <see langword="null"/> for the defaults.</param>
    /// <param name="leaveOpen">Whether disposing the reader leaves the stream open.</param>
    /// <returns>The reader; nothing has been read yet.</returns>
    /// <exception cref="ArgumentException">The stream cannot read.</exception>
    public static H4mkForwardReader Create(Stream input, H4mkContainerOptions? options = null, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new H4mkForwardReader(PipeReader.Create(input, new StreamPipeReaderOptions(bufferSize: WholePieceLength, leaveOpen: leaveOpen)), options, leaveOpen: false);
    }

    /// <summary>Moves on: to the tracks, the next block, page or chunk, or the end. A payload that was not read is passed over, and counts all the same.</summary>
    /// <param name="cancellationToken">Cancels the read. Nothing is lost by it: the next call goes on.</param>
    /// <returns><see langword="false"/> behind the end.</returns>
    /// <exception cref="H4mkFormatException">
    /// The bytes are not a sound container, or what TOKN, INDX, SEEK, ROOT or TAIL says is not what the blocks give;
    /// <see cref="H4mkErrorCode.Incomplete"/> when a 1.1 container ends before its TAIL.
    /// </exception>
    /// <exception cref="IOException">The input failed.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_parts.TryDequeue(out var part))
            {
                Part = part;
                return true;
            }

            if (_hasEnded)
            {
                return false;
            }

            await AdvanceAsync(Memory<byte>.Empty, skips: true, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads the next piece of the payload of the block or chunk that the reader stands on.</summary>
    /// <param name="destination">Receives the piece; not empty.</param>
    /// <param name="cancellationToken">Cancels the read. Nothing is lost by it: the next call goes on.</param>
    /// <returns>Bytes of the piece; 0 at the end, once all pieces were found to match the CRC.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is empty.</exception>
    /// <exception cref="InvalidOperationException">The reader does not stand on a block or chunk.</exception>
    /// <exception cref="H4mkFormatException">The payload does not match its CRC, or the input ends inside it.</exception>
    /// <exception cref="IOException">The input failed.</exception>
    public async ValueTask<int> ReadPayloadAsync(Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        if (destination.IsEmpty)
        {
            throw new ArgumentException("expected room for a piece", nameof(destination));
        }

        CheckPart();
        while (_isInPayload)
        {
            var count = await AdvanceAsync(destination, skips: false, cancellationToken).ConfigureAwait(false);
            if (count > 0)
            {
                return count;
            }
        }

        return 0;
    }

    /// <summary>Reads what is left of the payload of the block or chunk that the reader stands on: all of it, when no piece was read.</summary>
    /// <param name="cancellationToken">Cancels the read, which ends the reading of this payload.</param>
    /// <returns>The payload, which matches its CRC; valid until the next call.</returns>
    /// <exception cref="InvalidOperationException">The reader does not stand on a block or chunk.</exception>
    /// <exception cref="H4mkFormatException">The payload does not match its CRC, is longer than <see cref="H4mkContainerOptions.MaxBlockLength"/>, or the input ends inside it.</exception>
    /// <exception cref="IOException">The input failed.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadPayloadAsync(CancellationToken cancellationToken = default)
    {
        CheckPart();
        if (Chunk.Length > (uint)_options.MaxBlockLength)
        {
            Throw.Limit(Chunk, _options.MaxBlockLength);
        }

        _whole.Reset();
        var piece = ArrayPool<byte>.Shared.Rent(WholePieceLength);
        try
        {
            while (await ReadPayloadAsync(piece, cancellationToken).ConfigureAwait(false) is > 0 and var count)
            {
                _whole.Append(piece.AsSpan(0, count));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }

        return _whole.Bytes;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _replay.Dispose();
        if (!_leaveOpen)
        {
            await _input.CompleteAsync().ConfigureAwait(false);
        }
    }

    private void CheckPart()
    {
        if (Part is not (ForwardPart.Block or ForwardPart.Chunk) || _parts.Count > 0)
        {
            throw new InvalidOperationException("only a block or a chunk has a payload");
        }
    }

    /// <summary>Takes bytes until a part is known or, of a payload that is asked for, a piece or its end has come.</summary>
    private async ValueTask<int> AdvanceAsync(Memory<byte> destination, bool skips, CancellationToken cancellationToken)
    {
        if (_isInPayload && _state.Remaining == 0)
        {
            // The end of a chunk needs no further byte: a live input may not have one for long.
            Take(ReadOnlySequence<byte>.Empty, default, skips: false, out _, out _);
            return 0;
        }

        var result = await _input.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (result.IsCanceled)
        {
            _input.AdvanceTo(result.Buffer.Start);
            throw new OperationCanceledException("the pipe's reading was cancelled");
        }

        var taken = 0L;
        var count = 0;
        var needsMore = false;
        try
        {
            needsMore = Take(result.Buffer, destination.Span, skips, out taken, out count);
            if (needsMore && result.IsCompleted)
            {
                EndInput(result.Buffer.Slice(taken));
            }
        }
        finally
        {
            var consumed = result.Buffer.GetPosition(taken);
            _input.AdvanceTo(consumed, needsMore ? result.Buffer.End : consumed);
        }

        return count;
    }

    private bool Take(in ReadOnlySequence<byte> buffer, Span<byte> destination, bool skips, out long taken, out int count)
    {
        count = 0;
        var bytes = skips || buffer.Length <= destination.Length ? buffer : buffer.Slice(0, destination.Length);
        var reader = new H4mkReader(bytes, isFinalBlock: false, _state);
        try
        {
            while (_parts.Count == 0 && reader.Read())
            {
                Take(reader);
                if (!skips && reader.Part == ChunkPart.Payload)
                {
                    reader.Payload.CopyTo(destination);
                    count = reader.Payload.Length;
                }

                if (!skips)
                {
                    return false;
                }
            }

            return _parts.Count == 0;
        }
        finally
        {
            _state = reader.CurrentState;
            taken = reader.BytesConsumed;
        }
    }

    private void Take(in H4mkReader reader)
    {
        switch (reader.Part)
        {
            case ChunkPart.Start:
                Chunk = reader.Chunk;
                _isInPayload = true;
                var begun = _replay.Begin(Chunk);
                if (!_hasTracks && Chunk.Tag != ChunkTag.Trak)
                {
                    // A first chunk that is not TRAK makes it version 1.0, as far as anyone knows.
                    Add(ForwardPart.Tracks);
                }

                Add(begun);
                break;
            case ChunkPart.Payload:
                _replay.Append(reader.Payload);
                break;
            case ChunkPart.End:
                _isInPayload = false;
                Add(_replay.End());
                break;
        }
    }

    private void Add(ForwardPart part)
    {
        if (part != ForwardPart.None)
        {
            _hasTracks = true;
            _parts.Enqueue(part);
        }
    }

    private void EndInput(in ReadOnlySequence<byte> left)
    {
        var isInChunk = _isInPayload;
        Span<byte> first = stackalloc byte[(int)Math.Min(sizeof(uint), left.Length)];
        left.Slice(0, first.Length).CopyTo(first);
        _replay.EndInput(_state.Position + left.Length, isInChunk ? "CORE"u8 : first, isInChunk ? Chunk.Offset : _state.Position);
        _hasEnded = true;
        if (!_hasTracks)
        {
            Add(ForwardPart.Tracks);
        }

        Add(ForwardPart.End);
    }
}
