using System.Buffers;
using System.IO.Pipelines;

namespace Harmony4.Format.Internal;

/// <summary>Copies parts of blocks to an output in pieces of one size. For one range.</summary>
/// <param name="blocks">Reads and judges blocks.</param>
/// <param name="output">Receives the bytes.</param>
/// <param name="total">Bytes of the range.</param>
/// <param name="longestChecked">The longest block that is read whole for a part of it; −1 when none is judged.</param>
internal sealed class TrackCopy(BlockReader blocks, PipeWriter output, long total, int longestChecked) : IDisposable
{
    private const int PieceLength = 64 * 1024;

    // A longer block is judged as it passes: holding it would cost each request more memory than the pieces do.
    private const int LongestHeld = 1024 * 1024;

    private byte[] _held = [];
    private byte[] _scratch = [];
    private Memory<byte> _piece;
    private int _filled;

    public void Dispose()
    {
        Return(ref _held);
        Return(ref _scratch);
    }

    /// <summary>Copies a part of a block.</summary>
    /// <returns><see langword="false"/> when the output's reader has completed.</returns>
    public ValueTask<bool> CopyAsync(in BlockLocation block, long start, long count, CancellationToken cancellationToken) =>
        longestChecked < 0 || (count < block.Length && block.Length > (uint)longestChecked) ? CopyUncheckedAsync(block, start, count, cancellationToken)
        : block.Length <= LongestHeld ? CopyHeldAsync(block, (int)start, (int)count, cancellationToken)
        : CopyLongAsync(block, start, count, cancellationToken);

    private async ValueTask<bool> CopyUncheckedAsync(BlockLocation block, long start, long count, CancellationToken cancellationToken)
    {
        while (count > 0)
        {
            var part = Room(count);
            await blocks.FillAsync(block, block.FileOffset + start, part, cancellationToken).ConfigureAwait(false);
            start += part.Length;
            count -= part.Length;
            if (!await AdvanceAsync(part.Length, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    private async ValueTask<bool> CopyHeldAsync(BlockLocation block, int start, int count, CancellationToken cancellationToken)
    {
        var chunk = Rent(ref _held, ChunkHeader.Size + (int)block.Length);
        await blocks.ReadChunkAsync(block, chunk, cancellationToken).ConfigureAwait(false);
        return await AppendAsync(chunk.Slice(ChunkHeader.Size + start, count), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<bool> CopyLongAsync(BlockLocation block, long start, long count, CancellationToken cancellationToken)
    {
        using var judge = new PassingBlock(block);
        await blocks.FillAsync(block, block.Chunk.Offset, Rent(ref _scratch, PieceLength)[..ChunkHeader.Size], cancellationToken).ConfigureAwait(false);
        BlockReader.CheckHeader(block, _scratch);
        ReadOnlyMemory<byte> withheld = default;
        for (long at = 0; at < block.Length;)
        {
            var bytes = Rent(ref _scratch, PieceLength)[..(int)Math.Min(PieceLength, block.Length - at)];
            await blocks.FillAsync(block, block.FileOffset + at, bytes, cancellationToken).ConfigureAwait(false);
            judge.Append(bytes.Span);
            var from = (int)Math.Clamp(start - at, 0, bytes.Length);
            var to = (int)Math.Clamp(start + count - at, 0, bytes.Length);
            at += bytes.Length;
            if (from < to)
            {
                if (!await AppendAsync(withheld, cancellationToken).ConfigureAwait(false))
                {
                    return false;
                }

                withheld = bytes[from..to];
                (_held, _scratch) = (_scratch, _held);
            }
        }

        judge.Check();
        return await AppendAsync(withheld, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<bool> AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
        {
            var part = Room(bytes.Length);
            bytes[..part.Length].CopyTo(part);
            bytes = bytes[part.Length..];
            if (!await AdvanceAsync(part.Length, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    private Memory<byte> Room(long wanted)
    {
        if (_piece.IsEmpty)
        {
            var length = (int)Math.Min(total, PieceLength);
            _piece = output.GetMemory(length)[..length];
        }

        return _piece.Slice(_filled, (int)Math.Min(_piece.Length - _filled, wanted));
    }

    // A whole piece at once: what an output has been given cannot be taken back when the next block turns out to be damaged.
    private async ValueTask<bool> AdvanceAsync(int count, CancellationToken cancellationToken)
    {
        _filled += count;
        if (_filled < _piece.Length)
        {
            return true;
        }

        output.Advance(_filled);
        total -= _filled;
        (_piece, _filled) = (default, 0);
        return !(await output.FlushAsync(cancellationToken).ConfigureAwait(false)).IsCompleted;
    }

    private static Memory<byte> Rent(ref byte[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            Return(ref buffer);
            buffer = ArrayPool<byte>.Shared.Rent(length);
        }

        return buffer.AsMemory(0, length);
    }

    private static void Return(ref byte[] buffer)
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = [];
        }
    }
}
