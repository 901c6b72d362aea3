using System.Buffers;
using System.Security.Cryptography;
using Harmony4.Hashing;

namespace Harmony4.Format.Internal;

/// <summary>
/// Follows the chain of chunks and hashes every payload on several threads. One thread at a time reads a segment and finds its chunks; all hash;
/// the chunks are handed on one after the other in file order, so what is found does not depend on the threads.
/// </summary>
/// <param name="source">The file.</param>
/// <param name="length">Its length.</param>
/// <param name="degree">How many threads.</param>
internal sealed class ChunkScan(H4mkSource source, long length, int degree) : IDisposable
{
    // Sixteen blocks of the default length, which fill the lanes, with their headers and a page.
    private const int SegmentLength = (8 * 1024 * 1024) + (128 * 1024);
    private const int PieceLength = 1024 * 1024;

    private readonly SemaphoreSlim _reading = new(1, 1);
    private Task _lastTurn = Task.CompletedTask;
    private long _cursor;
    private int _generation;
    private volatile bool _isStopped;

    /// <summary>Scans from a position to the end of the file.</summary>
    /// <param name="start">Position of a chunk's header.</param>
    /// <param name="accept">Takes each chunk in file order; returns where the next one is to be looked for, or a negative number to end the scan.</param>
    /// <param name="progress">Receives how far the chunks are that were taken.</param>
    /// <param name="cancellationToken">Cancels the scan.</param>
    public async Task RunAsync(long start, Func<ScannedChunk, ValueTask<long>> accept, IProgress<VerificationProgress>? progress, CancellationToken cancellationToken)
    {
        _cursor = start;
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var workers = new Task[degree];
        for (var i = 0; i < degree; i++)
        {
            workers[i] = Task.Run(() => WorkAsync(accept, progress, stopping), CancellationToken.None);
        }

        try
        {
            // A fault comes before the cancellation that it brings about.
            await Task.WhenAll(workers).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    public void Dispose() => _reading.Dispose();

    private async Task WorkAsync(Func<ScannedChunk, ValueTask<long>> accept, IProgress<VerificationProgress>? progress, CancellationTokenSource stopping)
    {
        var isInMemory = source.TryGetMemory(out var memory);
        var buffer = isInMemory ? [] : ArrayPool<byte>.Shared.Rent((int)Math.Min(SegmentLength, Math.Max(PieceLength, length)));
        var batch = new ScanBatch();
        try
        {
            while (!_isStopped)
            {
                TaskCompletionSource turn;
                Task before;
                int generation;
                await _reading.WaitAsync(stopping.Token).ConfigureAwait(false);
                try
                {
                    if (_isStopped || _cursor >= length)
                    {
                        return;
                    }

                    generation = _generation;
                    var segment = isInMemory
                        ? memory.Slice((int)_cursor, (int)Math.Min(SegmentLength, length - _cursor))
                        : await ReadAsync(_cursor, buffer.AsMemory(0, (int)Math.Min(SegmentLength, Math.Min(buffer.Length, length - _cursor))), stopping.Token).ConfigureAwait(false);
                    _cursor = batch.Cut(segment, _cursor, length);
                    before = _lastTurn;
                    turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    _lastTurn = turn.Task;
                }
                finally
                {
                    _reading.Release();
                }

                try
                {
                    batch.Hash();
                    if (batch.IsLong)
                    {
                        await HashLongAsync(batch, isInMemory ? memory : default, buffer, stopping.Token).ConfigureAwait(false);
                    }

                    await before.ConfigureAwait(false);
                    await HandOnAsync(batch, generation, accept, progress, stopping.Token).ConfigureAwait(false);
                }
                finally
                {
                    turn.SetResult();
                }
            }
        }
        catch
        {
            _isStopped = true;
            await stopping.CancelAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            if (!isInMemory)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private async ValueTask HandOnAsync(ScanBatch batch, int generation, Func<ScannedChunk, ValueTask<long>> accept, IProgress<VerificationProgress>? progress, CancellationToken cancellationToken)
    {
        for (var i = 0; i < batch.Count && !_isStopped && generation == Volatile.Read(ref _generation); i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var chunk = batch[i];
            var next = await accept(chunk).ConfigureAwait(false);
            if (next < 0)
            {
                _isStopped = true;
            }
            else if (next != chunk.Info.EndOffset || chunk.IsCut)
            {
                await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
                _generation++;
                _cursor = next;
                _reading.Release();
            }
        }

        if (batch.Count > 0)
        {
            progress?.Report(new VerificationProgress(Math.Min(length, batch[batch.Count - 1].Info.EndOffset), length));
        }
    }

    private async ValueTask<ReadOnlyMemory<byte>> ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var read = await source.ReadAsync(offset, destination, cancellationToken).ConfigureAwait(false);
        if (read.Count < destination.Length)
        {
            Throw.Shrunk(offset + read.Count, length);
        }

        return destination;
    }

    /// <summary>Hashes a chunk that is longer than a segment, piece by piece.</summary>
    private async ValueTask HashLongAsync(ScanBatch batch, ReadOnlyMemory<byte> memory, byte[] buffer, CancellationToken cancellationToken)
    {
        var chunk = batch[0].Info;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var crc = default(Crc32);
        for (var at = chunk.PayloadOffset; at < chunk.EndOffset;)
        {
            var count = (int)Math.Min(PieceLength, chunk.EndOffset - at);
            var piece = memory.IsEmpty
                ? await ReadAsync(at, buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false)
                : memory.Slice((int)at, count);
            hash.AppendData(piece.Span);
            crc.Append(piece.Span);
            at += count;
        }

        batch.SetLong(crc.Value, new Sha256Digest(hash.GetHashAndReset()));
    }
}
