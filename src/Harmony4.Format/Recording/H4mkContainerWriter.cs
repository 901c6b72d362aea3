using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Harmony4.Format.Internal;

namespace Harmony4.Format;

/// <summary>Writes a container in one pass to an output that need not support seeking.</summary>
/// <remarks>
/// <para>
/// The bytes depend on the options, the blocks and their order alone. Nothing of a block is in use once the call that wrote it returns.
/// Memory is bounded whatever the length of the media. Version 1.1: two hashing batches of at most 16 MiB, 64 bytes for each block of an
/// open page, 56 bytes for each full page, and 1 MiB for SEEK. Version 1.0: some 600 KiB and 16 bytes for each keyframe.
/// </para>
/// <para>Not safe for concurrent use. After a call that failed or was cancelled the output is cut somewhere inside a chunk, and every further call but disposal fails.</para>
/// </remarks>
public sealed class H4mkContainerWriter : IAsyncDisposable
{
    private readonly ChunkSink _sink;
    private readonly ContainerRecorder _recorder;
    private State _state;

    private H4mkContainerWriter(Stream output, H4mkWriterOptions? options, bool leaveOpen)
    {
        options ??= new H4mkWriterOptions();
        _sink = new ChunkSink(output, leaveOpen, options.FlushToDisk);
        _recorder = options.Version switch
        {
            H4mkVersion.V10 => new Recorder10(_sink, options),
            H4mkVersion.V11 => new Recorder11(_sink, options),
            _ => throw new ArgumentException($"{options.Version} is not a version that can be written", nameof(options)),
        };
    }

    private enum State
    {
        Open,
        Writing,
        Completed,
        Disposed,
    }

    /// <summary>Gets how many blocks were written.</summary>
    public long BlockCount => _recorder.BlockCount;

    /// <summary>Gets how many bytes the file has so far, those not yet handed to the output included.</summary>
    public long Length => _sink.Position;

    /// <summary>Starts a container on a stream.</summary>
    /// <param name="output">A stream that can write.</param>
    /// <param name="options">Version, tracks, META and SAFE; <see langword="null"/> for the defaults.</param>
    /// <param name="leaveOpen">Whether disposing the writer leaves the stream open.</param>
    /// <returns>The writer; nothing has been written yet.</returns>
    /// <exception cref="ArgumentException">The stream cannot write, META or SAFE is not a JSON object as the version demands it, or the version cannot hold the tracks.</exception>
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
    /// <param name="options">Version, tracks, META and SAFE; <see langword="null"/> for the defaults.</param>
    /// <returns>The writer; nothing has been written yet.</returns>
    /// <exception cref="ArgumentException">META or SAFE is not a JSON object as the version demands it, or the version cannot hold the tracks.</exception>
    public static H4mkContainerWriter Create(PipeWriter output, H4mkWriterOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        return new H4mkContainerWriter(output.AsStream(leaveOpen: true), options, leaveOpen: false);
    }

    /// <summary>Writes the next block of a track.</summary>
    /// <param name="track">The track's id.</param>
    /// <param name="info">The block's time, duration and flags.</param>
    /// <param name="payload">The block; any bytes, also none.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>A task that ends when <paramref name="payload"/> is no longer in use.</returns>
    /// <exception cref="ArgumentException">
    /// The track does not exist, the block is a keyframe not later than the one before it, the time or flags are out of range, or the
    /// payload is longer than 64 MiB (2^32 − 1 bytes in version 1.0). Nothing is written then, and the writer stays usable.
    /// </exception>
    /// <exception cref="InvalidOperationException">The container is complete, or an earlier call failed.</exception>
    /// <exception cref="ObjectDisposedException">The writer was disposed.</exception>
    /// <exception cref="IOException">The output failed.</exception>
    public ValueTask WriteBlockAsync(int track, in BlockInfo info, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken = default)
    {
        StartBlock(track, info, payload.Length);
        return FinishAsync(_recorder.WriteBlockAsync(new ReadOnlySequence<byte>(payload), cancellationToken));
    }

    /// <inheritdoc cref="WriteBlockAsync(int, in BlockInfo, ReadOnlyMemory{byte}, CancellationToken)"/>
    public ValueTask WriteBlockAsync(int track, in BlockInfo info, in ReadOnlySequence<byte> payload, CancellationToken cancellationToken = default)
    {
        StartBlock(track, info, payload.Length);
        return FinishAsync(_recorder.WriteBlockAsync(payload, cancellationToken));
    }

    /// <summary>Writes a chunk of the caller's own kind between the blocks. Readers that do not know the tag pass over it; the container's hashes cover it.</summary>
    /// <param name="tag">A valid tag that the format does not use itself; in version 1.1 also none that is one bit away from such a tag.</param>
    /// <param name="payload">The payload.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>A task that ends when <paramref name="payload"/> is no longer in use.</returns>
    /// <exception cref="ArgumentException">The tag cannot be used, or <see cref="H4mkWriterOptions.MaxAuxCount"/> chunks are written already.</exception>
    /// <exception cref="InvalidOperationException">The container is complete, or an earlier call failed.</exception>
    /// <exception cref="ObjectDisposedException">The writer was disposed.</exception>
    /// <exception cref="IOException">The output failed.</exception>
    public ValueTask WriteChunkAsync(ChunkTag tag, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken = default)
    {
        CheckOpen();
        _recorder.AcceptChunk(tag, payload.Length);
        _state = State.Writing;
        return FinishAsync(_recorder.WriteChunkAsync(tag, payload, cancellationToken));
    }

    /// <summary>
    /// Hands everything written so far to the output and flushes it: file header, TRAK, META, SAFE and every accepted block of version 1.1, and the index of
    /// each page that is full. It adds no byte of its own, so a file is the same with and without it.
    /// </summary>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>A task that ends when the output is flushed.</returns>
    /// <exception cref="InvalidOperationException">The container is complete, or an earlier call failed.</exception>
    /// <exception cref="ObjectDisposedException">The writer was disposed.</exception>
    /// <exception cref="IOException">The output failed.</exception>
    public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        CheckOpen();
        _state = State.Writing;
        await _recorder.FlushAsync(cancellationToken).ConfigureAwait(false);
        Reopen();
    }

    /// <summary>Writes what closes the container and hands everything to the output: the rest of the index in version 1.1; SEEK, META, SAFE and VERI in 1.0.</summary>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>What the container holds.</returns>
    /// <exception cref="InvalidOperationException">The container is complete already, or an earlier call failed.</exception>
    /// <exception cref="IOException">The output failed.</exception>
    public async ValueTask<H4mkWriteSummary> CompleteAsync(CancellationToken cancellationToken = default)
    {
        CheckOpen();
        _state = State.Writing;
        var summary = await _recorder.CompleteAsync(cancellationToken).ConfigureAwait(false);
        _state = _state == State.Writing ? State.Completed : _state;
        return summary;
    }

    /// <summary>Releases what the writer holds. A container that was not completed stays cut short.</summary>
    /// <returns>A task.</returns>
    public async ValueTask DisposeAsync()
    {
        _state = State.Disposed;
        _recorder.Dispose();
        await _sink.DisposeAsync().ConfigureAwait(false);
    }

    private void StartBlock(int track, in BlockInfo info, long length)
    {
        CheckOpen();
        _recorder.Accept(track, info, length);
        _state = State.Writing;
    }

    // A call that fails never sets the state back, so the next one ends here.
    private void CheckOpen()
    {
        ObjectDisposedException.ThrowIf(_state == State.Disposed, this);
        if (_state != State.Open)
        {
            throw new InvalidOperationException(_state == State.Completed
                ? "the container is complete"
                : "an earlier call failed, was cancelled or has not ended, and left the container cut short");
        }
    }

    private ValueTask FinishAsync(ValueTask write)
    {
        if (!write.IsCompletedSuccessfully)
        {
            return FinishSlowAsync(write);
        }

        write.GetAwaiter().GetResult();
        Reopen();
        return ValueTask.CompletedTask;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FinishSlowAsync(ValueTask write)
    {
        await write.ConfigureAwait(false);
        Reopen();
    }

    // Unless the writer was disposed meanwhile.
    private void Reopen() => _state = _state == State.Writing ? State.Open : _state;
}
