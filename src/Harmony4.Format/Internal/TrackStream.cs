using System.Buffers;
using System.Runtime.CompilerServices;
using Harmony4.Hashing;

namespace Harmony4.Format.Internal;

/// <summary>The payloads of a track as one seekable stream. With checking on, it holds the block at its position.</summary>
internal sealed class TrackStream : Stream
{
    private readonly H4mkSource _source;
    private readonly BlockIndex _blocks;
    private readonly bool _check;
    private readonly int _maxBlockLength;
    private byte[]? _held;
    private int _heldOrdinal = -1;
    private int _ordinal;
    private long _position;
    private bool _disposed;
    private bool _reading;

    public TrackStream(H4mkSource source, BlockIndex blocks, bool check, int maxBlockLength)
    {
        _source = source;
        _blocks = blocks;
        _check = check;
        _maxBlockLength = maxBlockLength;
    }

    public override bool CanRead => !_disposed;

    public override bool CanSeek => !_disposed;

    public override bool CanWrite => false;

    public override long Length => _blocks.PayloadLength;

    public override long Position
    {
        get => _position;
        set
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        var start = origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => _position,
            SeekOrigin.End => Length,
            _ => throw new ArgumentOutOfRangeException(nameof(origin), origin, "not an origin"),
        };
        if (offset > long.MaxValue - start || start + offset < 0)
        {
            throw new IOException($"cannot seek to {offset} from {start}: the position would not be 0 or more");
        }

        return Position = start + offset;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var start = _position;
        var done = 0;
        _reading = true;
        try
        {
            while (done < buffer.Length && _position < Length)
            {
                var count = await ReadFromBlockAsync(Locate(), buffer[done..], cancellationToken).ConfigureAwait(false);
                done += count;
                _position = start + done;
            }
        }
        catch (Exception exception) when (done > 0 && (exception is H4mkFormatException or IOException))
        {
            // The sound bytes before a damaged block are the caller's; the next read starts at the damage and says so.
        }
        catch
        {
            _position = start;
            throw;
        }
        finally
        {
            _reading = false;
        }

        return done;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();
    }

    public override int Read(Span<byte> buffer)
    {
        var rented = ArrayPool<byte>.Shared.Rent(buffer.Length);
        try
        {
            var count = Read(rented, 0, buffer.Length);
            rented.AsSpan(0, count).CopyTo(buffer);
            return count;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException("a track stream is read-only");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("a track stream is read-only");

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            Drop();
        }

        base.Dispose(disposing);
    }

    private BlockLocation Locate()
    {
        // Mostly the block of the last read or the one after it.
        for (var next = _ordinal; next < Math.Min(_ordinal + 2, _blocks.Count); next++)
        {
            var block = _blocks[next];
            if (_position >= block.StreamOffset && _position < block.StreamOffset + block.Length)
            {
                _ordinal = next;
                return block;
            }
        }

        _ordinal = _blocks.Containing(_position);
        return _blocks[_ordinal];
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadFromBlockAsync(BlockLocation block, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var start = _position - block.StreamOffset;
        var count = (int)Math.Min(destination.Length, block.Length - start);
        if (!_check)
        {
            await FillAsync(block, block.FileOffset + start, destination[..count], cancellationToken).ConfigureAwait(false);
            return count;
        }

        if (block.Length > (uint)_maxBlockLength)
        {
            Throw.Limit(block.Chunk, _maxBlockLength);
        }

        // A block that fits the caller's buffer is read there and checked in place.
        if (start == 0 && count == block.Length && _heldOrdinal != (int)block.Ordinal)
        {
            await FillAsync(block, block.FileOffset, destination[..count], cancellationToken).ConfigureAwait(false);
            try
            {
                Check(block, destination.Span[..count]);
            }
            catch (H4mkFormatException)
            {
                destination.Span[..count].Clear();
                throw;
            }

            return count;
        }

        var held = await HoldAsync(block, cancellationToken).ConfigureAwait(false);
        held.AsMemory((int)start, count).CopyTo(destination);
        return count;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<byte[]> HoldAsync(BlockLocation block, CancellationToken cancellationToken)
    {
        if (_heldOrdinal == (int)block.Ordinal)
        {
            return _held!;
        }

        var length = (int)block.Length;
        if (_held is null || _held.Length < length)
        {
            Drop();
            _held = ArrayPool<byte>.Shared.Rent(length);
        }

        var held = _held;
        _heldOrdinal = -1;
        await FillAsync(block, block.FileOffset, held.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
        Check(block, held.AsSpan(0, length));
        _heldOrdinal = (int)block.Ordinal;
        return held;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FillAsync(BlockLocation block, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var read = await _source.ReadAsync(offset, destination, cancellationToken).ConfigureAwait(false);
        if (read.Count < destination.Length)
        {
            Throw.Changed(block.Chunk.Offset, ChunkTag.Core);
        }
    }

    private static void Check(BlockLocation block, ReadOnlySpan<byte> payload)
    {
        var crc = Crc32.Compute(payload);
        if (crc != block.Crc)
        {
            Throw.Crc(block.Chunk, crc);
        }
    }

    private void Drop()
    {
        if (_held is { } held)
        {
            _held = null;
            _heldOrdinal = -1;

            // A read that is still under way may write to it: then it must not become anyone else's.
            if (!_reading || !_disposed)
            {
                ArrayPool<byte>.Shared.Return(held);
            }
        }
    }
}
