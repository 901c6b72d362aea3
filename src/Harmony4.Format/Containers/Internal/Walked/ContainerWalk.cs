using System.Buffers;
using System.Globalization;

namespace Harmony4.Format.Internal;

/// <summary>Walks a 1.0 file from chunk header to chunk header: the format has no index of chunks.</summary>
internal sealed class ContainerWalk : IDisposable
{
    // After a payload this short the next header is likely in the same page: reading on costs less than reading again. A run of them is
    // read in ever longer pieces, so that one short block among long ones costs a page and no more.
    private const int PageLength = 4096;
    private const int ShortPayload = PageLength - ChunkHeader.Size;
    private const int ReadAheadLength = 64 * 1024;

    // What is kept of a chunk that is no block, with room for the list to grow.
    private const int OtherLength = 128;
    private const int OthersAtATime = 1024;

    private readonly H4mkSource _source;
    private readonly byte[]? _rented;
    private ReadOnlyMemory<byte> _buffer;
    private long _bufferOffset;
    private long _length;

    /// <param name="source">The file.</param>
    /// <param name="whole">All of the file, when it has been read already; else nothing.</param>
    public ContainerWalk(H4mkSource source, ReadOnlyMemory<byte> whole)
    {
        _source = source;
        if (whole.IsEmpty)
        {
            _rented = ArrayPool<byte>.Shared.Rent(Math.Clamp(source.WalkReadLength, ReadAheadLength, 16 * ReadAheadLength));
        }
        else
        {
            _buffer = whole;
            _length = whole.Length;
        }
    }

    public void Dispose()
    {
        if (_rented is not null)
        {
            ArrayPool<byte>.Shared.Return(_rented);
        }
    }

    public async ValueTask<WalkedIndex> ReadAsync(H4mkContainerOptions options, MemoryAccount memory, CancellationToken cancellationToken)
    {
        var blocks = new BlockIndex();
        var others = new List<ChunkInfo>();
        var rules = default(StructureRules);
        if (!await FillAsync(0, FileHeader.Size, FileHeader.Size + ChunkHeader.Size, cancellationToken).ConfigureAwait(false))
        {
            Throw.Short(_length);
        }

        FileHeader.Check(Buffered(0, FileHeader.Size));
        var offset = (long)FileHeader.Size;
        var readAhead = 0;
        var mayBeTrak = true;
        while (offset < _length)
        {
            var hasHeader = await FillAsync(offset, ChunkHeader.Size, readAhead, cancellationToken).ConfigureAwait(false);
            if (mayBeTrak && IsTrak(_buffer.Span[(int)(offset - _bufferOffset)..]))
            {
                Throw.Bad(H4mkErrorCode.Incomplete, offset, ChunkTag.Trak, string.Create(CultureInfo.InvariantCulture, $"expected a 1.1 container that ends in TAIL, found its end at {_length} without one"));
            }

            if (!hasHeader)
            {
                Throw.Trailing(offset, _length - offset);
            }

            var chunk = ChunkHeader.Read(Buffered(offset, ChunkHeader.Size)).At(offset);
            if (rules.Check(chunk.Tag, chunk.Length) is { } fault)
            {
                Throw.Fault(fault, offset, fault.Code == H4mkErrorCode.BadTag ? null : chunk.Tag);
            }

            if (chunk.EndOffset > _length)
            {
                Throw.Overrun(offset, chunk.Tag, chunk.Length, _length - chunk.PayloadOffset);
            }

            if (chunk.Tag == ChunkTag.Seek)
            {
                await CheckSeekCountAsync(chunk, cancellationToken).ConfigureAwait(false);
            }

            if (blocks.Count + others.Count >= options.MaxChunkCount)
            {
                throw new H4mkFormatException(H4mkErrorCode.Limit, offset, $"expected at most {options.MaxChunkCount} chunks (a limit of the options), found more", chunk.Tag);
            }

            if (chunk.Tag == ChunkTag.Core)
            {
                if (blocks.IsFull)
                {
                    await memory.TakeAsync(BlockIndex.PageSize, cancellationToken).ConfigureAwait(false);
                }

                blocks.Add(chunk);
            }
            else
            {
                if (others.Count % OthersAtATime == 0)
                {
                    await memory.TakeAsync(OtherLength * (others.Count == 0 ? 1 : OthersAtATime), cancellationToken).ConfigureAwait(false);
                }

                others.Add(chunk);
            }

            offset = chunk.EndOffset;
            mayBeTrak = chunk.Tag == ChunkTag.Veri;
            readAhead = chunk.Length <= ShortPayload ? Math.Clamp(readAhead * 2, PageLength, ReadAheadLength) : 0;
        }

        return new WalkedIndex(_source, blocks, others, offset, options, memory);
    }

    /// <summary>Whether 1 to 4 bytes are TRAK as far as they go: then the file is a 1.1 container, and cut.</summary>
    public static bool IsTrak(ReadOnlySpan<byte> bytes) => bytes.Length > 0 && "TRAK"u8.StartsWith(bytes[..Math.Min(bytes.Length, sizeof(uint))]);

    private async ValueTask CheckSeekCountAsync(ChunkInfo chunk, CancellationToken cancellationToken)
    {
        if (!await FillAsync(chunk.PayloadOffset, SeekRecord.CountSize, 0, cancellationToken).ConfigureAwait(false))
        {
            Throw.Changed(chunk.Offset, chunk.Tag);
        }

        if (StructureRules.CheckSeekCount(Buffered(chunk.PayloadOffset, SeekRecord.CountSize), chunk.Length) is { } fault)
        {
            Throw.Fault(fault, chunk.Offset, chunk.Tag);
        }
    }

    private ReadOnlySpan<byte> Buffered(long offset, int count) => _buffer.Span.Slice((int)(offset - _bufferOffset), count);

    /// <summary>Makes sure that <paramref name="count"/> bytes at <paramref name="offset"/> are buffered; false at the end of the file.</summary>
    private async ValueTask<bool> FillAsync(long offset, int count, int readAhead, CancellationToken cancellationToken)
    {
        if (offset >= _bufferOffset && offset + count <= _bufferOffset + _buffer.Length)
        {
            return true;
        }

        if (_rented is null)
        {
            return false;
        }

        var length = Math.Min(_rented.Length, Math.Max(count, Math.Max(readAhead, _source.WalkReadLength)));
        var read = await _source.ReadAsync(offset, _rented.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
        _buffer = _rented.AsMemory(0, read.Count);
        _bufferOffset = offset;
        _length = Math.Max(read.Length, offset + read.Count);
        return read.Count >= count;
    }
}
