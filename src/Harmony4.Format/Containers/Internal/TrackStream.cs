using System.Buffers;
using System.Runtime.CompilerServices;

namespace Harmony4.Format.Internal;

/// <summary>The payloads of a track as one seekable stream. With checking on, it holds the block at its position.</summary>
internal sealed class TrackStream : Stream
{
    private readonly ContainerIndex _index;
    private readonly int _track;
    private readonly BlockReader _blocks;
    private readonly bool _check;
    private byte[]? _held;
    private long _heldOrdinal = -1;
    private BlockLocation? _current;
    private long _position;
    private bool _disposed;
    private bool _reading;

    public TrackStream(ContainerIndex index, int track, BlockReader blocks, bool check)
    {
        _index = index;
        _track = track;
        _blocks = blocks;
        _check = check;
    }

    public override bool CanRead => !_disposed;

    public override bool CanSeek => !_disposed;

    public override bool CanWrite => false;

    public override long Length => _index.Tracks[_track].ByteLength;

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
                var block = await LocateAsync(cancellationToken).ConfigureAwait(false);
                var count = await ReadFromBlockAsync(block, buffer[done..], cancellationToken).ConfigureAwait(false);
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

    private bool IsAtPosition(in BlockLocation block) => _position >= block.StreamOffset && _position < block.StreamOffset + block.Length;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<BlockLocation> LocateAsync(CancellationToken cancellationToken)
    {
        // Mostly the block of the last read or the one after it.
        if (_current is { } current)
        {
            if (IsAtPosition(current))
            {
                return current;
            }

            if (_position == current.StreamOffset + current.Length && current.Ordinal + 1 < _index.Tracks[_track].BlockCount)
            {
                var next = await _index.GetBlockAsync(_track, current.Ordinal + 1, cancellationToken).ConfigureAwait(false);
                if (IsAtPosition(next))
                {
                    _current = next;
                    return next;
                }
            }
        }

        var found = await _index.FindBlockAsync(_track, _position, cancellationToken).ConfigureAwait(false);
        _current = found;
        return found;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadFromBlockAsync(BlockLocation block, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var start = _position - block.StreamOffset;
        var count = (int)Math.Min(destination.Length, block.Length - start);
        if (!_check)
        {
            await _blocks.FillAsync(block, block.FileOffset + start, destination[..count], cancellationToken).ConfigureAwait(false);
            return count;
        }

        var held = await HoldAsync(block, cancellationToken).ConfigureAwait(false);
        held.AsMemory(ChunkHeader.Size + (int)start, count).CopyTo(destination);
        return count;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<byte[]> HoldAsync(BlockLocation block, CancellationToken cancellationToken)
    {
        if (_heldOrdinal == block.Ordinal)
        {
            return _held!;
        }

        _blocks.CheckLength(block);
        var length = ChunkHeader.Size + (int)block.Length;
        if (_held is null || _held.Length < length)
        {
            Drop();
            _held = ArrayPool<byte>.Shared.Rent(length);
        }

        var held = _held;
        _heldOrdinal = -1;
        await _blocks.ReadChunkAsync(block, held.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
        _heldOrdinal = block.Ordinal;
        return held;
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
