using System.Buffers;

namespace Harmony4.Format.Internal;

/// <summary>Walks a 1.0 file from chunk header to chunk header: the format has no index of chunks.</summary>
internal sealed class ContainerWalk : IDisposable
{
    // After a payload this short the next header is likely in the same page: reading on costs less than reading again. A run of them is
    // read in ever longer pieces, so that one short block among long ones costs a page and no more.
    private const int ShortPayload = Layout.PageLength - Layout.ChunkHeaderLength;
    private const int ReadAheadLength = 64 * 1024;

    private readonly H4mkSource _source;
    private readonly byte[] _buffer;
    private long _bufferOffset;
    private int _buffered;
    private long _length;

    private ContainerWalk(H4mkSource source)
    {
        _source = source;
        _buffer = ArrayPool<byte>.Shared.Rent(Math.Clamp(source.WalkReadLength, ReadAheadLength, 16 * ReadAheadLength));
    }

    public static async ValueTask<ContainerMap> ReadAsync(H4mkSource source, H4mkContainerOptions options, CancellationToken cancellationToken)
    {
        using var walk = new ContainerWalk(source);
        return await walk.ReadAsync(options, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private async ValueTask<ContainerMap> ReadAsync(H4mkContainerOptions options, CancellationToken cancellationToken)
    {
        var map = new ContainerMap();
        var rules = default(StructureRules);
        await FillAsync(0, Layout.FileHeaderLength, Layout.FileHeaderLength + Layout.ChunkHeaderLength, cancellationToken).ConfigureAwait(false);
        if (_buffered < Layout.FileHeaderLength)
        {
            Throw.Short(_buffered);
        }

        StructureRules.CheckFileHeader(Buffered(0, Layout.FileHeaderLength));
        var offset = (long)Layout.FileHeaderLength;
        var readAhead = 0;
        while (offset < _length)
        {
            if (!await FillAsync(offset, Layout.ChunkHeaderLength, readAhead, cancellationToken).ConfigureAwait(false))
            {
                Throw.Trailing(offset, _length - offset);
            }

            ChunkPrimitives.ReadChunkHeader(Buffered(offset, Layout.ChunkHeaderLength), out var tag, out var length, out var crc);
            rules.CheckChunk(tag, offset, length);
            var chunk = new ChunkInfo(tag, offset, length, crc);
            if (chunk.EndOffset > _length)
            {
                Throw.Overrun(offset, tag, length, _length - chunk.PayloadOffset);
            }

            if (tag == ChunkTag.Seek)
            {
                if (!await FillAsync(chunk.PayloadOffset, Layout.SeekCountLength, 0, cancellationToken).ConfigureAwait(false))
                {
                    Throw.Changed(offset, tag);
                }

                StructureRules.CheckSeekCount(Buffered(chunk.PayloadOffset, Layout.SeekCountLength), offset, length);
            }

            if (map.Blocks.Count + map.Others.Count >= options.MaxChunkCount)
            {
                throw new H4mkFormatException(H4mkErrorCode.BadLength, offset, $"expected at most {options.MaxChunkCount} chunks (a limit of the options), found more", tag);
            }

            if (tag == ChunkTag.Core)
            {
                map.Blocks.Add(chunk);
            }
            else
            {
                map.Others.Add(chunk);
            }

            offset = chunk.EndOffset;
            readAhead = length <= ShortPayload ? Math.Clamp(readAhead * 2, Layout.PageLength, ReadAheadLength) : 0;
        }

        map.Length = offset;
        return map;
    }

    private ReadOnlySpan<byte> Buffered(long offset, int count) => _buffer.AsSpan((int)(offset - _bufferOffset), count);

    /// <summary>Makes sure that <paramref name="count"/> bytes at <paramref name="offset"/> are buffered; false at the end of the file.</summary>
    private async ValueTask<bool> FillAsync(long offset, int count, int readAhead, CancellationToken cancellationToken)
    {
        if (offset >= _bufferOffset && offset + count <= _bufferOffset + _buffered)
        {
            return true;
        }

        var length = Math.Min(_buffer.Length, Math.Max(count, Math.Max(readAhead, _source.WalkReadLength)));
        var read = await _source.ReadAsync(offset, _buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
        _bufferOffset = offset;
        _buffered = read.Count;
        _length = Math.Max(read.Length, offset + read.Count);
        return read.Count >= count;
    }
}
