using System.Buffers;
using System.Runtime.CompilerServices;
using Harmony4.Hashing;

namespace Harmony4.Format.Internal;

/// <summary>Where a recorder puts its chunks: short ones are gathered, long payloads go to the output without a copy.</summary>
/// <remarks>Not safe for concurrent use.</remarks>
internal sealed class ChunkSink : IAsyncDisposable
{
    private const int BufferLength = 64 * 1024;

    // A longer payload goes to the output by itself, without a copy.
    private const int LargestCopiedPayload = 16 * 1024;

    private readonly Stream _output;
    private readonly bool _leaveOpen;
    private readonly bool _isDurable;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferLength);
    private int _buffered;

    /// <param name="output">Where the bytes go.</param>
    /// <param name="leaveOpen">Whether the stream stays open.</param>
    /// <param name="isDurable">Whether a flush goes through to the device of a file.</param>
    /// <param name="position">How many bytes of the file there are already.</param>
    public ChunkSink(Stream output, bool leaveOpen, bool isDurable, long position = 0)
    {
        Position = position;
        _output = output;
        _leaveOpen = leaveOpen;
        _isDurable = isDurable;
    }

    /// <summary>Bytes written so far, those not yet handed to the output included.</summary>
    public long Position { get; private set; }

    /// <summary>Hashes all that is written, as long as it is set.</summary>
    public OverlappedSha256? Hash { get; set; }

    public void WriteFileHeader()
    {
        FileHeader.Bytes.CopyTo(_buffer);
        _buffered = FileHeader.Size;
        Position = FileHeader.Size;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(ChunkTag tag, ReadOnlySequence<byte> payload, CancellationToken cancellationToken)
    {
        if (BufferLength - _buffered < ChunkHeader.Size)
        {
            await WriteBufferAsync(cancellationToken).ConfigureAwait(false);
        }

        var header = _buffer.AsMemory(_buffered, ChunkHeader.Size);
        new ChunkHeader(tag, (uint)payload.Length, Crc32.Compute(payload)).Write(header.Span);
        _buffered += ChunkHeader.Size;
        Position += ChunkHeader.Size + payload.Length;
        Hash?.Append(header.Span);
        if (payload.IsSingleSegment)
        {
            await WritePayloadAsync(payload.First, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            foreach (var segment in payload)
            {
                await WritePayloadAsync(segment, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Hands all that was written to the output, and flushes that.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await WriteBufferAsync(cancellationToken).ConfigureAwait(false);
        await _output.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (_isDurable && _output is FileStream file)
        {
            file.Flush(flushToDisk: true);
        }
    }

    public ValueTask DisposeAsync() => _leaveOpen ? ValueTask.CompletedTask : _output.DisposeAsync();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WritePayloadAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        Hash?.Append(payload.Span);
        var copied = payload.Length <= LargestCopiedPayload;
        if (!copied || BufferLength - _buffered < payload.Length)
        {
            await WriteBufferAsync(cancellationToken).ConfigureAwait(false);
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

    private ValueTask WriteBufferAsync(CancellationToken cancellationToken)
    {
        var count = _buffered;
        _buffered = 0;
        return count == 0 ? ValueTask.CompletedTask : _output.WriteAsync(_buffer.AsMemory(0, count), cancellationToken);
    }
}
