using System.Buffers;
using System.Buffers.Binary;
using Harmony4.Format.Internal;
using Harmony4.Hashing;

namespace Harmony4.Format;

/// <summary>Writes a container chunk by chunk, whatever the chunks: any tag, any order, any seek table. The raw layer under <see cref="H4mkContainerWriter"/>.</summary>
/// <remarks>It computes CRCs but judges nothing else: with it one can write a container that no reader accepts, as conformance tests must.</remarks>
public ref struct H4mkChunkWriter
{
    // A segment that every buffer writer gives without an extra array.
    private const int CopyLength = 64 * 1024;

    private readonly IBufferWriter<byte> _output;

    /// <summary>Initializes a writer.</summary>
    /// <param name="output">Receives the bytes; every call advances it by all that it wrote.</param>
    /// <exception cref="ArgumentNullException"><paramref name="output"/> is null.</exception>
    public H4mkChunkWriter(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        _output = output;
    }

    /// <summary>Gets how many bytes were written.</summary>
    public long BytesWritten { get; private set; }

    /// <summary>Writes the 8-byte file header.</summary>
    public void WriteFileHeader()
    {
        FileHeader.Bytes.CopyTo(_output.GetSpan(FileHeader.Size));
        Advance(FileHeader.Size);
    }

    /// <summary>Writes a chunk.</summary>
    /// <param name="tag">The chunk's kind.</param>
    /// <param name="payload">Its payload.</param>
    public void WriteChunk(ChunkTag tag, scoped ReadOnlySpan<byte> payload)
    {
        WriteChunkHeader(tag, (uint)payload.Length, Crc32.Compute(payload));
        WriteRaw(payload);
    }

    /// <summary>Writes a chunk.</summary>
    /// <param name="tag">The chunk's kind.</param>
    /// <param name="payload">Its payload; how it is cut makes no difference.</param>
    /// <exception cref="ArgumentException">The payload is longer than 2^32 − 1 bytes.</exception>
    public void WriteChunk(ChunkTag tag, in ReadOnlySequence<byte> payload)
    {
        if (payload.Length > uint.MaxValue)
        {
            throw new ArgumentException($"a payload has at most {uint.MaxValue} bytes, found {payload.Length}", nameof(payload));
        }

        WriteChunkHeader(tag, (uint)payload.Length, Crc32.Compute(payload));
        foreach (var segment in payload)
        {
            WriteRaw(segment.Span);
        }
    }

    /// <summary>Writes a chunk's header alone; its payload has to follow by <see cref="WriteRaw"/>.</summary>
    /// <param name="tag">The chunk's kind.</param>
    /// <param name="length">Bytes of payload.</param>
    /// <param name="crc">CRC-32 of the payload.</param>
    public void WriteChunkHeader(ChunkTag tag, uint length, uint crc)
    {
        new ChunkHeader(tag, length, crc).Write(_output.GetSpan(ChunkHeader.Size));
        Advance(ChunkHeader.Size);
    }

    /// <summary>Writes a SEEK chunk with the entries as given: not sorted, not checked.</summary>
    /// <param name="entries">The entries.</param>
    /// <exception cref="ArgumentException">There are more than 268,435,455 entries, the most whose payload a chunk can hold.</exception>
    public void WriteSeek(scoped ReadOnlySpan<SeekEntry> entries)
    {
        if (entries.Length > SeekRecord.MaxCount)
        {
            throw new ArgumentException($"a SEEK chunk holds at most {SeekRecord.MaxCount} entries, found {entries.Length}", nameof(entries));
        }

        var crc = default(Crc32);
        Span<byte> scratch = stackalloc byte[SeekRecord.Size];
        BinaryPrimitives.WriteUInt32BigEndian(scratch, (uint)entries.Length);
        crc.Append(scratch[..SeekRecord.CountSize]);
        foreach (var entry in entries)
        {
            SeekRecord.Write(scratch, entry.Pts, entry.Offset);
            crc.Append(scratch);
        }

        var length = SeekRecord.CountSize + ((long)entries.Length * SeekRecord.Size);
        WriteChunkHeader(ChunkTag.Seek, (uint)length, crc.Value);
        BinaryPrimitives.WriteUInt32BigEndian(scratch, (uint)entries.Length);
        WriteRaw(scratch[..SeekRecord.CountSize]);
        foreach (var entry in entries)
        {
            SeekRecord.Write(_output.GetSpan(SeekRecord.Size), entry.Pts, entry.Offset);
            Advance(SeekRecord.Size);
        }
    }

    /// <summary>Writes bytes as they are.</summary>
    /// <param name="bytes">The bytes.</param>
    public void WriteRaw(scoped ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var span = _output.GetSpan(Math.Min(bytes.Length, CopyLength));
            var count = Math.Min(span.Length, bytes.Length);
            bytes[..count].CopyTo(span);
            Advance(count);
            bytes = bytes[count..];
        }
    }

    private void Advance(int count)
    {
        _output.Advance(count);
        BytesWritten += count;
    }
}
