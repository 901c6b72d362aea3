using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Harmony4.Format.Internal;
using Harmony4.Hashing;

namespace Harmony4.Format;

/// <summary>Writes a container in one pass to an output that need not seek: blocks as they come, then SEEK, META, SAFE and VERI.</summary>
/// <remarks>
/// <para>
/// The bytes depend on the options, the blocks and their order alone. Memory is bounded by some 600 KiB and 16 bytes per keyframe,
/// whatever the length of blocks; nothing of a block is kept once the call that wrote it returns.
/// </para>
/// <para>Not safe for concurrent use. After a call that failed or was cancelled the output is cut somewhere inside a chunk, and every further call but disposal fails.</para>
/// </remarks>
public sealed class H4mkContainerWriter : IAsyncDisposable
{
    private const int BufferLength = 64 * 1024;

    // A longer payload goes to the output by itself, without a copy.
    private const int LargestCopiedPayload = 16 * 1024;

    private readonly Stream _output;
    private readonly bool _leaveOpen;
    private readonly H4mkWriterOptions _options;
    private readonly OverlappedSha256 _veri = new();
    private readonly SeekRecorder _seek = new();
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferLength);
    private int _buffered;
    private State _state;
    private long _length;
    private long _payloadLength;

    private H4mkContainerWriter(Stream output, H4mkWriterOptions? options, bool leaveOpen)
    {
        _output = output;
        _options = options ?? new H4mkWriterOptions();
        _leaveOpen = leaveOpen;
        Check(_options);
        ChunkPrimitives.WriteFileHeader(_buffer);
        _buffered = Layout.FileHeaderLength;
        _length = Layout.FileHeaderLength;
    }

    private enum State
    {
        Open,
        Writing,
        Completed,
        Disposed,
    }

    /// <summary>Gets how many blocks were written.</summary>
    public long BlockCount { get; private set; }

    /// <summary>Gets how many bytes the file has so far, those not yet handed to the output included.</summary>
    public long Length => _length;

    /// <summary>Starts a container on a stream.</summary>
    /// <param name="output">A stream that can write.</param>
    /// <param name="options">META, SAFE and tracks; null for the defaults.</param>
    /// <param name="leaveOpen">Whether disposing the writer leaves the stream open.</param>
    /// <returns>The writer; nothing has been written yet.</returns>
    /// <exception cref="ArgumentException">The stream cannot write, META or SAFE is not a JSON object, or version 1.0 cannot hold the tracks.</exception>
    public static H4mkContainerWriter Create(Stream output, H4mkWriterOptions? options = null, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (!output.CanWrite)
        {
            throw new ArgumentException("the stream must be able to write", nameof(output));
        }

        return new H4mkContainerWriter(output, options, leaveOpen);
    }

    /// <summary>Starts a container on a pipe. <see cref="CompleteAsync"/> flushes the pipe and leaves completing it to its owner.</summary>
    /// <param name="output">The pipe.</param>
    /// <param name="options">META, SAFE and tracks; null for the defaults.</param>
    /// <returns>The writer; nothing has been written yet.</returns>
    /// <exception cref="ArgumentException">META or SAFE is not a JSON object, or version 1.0 cannot hold the tracks.</exception>
    public static H4mkContainerWriter Create(PipeWriter output, H4mkWriterOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        return new H4mkContainerWriter(output.AsStream(leaveOpen: true), options, leaveOpen: false);
    }

    /// <summary>Writes the next block of a track.</summary>
    /// <param name="track">The track's id.</param>
    /// <param name="info">The block's time and key flag.</param>
    /// <param name="payload">The block; any bytes, also none.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>A task that ends when <paramref name="payload"/> is no longer in use.</returns>
    /// <exception cref="ArgumentException">The track does not exist, the block is a keyframe not later than the one before it, or the payload is longer than 2^32 − 1 bytes. Nothing is written then.</exception>
    /// <exception cref="InvalidOperationException">The container is complete, or an earlier call failed.</exception>
    /// <exception cref="ObjectDisposedException">The writer was disposed.</exception>
    /// <exception cref="IOException">The output failed.</exception>
    public ValueTask WriteBlockAsync(int track, in BlockInfo info, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken = default)
    {
        StartBlock(track, info, payload.Length);
        return WriteAsync(ChunkTag.Core, new ReadOnlySequence<byte>(payload), cancellationToken);
    }

    /// <inheritdoc cref="WriteBlockAsync(int, in BlockInfo, ReadOnlyMemory{byte}, CancellationToken)"/>
    public ValueTask WriteBlockAsync(int track, in BlockInfo info, in ReadOnlySequence<byte> payload, CancellationToken cancellationToken = default)
    {
        StartBlock(track, info, payload.Length);
        return WriteAsync(ChunkTag.Core, payload, cancellationToken);
    }

    /// <summary>Writes a chunk of the caller's own kind between the blocks. Readers that do not know the tag pass over it; VERI covers it.</summary>
    /// <param name="tag">A valid tag that the format does not use itself.</param>
    /// <param name="payload">The payload.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>A task that ends when <paramref name="payload"/> is no longer in use.</returns>
    /// <exception cref="ArgumentException">The tag is not valid, or is one of the format's.</exception>
    /// <exception cref="InvalidOperationException">The container is complete, or an earlier call failed.</exception>
    /// <exception cref="ObjectDisposedException">The writer was disposed.</exception>
    /// <exception cref="IOException">The output failed.</exception>
    public ValueTask WriteChunkAsync(ChunkTag tag, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken = default)
    {
        if (!tag.IsValid || ReservedTags.Contains(tag))
        {
            throw new ArgumentException($"{tag} is not a tag of the caller's own: expected four bytes 0x21 to 0x7e that the format does not use", nameof(tag));
        }

        Start();
        return WriteAsync(tag, new ReadOnlySequence<byte>(payload), cancellationToken);
    }

    /// <summary>Writes SEEK, META, SAFE and VERI and hands everything to the output.</summary>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>What the container holds.</returns>
    /// <exception cref="InvalidOperationException">The container is complete already, or an earlier call failed.</exception>
    /// <exception cref="IOException">The output failed.</exception>
    public async ValueTask<H4mkWriteSummary> CompleteAsync(CancellationToken cancellationToken = default)
    {
        Start();
        await WriteAsync(ChunkTag.Seek, new ReadOnlySequence<byte>(_seek.Payload), cancellationToken).ConfigureAwait(false);
        Start();
        await WriteAsync(ChunkTag.Meta, new ReadOnlySequence<byte>(_options.Meta), cancellationToken).ConfigureAwait(false);
        Start();
        await WriteAsync(ChunkTag.Safe, new ReadOnlySequence<byte>(_options.Safe), cancellationToken).ConfigureAwait(false);
        Start();
        var veri = new byte[Layout.VeriLength];
        _veri.GetCurrentHash(veri);
        await WriteAsync(ChunkTag.Veri, new ReadOnlySequence<byte>(veri), cancellationToken).ConfigureAwait(false);
        Start();
        await FlushBufferAsync(cancellationToken).ConfigureAwait(false);
        await _output.FlushAsync(cancellationToken).ConfigureAwait(false);
        _state = State.Completed;
        return new H4mkWriteSummary(_length, BlockCount, _payloadLength, _seek.Count, veri);
    }

    /// <summary>Releases what the writer holds. A container that was not completed stays cut short.</summary>
    /// <returns>A task.</returns>
    public async ValueTask DisposeAsync()
    {
        _state = State.Disposed;
        _veri.Dispose();
        if (!_leaveOpen)
        {
            await _output.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static void Check(H4mkWriterOptions options)
    {
        if (options.Version != H4mkVersion.V10)
        {
            throw new ArgumentException($"{options.Version} is not a version that can be written", nameof(options));
        }

        if (options.Tracks is not [{ Id: 0, Kind: TrackKind.Video }])
        {
            throw new ArgumentException("version 1.0 holds exactly one track: id 0, kind video", nameof(options));
        }

        if (!JsonObject.IsValid(options.Meta.Span) || options.Meta.Length == 0)
        {
            throw new ArgumentException($"META is not a JSON object in UTF-8 of at most {JsonObject.MaxDepth} levels", nameof(options));
        }

        if (!JsonObject.IsValid(options.Safe.Span) || options.Safe.Length == 0)
        {
            throw new ArgumentException($"SAFE is not a JSON object in UTF-8 of at most {JsonObject.MaxDepth} levels", nameof(options));
        }
    }

    private void StartBlock(int track, in BlockInfo info, long length)
    {
        if (track != 0)
        {
            throw new ArgumentException($"expected track 0, the only one, found {track}", nameof(track));
        }

        if (length > uint.MaxValue)
        {
            throw new ArgumentException($"a block has at most {uint.MaxValue} bytes, found {length}", nameof(length));
        }

        if (info.IsKey)
        {
            _seek.CheckNext(info.Pts);
        }

        Start();
        if (info.IsKey)
        {
            _seek.Add(info.Pts, (ulong)_payloadLength);
        }

        BlockCount++;
        _payloadLength += length;
    }

    // A call that fails never sets the state back, so the next one ends here.
    private void Start()
    {
        ObjectDisposedException.ThrowIf(_state == State.Disposed, this);
        if (_state != State.Open)
        {
            throw new InvalidOperationException(_state == State.Completed
                ? "the container is complete"
                : "an earlier call failed, was cancelled or has not ended, and left the container cut short");
        }

        _state = State.Writing;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteAsync(ChunkTag tag, ReadOnlySequence<byte> payload, CancellationToken cancellationToken)
    {
        if (BufferLength - _buffered < Layout.ChunkHeaderLength)
        {
            await FlushBufferAsync(cancellationToken).ConfigureAwait(false);
        }

        var header = _buffer.AsMemory(_buffered, Layout.ChunkHeaderLength);
        ChunkPrimitives.WriteChunkHeader(header.Span, tag, (uint)payload.Length, Crc32.Compute(payload));
        _buffered += Layout.ChunkHeaderLength;
        _length += Layout.ChunkHeaderLength + payload.Length;
        var hashed = tag != ChunkTag.Veri;
        if (hashed)
        {
            _veri.Append(header.Span);
        }

        if (payload.IsSingleSegment)
        {
            await WritePayloadAsync(payload.First, hashed, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            foreach (var segment in payload)
            {
                await WritePayloadAsync(segment, hashed, cancellationToken).ConfigureAwait(false);
            }
        }

        // Unless the writer was disposed meanwhile.
        _state = _state == State.Writing ? State.Open : _state;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WritePayloadAsync(ReadOnlyMemory<byte> payload, bool hashed, CancellationToken cancellationToken)
    {
        if (hashed)
        {
            _veri.Append(payload.Span);
        }

        var copied = payload.Length <= LargestCopiedPayload;
        if (!copied || BufferLength - _buffered < payload.Length)
        {
            await FlushBufferAsync(cancellationToken).ConfigureAwait(false);
        }

        if (copied)
        {
            payload.CopyTo(_buffer.AsMemory(_buffered));
            _buffered += payload.Length;
        }
        else
        {
            await _output.WriteAsync(payload, cancellationToken).ConfigureAwait(false);
        }
    }

    private ValueTask FlushBufferAsync(CancellationToken cancellationToken)
    {
        var count = _buffered;
        _buffered = 0;
        return count == 0 ? ValueTask.CompletedTask : _output.WriteAsync(_buffer.AsMemory(0, count), cancellationToken);
    }
}
