using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Harmony4.Format.Internal;

namespace Harmony4.Format;

/// <summary>Writes a container in one pass to an output that need not support seeking.</summary>
/// <remarks>
/// <para>
/// The bytes depend on the options, the blocks and their order alone. Nothing of a block is in use once the call that wrote it returns.
/// Memory is bounded whatever the length of the media. Version 1.1: <see cref="H4mkWriterOptions.HashMemory"/> for the blocks that are being hashed, 64 bytes for each block of an
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

    private H4mkContainerWriter(ChunkSink sink, ContainerRecorder recorder)
    {
        _sink = sink;
        _recorder = recorder;
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

    /// <summary>
    /// Gets how many bytes of memory the writer takes that grow with what is written: copies of blocks that are hashed, pages of the index, keyframes; with room for the next 256 KiB of short blocks.
    /// </summary>
    public long Memory => _recorder.Memory;

    /// <summary>Starts a container on a stream.</summary>
    /// <param name="output">A stream that can write.</param>
    /// <param name="options">Version, tracks, META and SAFE; <see langword="null"/> for the defaults.</param>
    /// <param name="leaveOpen">Whether disposing the writer leaves the stream open.</param>
    /// <returns>The writer; nothing has been written yet.</returns>
    /// <exception cref="ArgumentException">The stream cannot write, META or SAFE is not a JSON object as the version demands it, or the version cannot hold the tracks.</exception>
    public static H4mkContainerWriter Create(Stream output, H4mkWriterOptions? options = null, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(output);
        RequireWritable(output);
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

    /// <summary>
    /// Goes on behind the blocks of a closed 1.1 container, whose index it reads: its last pages and SEEK, whatever its length. The result is, byte for
    /// byte, what one recording of all the blocks would have given.
    /// </summary>
    /// <param name="container">The container. SIGN chunks of it fall away: they sign the blocks that it had. It is no longer used once the call returns.</param>
    /// <param name="output">
    /// A stream that can write. The first <see cref="Length"/> bytes of the container stay; the stream receives what follows them, so for a file the
    /// position to set before the first write is <see cref="Length"/>, and the length to set after <see cref="CompleteAsync"/> is the summary's.
    /// </param>
    /// <param name="options"><see cref="H4mkWriterOptions.MaxAuxCount"/>, <see cref="H4mkWriterOptions.Authenticators"/> and <see cref="H4mkWriterOptions.FlushToDisk"/>; what else they say is in the container already. <see langword="null"/> for the defaults.</param>
    /// <param name="leaveOpen">Whether disposing the writer leaves the stream open.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <returns>The writer; nothing has been written yet.</returns>
    /// <exception cref="ArgumentException">The container is of version 1.0, which has to be upgraded first, or the stream cannot write.</exception>
    /// <exception cref="H4mkFormatException">The end of the container is damaged.</exception>
    /// <exception cref="IOException">The container cannot be read.</exception>
    public static async ValueTask<H4mkContainerWriter> AppendAsync(
        H4mkContainer container, Stream output, H4mkWriterOptions? options = null, bool leaveOpen = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(container);
        ArgumentNullException.ThrowIfNull(output);
        if (container.Version != H4mkVersion.V11)
        {
            throw new ArgumentException("a container of version 1.0 cannot be appended to; it has to be upgraded first", nameof(container));
        }

        options ??= new H4mkWriterOptions();
        RequireWritable(output);
        var resumed = await container.ResumeAsync(cancellationToken).ConfigureAwait(false);
        var sink = new ChunkSink(output, leaveOpen, options.FlushToDisk, resumed.CutOffset);
        return new H4mkContainerWriter(sink, new Recorder11(sink, resumed.Index, options));
    }

    /// <summary>
    /// Goes on behind a whole 1.0 file, which becomes the beginning of a 1.1 container: every byte of it stays as it is. The file is verified, and its blocks are read once more to be hashed.
    /// </summary>
    /// <param name="container">The 1.0 file, which is no longer used once the call returns. Its blocks become those of track 0.</param>
    /// <param name="output">A stream that can write, and that receives what follows the 1.0 file. The call writes to it: for a file, copy the 1.0 file before and go on behind it.</param>
    /// <param name="options">
    /// Track 0 and, where more are to come, others; the page size and limits. META and SAFE are those of the file. <see langword="null"/> for one track of video.
    /// </param>
    /// <param name="times">
    /// Time, duration and key flag of every block, in agreement with SEEK. <see langword="null"/> where they are not known: SEEK tells the times of keyframes alone, none is
    /// invented, and another block has the time of the keyframe before it (before the first one its time, without any 0) and no duration.
    /// </param>
    /// <param name="progress">Told how many bytes of blocks are hashed.</param>
    /// <param name="leaveOpen">Whether disposing the writer leaves the stream open.</param>
    /// <param name="cancellationToken">Cancels the reads and writes.</param>
    /// <returns>The writer: further blocks may follow, or <see cref="CompleteAsync"/>.</returns>
    /// <exception cref="ArgumentException">The container is not of version 1.0, the stream cannot write, the tracks cannot be written, or the times disagree with SEEK.</exception>
    /// <exception cref="H4mkFormatException">
    /// The file is not sound and whole, with one SEEK, META, SAFE and VERI, or has something that version 1.1 cannot hold: a longer block, META or SAFE, a later time, or a SEEK
    /// that could not be written again from the blocks. Such a file can only be exported anew.
    /// </exception>
    /// <exception cref="IOException">The container cannot be read, or the output failed.</exception>
    public static async ValueTask<H4mkContainerWriter> UpgradeAsync(
        H4mkContainer container,
        Stream output,
        H4mkWriterOptions? options = null,
        IReadOnlyList<BlockInfo>? times = null,
        IProgress<long>? progress = null,
        bool leaveOpen = false,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(container);
        ArgumentNullException.ThrowIfNull(output);
        if (container.Version != H4mkVersion.V10)
        {
            throw new ArgumentException("only a container of version 1.0 can be upgraded", nameof(container));
        }

        options ??= new H4mkWriterOptions();
        RequireWritable(output);
        var sink = new ChunkSink(output, leaveOpen, options.FlushToDisk, container.Length);
        var writer = new H4mkContainerWriter(sink, Recorder11.AfterPart(sink, options));
        try
        {
            await new PartReader(container, options, times, progress).ReadAsync((Recorder11)writer._recorder, cancellationToken).ConfigureAwait(false);
            return writer;
        }
        catch
        {
            await writer.DisposeAsync().ConfigureAwait(false);
            throw;
        }
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

    /// <summary>Writes the parameters under which blocks behind it are sealed. A SEAL stands before the first block that it seals; every append starts with a new one.</summary>
    /// <param name="parameters">The SEAL payload, 84 to 65,536 bytes (docs/format/h4mk-1.1.md section 16). Its number is its place among the SEAL chunks.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>A task that ends when <paramref name="parameters"/> is no longer in use.</returns>
    /// <exception cref="ArgumentException">The length is wrong, <see cref="H4mkWriterOptions.MaxAuxCount"/> chunks are written already, or the version is 1.0.</exception>
    /// <exception cref="InvalidOperationException">The container is complete, or an earlier call failed.</exception>
    /// <exception cref="ObjectDisposedException">The writer was disposed.</exception>
    /// <exception cref="IOException">The output failed.</exception>
    public ValueTask WriteSealAsync(ReadOnlyMemory<byte> parameters, CancellationToken cancellationToken = default)
    {
        CheckOpen();
        _recorder.AcceptSeal(parameters.Length);
        _state = State.Writing;
        return FinishAsync(_recorder.WriteChunkAsync(ChunkTag.Seal, parameters, cancellationToken));
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

    /// <summary>Computes the root that closing the container behind the blocks so far would give, and goes on: what a live recording signs beside its stream.</summary>
    /// <param name="cancellationToken">Cancels the write of what begins the container, which comes first.</param>
    /// <returns>The root; <see langword="null"/> in version 1.0. Its cost grows with the pages, not with the blocks.</returns>
    /// <exception cref="InvalidOperationException">The container is complete, or an earlier call failed.</exception>
    /// <exception cref="ObjectDisposedException">The writer was disposed.</exception>
    /// <exception cref="IOException">The output failed.</exception>
    public async ValueTask<H4mkRoot?> GetRootAsync(CancellationToken cancellationToken = default)
    {
        CheckOpen();
        _state = State.Writing;
        var root = await _recorder.GetRootAsync(cancellationToken).ConfigureAwait(false);
        Reopen();
        return root;
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

    private static void RequireWritable(Stream output)
    {
        if (!output.CanWrite)
        {
            throw new ArgumentException("the stream must be able to write", nameof(output));
        }
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
