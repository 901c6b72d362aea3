using System.Buffers;
using Harmony4.Hashing;

namespace Harmony4.Format.Internal;

/// <summary>Follows the chain of chunks and reads what it must: the payloads of blocks that need no look are passed over.</summary>
/// <param name="source">The file.</param>
/// <param name="length">Its length.</param>
internal sealed class ChunkSkim(H4mkSource source, long length) : IDisposable
{
    private const int FarLength = 4 * 1024;
    private const int NearLength = 64 * 1024;
    private const int LargestPayload = 8 * 1024 * 1024;
    private const int PieceLength = 1024 * 1024;
    private const int ReportLength = 8 * 1024 * 1024;

    private readonly byte[] _window = ArrayPool<byte>.Shared.Rent(NearLength);
    private byte[] _payload = [];
    private long _start;
    private int _count;

    /// <summary>Follows the chain from a position to the end of the file.</summary>
    /// <param name="start">Position of a chunk's header.</param>
    /// <param name="isPassed">Whether a chunk that lies wholly in the file can be passed over.</param>
    /// <param name="accept">Takes each other chunk, in file order and without a digest; returns where the next one is to be looked for, or a negative number to end.</param>
    /// <param name="progress">Receives how far the chain was followed.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public async Task RunAsync(long start, Func<ChunkInfo, ValueTask<bool>> isPassed, Func<ScannedChunk, ValueTask<long>> accept, IProgress<VerificationProgress>? progress, CancellationToken cancellationToken)
    {
        var reported = start;
        for (var at = start; at >= 0 && at < length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var isCut = length - at < ChunkHeader.Size;
            var chunk = isCut ? new ChunkInfo { Offset = at } : await HeaderAsync(at, cancellationToken).ConfigureAwait(false);
            isCut = isCut || chunk.Length > length - chunk.PayloadOffset;
            if (!isCut && await isPassed(chunk).ConfigureAwait(false))
            {
                at = chunk.EndOffset;
            }
            else
            {
                at = await accept(isCut ? new ScannedChunk { Info = chunk, IsCut = true } : await ScanAsync(chunk, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            }

            if (at - reported >= ReportLength || at >= length)
            {
                progress?.Report(new VerificationProgress(at, length));
                reported = at;
            }
        }
    }

    /// <summary>Reads the header at a position that is at least a header before the end.</summary>
    public async ValueTask<ChunkInfo> HeaderAsync(long offset, CancellationToken cancellationToken) =>
        ChunkHeader.Read((await PeekAsync(offset, ChunkHeader.Size, cancellationToken).ConfigureAwait(false)).Span).At(offset);

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_window);
        if (_payload.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_payload);
        }
    }

    private async ValueTask<ScannedChunk> ScanAsync(ChunkInfo chunk, CancellationToken cancellationToken)
    {
        if (chunk.Length <= FarLength)
        {
            var small = await PeekAsync(chunk.PayloadOffset, (int)chunk.Length, cancellationToken).ConfigureAwait(false);
            return new ScannedChunk { Info = chunk, Crc = Crc32.Compute(small.Span), Payload = small };
        }

        var isLong = chunk.Length > LargestPayload;
        var size = isLong ? PieceLength : (int)chunk.Length;
        if (_payload.Length < size)
        {
            var smaller = _payload;
            _payload = ArrayPool<byte>.Shared.Rent(size);
            if (smaller.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(smaller);
            }
        }

        var crc = default(Crc32);
        for (var at = chunk.PayloadOffset; at < chunk.EndOffset;)
        {
            var piece = _payload.AsMemory(0, (int)Math.Min(size, chunk.EndOffset - at));
            await ReadAsync(at, piece, cancellationToken).ConfigureAwait(false);
            crc.Append(piece.Span);
            at += piece.Length;
        }

        return new ScannedChunk { Info = chunk, Crc = crc.Value, Payload = isLong ? default : _payload.AsMemory(0, size) };
    }

    /// <summary>A few bytes, out of a window that is longer where the walk goes on beside the one before.</summary>
    private async ValueTask<ReadOnlyMemory<byte>> PeekAsync(long offset, int count, CancellationToken cancellationToken)
    {
        if (offset < _start || offset + count > _start + _count)
        {
            var isNear = offset >= _start && offset - _start <= _count + FarLength;
            var window = _window.AsMemory(0, (int)Math.Min(isNear ? NearLength : FarLength, length - offset));
            _count = 0;
            await ReadAsync(offset, window, cancellationToken).ConfigureAwait(false);
            (_start, _count) = (offset, window.Length);
        }

        return _window.AsMemory((int)(offset - _start), count);
    }

    private async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var read = await source.ReadAsync(offset, destination, cancellationToken).ConfigureAwait(false);
        if (read.Count < destination.Length)
        {
            Throw.Shrunk(offset + read.Count, length);
        }
    }
}
