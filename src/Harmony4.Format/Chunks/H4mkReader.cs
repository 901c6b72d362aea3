using System.Buffers;
using Harmony4.Format.Internal;
using Harmony4.Hashing;

namespace Harmony4.Format;

/// <summary>Reads a container forward, without allocating: chunk start, payload pieces, chunk end.</summary>
/// <remarks>
/// <para>
/// Works on whatever bytes are at hand: when <see cref="Read"/> returns <see langword="false"/> and the data was not final, keep
/// what <see cref="BytesConsumed"/> leaves, append more, and go on with a new reader made from <see cref="CurrentState"/>.
/// Payload comes in pieces as the buffers hold it, so memory does not depend on a chunk's length.
/// </para>
/// <para>
/// An exception ends the reading: the reader and its state are of no use after it. Judges structure (docs/format/h4mk-1.0.md section 10) and each chunk's CRC-32. VERI is a chunk like any other here: <see cref="H4mkContainer.VerifyAsync(H4mkSource, H4mkContainerOptions?, IProgress{VerificationProgress}?, CancellationToken)"/> judges it.
/// </para>
/// </remarks>
public ref struct H4mkReader
{
    private readonly ReadOnlySequence<byte> _sequence;
    private readonly bool _isFinalBlock;
    private readonly long _available;
    private SequencePosition _next;
    private ReadOnlySpan<byte> _span;
    private ReadOnlySpan<byte> _payload;
    private H4mkReaderState _state;
    private int _index;

    /// <summary>Initializes a reader over contiguous bytes.</summary>
    /// <param name="data">The bytes from where <paramref name="state"/> stands.</param>
    /// <param name="isFinalBlock">Whether the file ends with <paramref name="data"/>.</param>
    /// <param name="state">Where to go on; the default for the start of a file.</param>
    public H4mkReader(ReadOnlySpan<byte> data, bool isFinalBlock = true, H4mkReaderState state = default)
    {
        _span = data;
        _available = data.Length;
        _isFinalBlock = isFinalBlock;
        _state = state;
    }

    /// <summary>Initializes a reader over a sequence of buffers.</summary>
    /// <param name="data">The bytes from where <paramref name="state"/> stands.</param>
    /// <param name="isFinalBlock">Whether the file ends with <paramref name="data"/>.</param>
    /// <param name="state">Where to go on; the default for the start of a file.</param>
    public H4mkReader(in ReadOnlySequence<byte> data, bool isFinalBlock, H4mkReaderState state = default)
    {
        _available = data.Length;
        _isFinalBlock = isFinalBlock;
        _state = state;
        _span = data.FirstSpan;
        if (!data.IsSingleSegment)
        {
            _sequence = data;
            _next = data.Start;

            // Moves past the first segment, which _span holds.
            _sequence.TryGet(ref _next, out _);
        }
    }

    /// <summary>Gets what the reader stands on.</summary>
    public readonly ChunkPart Part => _state.Part;

    /// <summary>Gets the chunk that the reader is in.</summary>
    public readonly ChunkInfo Chunk => _state.Chunk;

    /// <summary>Gets the payload piece on <see cref="ChunkPart.Payload"/>, else an empty span. A slice of the data given: valid as long as that is.</summary>
    public readonly ReadOnlySpan<byte> Payload => _payload;

    /// <summary>Gets, on <see cref="ChunkPart.End"/>, whether the payload matches its CRC-32; always so unless <see cref="H4mkReaderOptions.ReportCrcMismatch"/> is set.</summary>
    public readonly bool IsCrcValid => _state.Crc.Value == _state.Chunk.Crc;

    /// <summary>The CRC-32 of the payload read so far.</summary>
    internal readonly uint PayloadCrc => _state.Crc.Value;

    /// <summary>Gets how many bytes of the data given have been read.</summary>
    public long BytesConsumed { get; private set; }

    /// <summary>Gets the position in the file, in bytes.</summary>
    public readonly long Position => _state.Position;

    /// <summary>What is wrong with the chunk where it stands, as far as has been read; only with <see cref="H4mkReaderOptions.ReportFaults"/>.</summary>
    internal readonly ChunkFault? Fault => _state.Fault;

    /// <summary>Gets where the reader stands, for the next one.</summary>
    public readonly H4mkReaderState CurrentState => _state;

    /// <summary>Moves to the next chunk start, payload piece or chunk end.</summary>
    /// <returns><see langword="false"/> when more data is needed or, with the final block, at the end of the file.</returns>
    /// <exception cref="H4mkFormatException">The bytes are not a sound container.</exception>
    public bool Read()
    {
        _payload = default;
        switch (_state.Part)
        {
            case ChunkPart.Start or ChunkPart.Payload when _state.Remaining == 0:
                EndChunk();
                return true;
            case ChunkPart.Start or ChunkPart.Payload:
                return ReadPayload();
            default:
                return (_state.HeaderRead || ReadFileHeader()) && ReadChunkHeader();
        }
    }

    private bool ReadFileHeader()
    {
        Span<byte> scratch = stackalloc byte[FileHeader.Size];
        if (!TryTake(scratch))
        {
            if (_isFinalBlock)
            {
                Throw.Short(Left);
            }

            return false;
        }

        FileHeader.Check(scratch);
        _state.HeaderRead = true;
        return true;
    }

    private bool ReadChunkHeader()
    {
        var offset = _state.Position;
        Span<byte> scratch = stackalloc byte[ChunkHeader.Size];
        if (!TryTake(scratch))
        {
            if (_isFinalBlock && Left > 0)
            {
                Throw.Trailing(offset, Left);
            }

            return false;
        }

        var header = ChunkHeader.Read(scratch);
        Report(_state.Rules.Check(header.Tag, header.Length), offset, header.Tag);
        if (_isFinalBlock && header.Length > Left)
        {
            // What is wrong with the header itself comes first.
            if (_state.Fault is { } fault)
            {
                Throw.Fault(fault, offset, fault.Code == H4mkErrorCode.BadTag ? null : header.Tag);
            }

            Throw.Overrun(offset, header.Tag, header.Length, Left);
        }

        _state.Chunk = header.At(offset);
        _state.Remaining = header.Length;
        _state.Crc = default;
        _state.Part = ChunkPart.Start;
        return true;
    }

    private bool ReadPayload()
    {
        if (_index == _span.Length && !TryNextSegment())
        {
            if (_isFinalBlock)
            {
                Throw.Overrun(_state.Chunk.Offset, _state.Chunk.Tag, _state.Chunk.Length, _state.Chunk.Length - _state.Remaining);
            }

            return false;
        }

        var piece = _span[_index..];
        if ((uint)piece.Length > _state.Remaining)
        {
            piece = piece[..(int)_state.Remaining];
        }

        if (_state.Chunk.Tag == ChunkTag.Seek)
        {
            CheckSeekCount(piece);
        }

        if (_state.Remaining == _state.Chunk.Length)
        {
            _state.Crc = new Crc32(Crc32.Compute(piece));
        }
        else
        {
            _state.Crc.Append(piece);
        }

        _state.Remaining -= (uint)piece.Length;
        _state.Part = ChunkPart.Payload;
        Consume(piece.Length);
        _payload = piece;
        return true;
    }

    private void EndChunk()
    {
        if (!IsCrcValid && !_state.Options.ReportCrcMismatch)
        {
            Throw.Crc(_state.Chunk, _state.Crc.Value);
        }

        _state.Part = ChunkPart.End;
    }

    /// <summary>Collects the first four payload bytes of SEEK, which may come in several pieces, and judges them once they are there.</summary>
    private void CheckSeekCount(ReadOnlySpan<byte> piece)
    {
        var seen = _state.Chunk.Length - _state.Remaining;
        for (var i = 0; i < piece.Length && seen < SeekRecord.CountSize; i++)
        {
            _state.SeekCount = (_state.SeekCount << 8) | piece[i];
            if (++seen == SeekRecord.CountSize)
            {
                Report(StructureRules.CheckSeekCount(_state.SeekCount, _state.Chunk.Length), _state.Chunk.Offset, ChunkTag.Seek);
            }
        }
    }

    private void Report(ChunkFault? fault, long offset, ChunkTag tag)
    {
        _state.Fault = fault;
        if (fault is not null && !_state.Options.ReportFaults)
        {
            Throw.Fault(fault, offset, fault.Code == H4mkErrorCode.BadTag ? null : tag);
        }
    }

    private readonly long Left => _available - BytesConsumed;

    private bool TryTake(scoped Span<byte> destination)
    {
        if (Left < destination.Length)
        {
            return false;
        }

        while (destination.Length > 0)
        {
            if (_index == _span.Length)
            {
                TryNextSegment();
                continue;
            }

            var count = Math.Min(destination.Length, _span.Length - _index);
            _span.Slice(_index, count).CopyTo(destination);
            destination = destination[count..];
            Consume(count);
        }

        return true;
    }

    private void Consume(int count)
    {
        _index += count;
        BytesConsumed += count;
        _state.Position += count;
    }

    private bool TryNextSegment()
    {
        while (Left > 0 && _sequence.TryGet(ref _next, out var memory))
        {
            if (!memory.IsEmpty)
            {
                _span = memory.Span;
                _index = 0;
                return true;
            }
        }

        return false;
    }
}
