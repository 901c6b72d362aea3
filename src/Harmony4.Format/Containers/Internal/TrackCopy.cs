using System.IO.Pipelines;
using Harmony4.Hashing;

namespace Harmony4.Format.Internal;

/// <summary>Copies parts of blocks to an output in pieces of one size. For one range.</summary>
/// <param name="blocks">Reads and judges blocks.</param>
/// <param name="output">Receives the bytes.</param>
/// <param name="sound">Knows the blocks that were found sound before.</param>
/// <param name="position">The track.</param>
/// <param name="total">Bytes of the range.</param>
/// <param name="longestChecked">The longest block that is read whole for a part of it; −1 when none is judged.</param>
/// <param name="budget">Asked before memory is taken; null for nobody.</param>
internal sealed class TrackCopy(BlockReader blocks, PipeWriter output, SoundBlocks sound, int position, long total, int longestChecked, MemoryBudget? budget) : IDisposable
{
    private const int PieceLength = 64 * 1024;
    private const int SmallPieceLength = 16 * 1024;

    // A longer block is judged as it passes: holding it would cost each request more memory than the pieces do.
    private const int LongestHeld = 1024 * 1024;

    // An output that takes nothing for so long is slow: what is held for it is given back, and read and judged anew when it goes on.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private readonly MemoryAccount _memory = new(budget);
    private readonly int _pieceLength = (int)Math.Min(total, budget is { IsTight: true } ? SmallPieceLength : PieceLength);
    private byte[] _held = [];
    private byte[] _scratch = [];
    private bool _mayDrop;
    private bool _isSlow;
    private bool _hasPieces;
    private Memory<byte> _piece;
    private int _filled;

    public void Dispose()
    {
        Return(ref _held);
        Return(ref _scratch);
        _memory.Dispose();
    }

    /// <summary>Takes the memory of the pieces.</summary>
    public ValueTask StartAsync(CancellationToken cancellationToken) => _memory.TakeAsync(_pieceLength, cancellationToken);

    /// <summary>Copies a part of a block.</summary>
    /// <returns><see langword="false"/> when the output's reader has completed.</returns>
    public ValueTask<bool> CopyAsync(in BlockLocation block, long start, long count, CancellationToken cancellationToken) =>
        longestChecked < 0 || (count < block.Length && block.Length > (uint)longestChecked) ? CopyUncheckedAsync(block, start, count, cancellationToken)
        : sound.TryGet(position, block, out var pieces) ? CopySoundAsync(block, pieces, start, count, cancellationToken)
        : CopyJudgedAsync(block, start, count, cancellationToken);

    private ValueTask<bool> CopyJudgedAsync(in BlockLocation block, long start, long count, CancellationToken cancellationToken) =>
        block.Length <= LongestHeld ? CopyHeldAsync(block, (int)start, (int)count, cancellationToken)
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

    /// <summary>Copies a part of a block that was found sound before: its pieces are judged, and the rest of it is not read.</summary>
    private async ValueTask<bool> CopySoundAsync(BlockLocation block, uint[] pieces, long start, long count, CancellationToken cancellationToken)
    {
        if (_held.Length > 0)
        {
            // Of a block before, which an output that is slow from now on would keep.
            GiveBack();
        }

        var held = -1L;
        while (count > 0)
        {
            var piece = start / SoundBlocks.PieceLength;
            var first = piece * SoundBlocks.PieceLength;
            var part = Room(count);
            if (start == first && part.Length >= Math.Min(SoundBlocks.PieceLength, block.Length - first))
            {
                // Whole pieces are read to where they go, which the output does not have before they are judged.
                part = part.Length == block.Length - first ? part : part[..(part.Length / SoundBlocks.PieceLength * SoundBlocks.PieceLength)];
                await blocks.FillAsync(block, block.FileOffset + first, part, cancellationToken).ConfigureAwait(false);
                if (!AreSound(part.Span, pieces.AsSpan((int)piece)))
                {
                    return await CopyAgainAsync(block, start, count, cancellationToken).ConfigureAwait(false);
                }
            }
            else
            {
                if (held != piece)
                {
                    held = -1;
                    if (_scratch.Length < SoundBlocks.PieceLength)
                    {
                        await _memory.TakeAsync(SoundBlocks.PieceLength, cancellationToken).ConfigureAwait(false);
                    }

                    var whole = Rent(ref _scratch, (int)Math.Min(SoundBlocks.PieceLength, block.Length - first));
                    await blocks.FillAsync(block, block.FileOffset + first, whole, cancellationToken).ConfigureAwait(false);
                    if (!AreSound(whole.Span, pieces.AsSpan((int)piece)))
                    {
                        return await CopyAgainAsync(block, start, count, cancellationToken).ConfigureAwait(false);
                    }

                    held = piece;
                }

                part = part[..(int)Math.Min(part.Length, Math.Min(SoundBlocks.PieceLength, block.Length - first) - (start - first))];
                _scratch.AsMemory((int)(start - first), part.Length).CopyTo(part);
            }

            start += part.Length;
            count -= part.Length;
            if (!await AdvanceAsync(part.Length, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Judges a block anew whose bytes have become others: by what the index says of it.</summary>
    private ValueTask<bool> CopyAgainAsync(in BlockLocation block, long start, long count, CancellationToken cancellationToken)
    {
        sound.Remove(position, block);
        return CopyJudgedAsync(block, start, count, cancellationToken);
    }

    private static bool AreSound(ReadOnlySpan<byte> bytes, ReadOnlySpan<uint> pieces)
    {
        for (var i = 0; !bytes.IsEmpty; i++)
        {
            var length = Math.Min(SoundBlocks.PieceLength, bytes.Length);
            if (Crc32.Compute(bytes[..length]) != pieces[i])
            {
                return false;
            }

            bytes = bytes[length..];
        }

        return true;
    }

    private async ValueTask<bool> CopyHeldAsync(BlockLocation block, int start, int count, CancellationToken cancellationToken)
    {
        // Held until all of it is handed over, or until the output turns out to be slow: what is still to come is then read again.
        while (count > 0)
        {
            var size = ChunkHeader.Size + (int)block.Length;
            if (_held.Length < size)
            {
                await TakeAsync(size, cancellationToken).ConfigureAwait(false);
            }

            var chunk = Rent(ref _held, size);
            await blocks.ReadChunkAsync(block, chunk, cancellationToken).ConfigureAwait(false);
            sound.Add(position, block, chunk.Span[ChunkHeader.Size..]);
            for (_mayDrop = true; count > 0 && _held.Length > 0;)
            {
                var part = Room(count);
                chunk.Slice(ChunkHeader.Size + start, part.Length).CopyTo(part);
                start += part.Length;
                count -= part.Length;
                if (!await AdvanceAsync(part.Length, cancellationToken).ConfigureAwait(false))
                {
                    return false;
                }
            }

            _mayDrop = false;
        }

        return true;
    }

    /// <summary>Takes the memory of a longer array than the one that is held, which goes back.</summary>
    private async ValueTask TakeAsync(int size, CancellationToken cancellationToken)
    {
        Return(ref _held);
        Return(ref _scratch);
        _hasPieces = false;
        if (budget is null)
        {
            return;
        }

        // Others may wait for what this took before, so it waits for nothing while it has some. Behind a slow output it may take as long as it will.
        _memory.Return(_memory.Taken - _pieceLength);
        var wanted = HeldBlocks.LengthFor(size);
        if (_isSlow)
        {
            await budget.TakeAsync(wanted, Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
            _memory.Count(wanted);
        }
        else
        {
            await _memory.TakeAsync(wanted, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<bool> CopyLongAsync(BlockLocation block, long start, long count, CancellationToken cancellationToken)
    {
        using var judge = new PassingBlock(block);
        var pieces = sound.Begin(block);
        if (!_hasPieces)
        {
            await _memory.TakeAsync(2L * LongPieceLength, cancellationToken).ConfigureAwait(false);
            _hasPieces = true;
        }

        await blocks.FillAsync(block, block.Chunk.Offset, Rent(ref _scratch, ChunkHeader.Size), cancellationToken).ConfigureAwait(false);
        BlockReader.CheckHeader(block, _scratch);
        ReadOnlyMemory<byte> withheld = default;
        for (long at = 0; at < block.Length;)
        {
            var bytes = Rent(ref _scratch, (int)Math.Min(LongPieceLength, block.Length - at));
            await blocks.FillAsync(block, block.FileOffset + at, bytes, cancellationToken).ConfigureAwait(false);
            judge.Append(bytes.Span);
            pieces?.Append(bytes.Span);
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
        if (pieces is not null)
        {
            sound.Add(position, block, pieces.All);
        }

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
            var length = (int)Math.Min(total, _pieceLength);
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
        var flush = output.FlushAsync(cancellationToken);
        return !(flush.IsCompleted || budget is null || !_mayDrop
            ? await flush.ConfigureAwait(false)
            : await WaitAsync(flush.AsTask()).ConfigureAwait(false)).IsCompleted;
    }

    private async ValueTask<FlushResult> WaitAsync(Task<FlushResult> flush)
    {
        try
        {
            return await flush.WaitAsync(Patience).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // It may have ended at this very moment, or be what timed out: then awaiting it tells.
            if (!flush.IsCompleted)
            {
                _isSlow = true;
                GiveBack();
            }

            return await flush.ConfigureAwait(false);
        }
    }

    /// <summary>Gives back all but the piece that the output has.</summary>
    private void GiveBack()
    {
        _hasPieces = false;
        Return(ref _held);
        Return(ref _scratch);
        _memory.Return(_memory.Taken - _pieceLength);
    }

    private int LongPieceLength => budget is null ? PieceLength : _pieceLength;

    private static Memory<byte> Rent(ref byte[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            Return(ref buffer);
            buffer = HeldBlocks.Rent(length);
        }

        return buffer.AsMemory(0, length);
    }

    private static void Return(ref byte[] buffer)
    {
        if (buffer.Length > 0)
        {
            HeldBlocks.Return(buffer);
            buffer = [];
        }
    }
}
