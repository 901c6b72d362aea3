using System.Buffers;
using Harmony4.Format;

namespace Harmony4.Internal;

/// <summary>The opened blocks of a sealed track as one seekable stream. It holds the block at its position.</summary>
internal sealed class OpenedTrackStream(H4mkContainer container, SealedTrack track, ContainerKeys keys) : Stream
{
    private readonly BlockBuffer _stored = new();
    private readonly BlockBuffer _plain = new();
    private long _ordinal = -1;
    private long _start;
    private long _position;
    private bool _disposed;

    public override bool CanRead => !_disposed;

    public override bool CanSeek => !_disposed;

    public override bool CanWrite => false;

    public override long Length => track.ByteLength;

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

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var start = _position;
        var done = 0;
        try
        {
            while (done < buffer.Length && _position < Length)
            {
                await HoldAsync(cancellationToken).ConfigureAwait(false);
                var held = _plain.Written[(int)(_position - _start)..];
                var count = Math.Min(held.Length, buffer.Length - done);
                held[..count].CopyTo(buffer[done..]);
                done += count;
                _position += count;
            }
        }
        catch (Exception exception) when (done > 0 && exception is (H4mkFormatException or IOException))
        {
            // The sound bytes before a damaged block are the caller's; the next read starts at the damage and says so.
        }
        catch
        {
            _position = start;
            throw;
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
            ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        }
    }

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException("an opened track is read-only");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("an opened track is read-only");

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _ordinal = -1;
            _stored.Dispose();
            _plain.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Opens the block at the position, unless it is held.</summary>
    private async ValueTask HoldAsync(CancellationToken cancellationToken)
    {
        if (_ordinal >= 0 && _position >= _start && _position < _start + _plain.Written.Length)
        {
            return;
        }

        var (block, start) = await LocateAsync(cancellationToken).ConfigureAwait(false);
        _ordinal = -1;
        _stored.Clear();
        _plain.Clear();
        await container.ReadBlockAsync(track.Track.Id, block.Ordinal, _stored, cancellationToken).ConfigureAwait(false);
        _plain.Advance(keys.Open(track.Track.Id, block, _stored.Written.Span, _plain.GetSpan(_stored.Written.Length)));
        (_ordinal, _start) = (block.Ordinal, start);
    }

    private async ValueTask<(BlockLocation Block, long Start)> LocateAsync(CancellationToken cancellationToken)
    {
        // Mostly the block after the one of the last read.
        var end = _start + _plain.Written.Length;
        if (_ordinal >= 0 && _position == end && _ordinal + 1 < track.Track.BlockCount)
        {
            var next = await container.GetBlockAsync(track.Track.Id, _ordinal + 1, cancellationToken).ConfigureAwait(false);
            if (SealedTrack.LengthOf(track.Track.Id, next) > 0)
            {
                return (next, end);
            }
        }

        return await track.FindAsync(_position, cancellationToken).ConfigureAwait(false);
    }
}
