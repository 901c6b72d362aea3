using System.Buffers.Binary;
using System.Security.Cryptography;
using Harmony4.Format.Internal;
using Harmony4.Hashing;

namespace Harmony4.Format.Tests.Containers;

/// <summary>A container of any size whose blocks are all zeros: only its head, ROOT and TAIL are held, all else is made where it is read.</summary>
internal sealed class SimulatedContainer
{
    private const int Gop = 24;
    private const uint Duration = 40_000;
    private readonly byte[] _head;
    private readonly byte[] _end;
    private readonly uint _coreCrc;
    private readonly Sha256Digest _digest;
    private readonly int _log2;
    private readonly long _blockSize;
    private readonly long _groupSize;

    public SimulatedContainer(long blockCount, int blockLength, int pageLog2)
    {
        BlockCount = blockCount;
        BlockLength = blockLength;
        _log2 = pageLog2;
        var payload = new byte[blockLength];
        _digest = new Sha256Digest(SHA256.HashData(payload));
        _coreCrc = Crc32.Compute(payload);
        _blockSize = (2 * ChunkHeader.Size) + TokenRecord.Size + blockLength;
        var list = new TrackList(pageLog2, [new H4mkTrackInfo { Id = 0, Kind = TrackKind.Video }]);
        var index = new RecordedIndex(list, hasSeek: true);
        _head = Head(list, index);
        _groupSize = (_blockSize << pageLog2) + ChunkHeader.Size + PageHeader.PayloadLength(1 << pageLog2);
        _end = Record(index);
        Length = EndOffset + _end.Length;
    }

    public long BlockCount { get; }

    public int BlockLength { get; }

    public long Length { get; }

    /// <summary>Where what is held in memory begins: the last page when it is short, SEEK, ROOT and TAIL.</summary>
    private long EndOffset => _head.Length + ((BlockCount >> _log2) * _groupSize) + ((BlockCount & ((1L << _log2) - 1)) * _blockSize);

    public static bool IsKey(long ordinal) => ordinal % Gop == 0;

    public static ulong PtsOf(long ordinal) => (ulong)ordinal * Duration;

    public H4mkSource OpenSource() => new Source(this);

    public void Read(long offset, Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            var count = ReadPiece(offset, destination);
            offset += count;
            destination = destination[count..];
        }
    }

    private byte[] Head(TrackList list, RecordedIndex index)
    {
        var output = new MemoryStream();
        output.Write(FileHeader.Bytes);
        foreach (var (tag, payload) in ((ChunkTag, byte[])[])[(ChunkTag.Trak, list.Write()), (ChunkTag.Meta, "{}"u8.ToArray()), (ChunkTag.Safe, "{}"u8.ToArray())])
        {
            index.AddAux(tag, (uint)payload.Length, new Sha256Digest(SHA256.HashData(payload)), output.Length);
            output.Write(Chunk(tag, payload));
        }

        return output.ToArray();
    }

    private byte[] Record(RecordedIndex index)
    {
        var output = new MemoryStream();
        var end = EndOffset;
        for (var i = 0L; i < BlockCount; i++)
        {
            index.AddBlock(0, EntryOf(i), CoreOffset(i));
            if (index.Tracks[0].IsPageFull)
            {
                index.ClosePage(0, _head.Length + (((i >> _log2) + 1) * _groupSize) - ChunkHeader.Size - PageHeader.PayloadLength(1 << _log2));
            }
        }

        if (index.Tracks[0].OpenCount is > 0 and var open)
        {
            var page = new byte[PageHeader.PayloadLength(open)];
            index.Tracks[0].WritePage(page);
            index.ClosePage(0, end);
            output.Write(Chunk(ChunkTag.Indx, page));
        }

        output.Write(Chunk(ChunkTag.Seek, index.SeekPayload.Span));
        var rootOffset = end + output.Length;
        var root = index.BuildRoot();
        output.Write(Chunk(ChunkTag.Root, root));
        output.Write(Chunk(ChunkTag.Tail, RecordedIndex.BuildTail(rootOffset, root)));
        return output.ToArray();
    }

    private static byte[] Chunk(ChunkTag tag, ReadOnlySpan<byte> payload)
    {
        var chunk = new byte[ChunkHeader.Size + payload.Length];
        new ChunkHeader(tag, (uint)payload.Length, Crc32.Compute(payload)).Write(chunk);
        payload.CopyTo(chunk.AsSpan(ChunkHeader.Size));
        return chunk;
    }

    private IndexEntry EntryOf(long ordinal) => new(
        PtsOf(ordinal),
        Duration,
        (uint)BlockLength,
        (uint)(ordinal == 0 ? 0 : IsKey(ordinal) ? Gop : ordinal % Gop),
        IsKey(ordinal) ? 1u : 0u,
        _digest);

    private long CoreOffset(long ordinal) =>
        _head.Length + ((ordinal >> _log2) * _groupSize) + ((ordinal & ((1L << _log2) - 1)) * _blockSize) + ChunkHeader.Size + TokenRecord.Size;

    private int ReadPiece(long offset, Span<byte> destination)
    {
        if (offset < _head.Length)
        {
            return Copy(_head, offset, destination);
        }

        if (offset >= EndOffset)
        {
            return Copy(_end, offset - EndOffset, destination);
        }

        var group = (offset - _head.Length) / _groupSize;
        var inGroup = (offset - _head.Length) % _groupSize;
        if (inGroup >= _blockSize << _log2)
        {
            return Copy(Page(group), inGroup - (_blockSize << _log2), destination);
        }

        var ordinal = (group << _log2) + (inGroup / _blockSize);
        var headers = BlockHeaders(ordinal);
        var inBlock = inGroup % _blockSize;
        if (inBlock < headers.Length)
        {
            return Copy(headers, inBlock, destination);
        }

        var zeros = (int)Math.Min(destination.Length, _blockSize - inBlock);
        destination[..zeros].Clear();
        return zeros;
    }

    private byte[] BlockHeaders(long ordinal)
    {
        var entry = EntryOf(ordinal);
        var headers = new byte[(2 * ChunkHeader.Size) + TokenRecord.Size];
        var token = headers.AsSpan(ChunkHeader.Size, TokenRecord.Size);
        new TokenRecord(entry.Pts, (uint)ordinal, (byte)(entry.Flags & 1), (byte)entry.Flags, 0, entry.Duration, entry.Length).Write(token);
        new ChunkHeader(ChunkTag.Tokn, TokenRecord.Size, Crc32.Compute(token)).Write(headers);
        new ChunkHeader(ChunkTag.Core, (uint)BlockLength, _coreCrc).Write(headers.AsSpan(ChunkHeader.Size + TokenRecord.Size));
        return headers;
    }

    private byte[] Page(long group)
    {
        var count = 1 << _log2;
        var payload = new byte[PageHeader.PayloadLength(count)];
        var first = group << _log2;
        new PageHeader(0, 0, (uint)first, (ulong)first * (ulong)BlockLength).Write(payload);
        for (var i = 0; i < count; i++)
        {
            EntryOf(first + i).Write(payload.AsSpan(PageHeader.Size + (IndexEntry.Size * i)));
            BinaryPrimitives.WriteUInt64BigEndian(payload.AsSpan(PageHeader.Size + (IndexEntry.Size * count) + (8 * i)), (ulong)CoreOffset(first + i));
        }

        return Chunk(ChunkTag.Indx, payload);
    }

    private static int Copy(byte[] from, long at, Span<byte> destination)
    {
        var count = (int)Math.Min(destination.Length, from.Length - at);
        from.AsSpan((int)at, count).CopyTo(destination);
        return count;
    }

    private sealed class Source(SimulatedContainer container) : H4mkSource
    {
        protected override ValueTask<SourceRead> ReadCoreAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
        {
            var count = (int)Math.Clamp(container.Length - offset, 0, destination.Length);
            container.Read(offset, destination.Span[..count]);
            return new ValueTask<SourceRead>(new SourceRead(count, container.Length));
        }

        protected override ValueTask<SourceRead> ReadTailCoreAsync(Memory<byte> destination, CancellationToken cancellationToken) =>
            ReadCoreAsync(Math.Max(0, container.Length - destination.Length), destination, cancellationToken);
    }
}
