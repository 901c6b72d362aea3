using System.Buffers;

namespace Harmony4.Format.Internal;

/// <summary>One full verification of a file without TAIL that begins as a 1.0 file: a forward pass that hashes and checks as it goes (docs/format/h4mk-1.0.md section 10).</summary>
internal sealed class Verifier10 : IDisposable
{
    private const int ReadLength = 1024 * 1024;

    private readonly H4mkSource _source;
    private readonly long _length;
    private readonly H4mkContainerOptions _options;
    private readonly VerificationLog _log;
    private readonly OverlappedSha256 _hash = new();
    private readonly List<ChunkTag> _seen = [];
    private IntegrityState? _structure;
    private ChunkInfo? _veri;
    private Sha256Digest _computed;
    private Sha256Digest? _stored;
    private byte[] _captured = [];
    private int _capturedLength = -1;
    private long _hashed = FileHeader.Size;
    private long _blockCount;
    private long _payloadLength;
    private bool _isCut11;
    private bool _hasHeaderFault;

    public Verifier10(H4mkSource source, long length, H4mkContainerOptions options)
    {
        _source = source;
        _length = length;
        _options = options;
        _log = new VerificationLog(options.MaxFindings);
    }

    public async ValueTask<VerificationResult> RunAsync(IProgress<VerificationProgress>? progress, CancellationToken cancellationToken)
    {
        try
        {
            if (_source.TryGetMemory(out var memory))
            {
                ReadAll(memory, progress, cancellationToken);
            }
            else
            {
                await ReadAllAsync(progress, cancellationToken).ConfigureAwait(false);
            }

            CheckVeri();
            CheckMissing();
        }
        catch (H4mkFormatException exception)
        {
            // The extents end here: what would follow cannot be found.
            Structure(exception.Tag, exception.Offset, exception.Code, exception.Detail);
            _isCut11 |= IsBehindWholePart(exception.Offset) && await IsTrakAsync(exception.Offset, cancellationToken).ConfigureAwait(false);
        }

        return new VerificationResult
        {
            Integrity = Conclude(),
            Signature = SignatureState.None,
            Findings = _log.Findings,
            FindingCount = _log.Count,
            Veri = _stored,
            BlockCount = _blockCount,
            PayloadLength = _payloadLength,
            BytesVerified = _length,
        };
    }

    public void Dispose() => _hash.Dispose();

    private void ReadAll(ReadOnlyMemory<byte> memory, IProgress<VerificationProgress>? progress, CancellationToken cancellationToken)
    {
        var state = Start();
        while (state.Position < _length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var rest = memory[(int)state.Position..];
            var piece = rest.Length > ReadLength ? rest[..ReadLength] : rest;
            Process(piece.Span, isFinal: piece.Length == rest.Length, ref state);
            progress?.Report(new VerificationProgress(state.Position, _length));
        }
    }

    private async ValueTask ReadAllAsync(IProgress<VerificationProgress>? progress, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ReadLength);
        try
        {
            var state = Start();
            while (state.Position < _length)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var length = (int)Math.Min(ReadLength, _length - state.Position);
                var read = await _source.ReadAsync(state.Position, buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
                if (read.Count < length)
                {
                    Throw.Shrunk(state.Position + read.Count, _length);
                }

                Process(buffer.AsSpan(0, read.Count), isFinal: state.Position + read.Count == _length, ref state);
                progress?.Report(new VerificationProgress(state.Position, _length));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static H4mkReaderState Start() => new(new H4mkReaderOptions { ReportCrcMismatch = true, ReportFaults = true });

    private void Process(ReadOnlySpan<byte> bytes, bool isFinal, ref H4mkReaderState state)
    {
        var start = state.Position;
        var reader = new H4mkReader(bytes, isFinal, state);
        while (reader.Read())
        {
            if (reader.Fault is { } fault)
            {
                _hasHeaderFault |= reader.Part == ChunkPart.Start;
                Structure(fault.Code == H4mkErrorCode.BadTag ? null : reader.Chunk.Tag, reader.Chunk.Offset, fault.Code, fault.Message);
            }

            switch (reader.Part)
            {
                case ChunkPart.Start:
                    if (reader.Chunk.Tag == ChunkTag.Veri && _veri is null)
                    {
                        Hash(bytes, start, reader.Chunk.Offset);
                        _computed = CurrentHash();
                    }

                    StartChunk(reader.Chunk, reader.Fault is not null);
                    break;
                case ChunkPart.Payload:
                    Capture(reader.Payload);
                    break;
                case ChunkPart.End:
                    EndChunk(reader.Chunk, reader.IsCrcValid, reader.PayloadCrc);
                    break;
            }
        }

        // What the reader left is offered again, so only what it consumed is hashed.
        if (_veri is null)
        {
            Hash(bytes, start, reader.Position);
        }

        state = reader.CurrentState;
    }

    private void Hash(ReadOnlySpan<byte> bytes, long start, long end)
    {
        if (end > _hashed)
        {
            _hash.Append(bytes[(int)(_hashed - start)..(int)(end - start)]);
            _hashed = end;
        }
    }

    private Sha256Digest CurrentHash()
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.SizeInBytes];
        _hash.GetCurrentHash(digest);
        return new Sha256Digest(digest);
    }

    private void StartChunk(in ChunkInfo chunk, bool isFaulty)
    {
        _isCut11 |= chunk.Tag == ChunkTag.Trak && IsBehindWholePart(chunk.Offset);
        _veri ??= chunk.Tag == ChunkTag.Veri ? chunk : null;
        _blockCount += chunk.Tag == ChunkTag.Core ? 1 : 0;
        _payloadLength += chunk.Tag == ChunkTag.Core ? chunk.Length : 0;
        if (FormatTags.SingletonBit(chunk.Tag) != 0)
        {
            _seen.Add(chunk.Tag);
        }

        _capturedLength = -1;
        var limit = isFaulty ? -1
            : chunk.Tag == ChunkTag.Seek ? _options.MaxSeekLength
            : chunk.Tag == ChunkTag.Meta || chunk.Tag == ChunkTag.Safe ? _options.MaxMetadataLength
            : chunk.Tag == ChunkTag.Veri ? Sha256Digest.SizeInBytes
            : -1;
        if (limit < 0)
        {
            return;
        }

        if (chunk.Length > limit)
        {
            _log.Add(chunk.Tag, chunk.Offset, H4mkErrorCode.Limit, $"expected a payload of at most {limit} bytes (a limit of the options), found {chunk.Length}");
            return;
        }

        _capturedLength = 0;
        if (_captured.Length < chunk.Length)
        {
            _captured = new byte[chunk.Length];
        }
    }

    private void Capture(ReadOnlySpan<byte> piece)
    {
        if (_capturedLength >= 0)
        {
            piece.CopyTo(_captured.AsSpan(_capturedLength));
            _capturedLength += piece.Length;
        }
    }

    private void EndChunk(in ChunkInfo chunk, bool isCrcValid, uint crc)
    {
        if (!isCrcValid)
        {
            // What such a payload says is not judged: it is not what was written.
            _log.Add(chunk.Tag, chunk.Offset, H4mkErrorCode.Crc, Throw.CrcDetail(chunk.Crc.GetValueOrDefault(), crc));
            return;
        }

        if (_capturedLength < 0)
        {
            return;
        }

        var payload = _captured.AsSpan(0, _capturedLength);
        if (chunk.Tag == ChunkTag.Veri)
        {
            _stored ??= new Sha256Digest(payload);
        }
        else if (chunk.Tag == ChunkTag.Seek)
        {
            CheckSeek(chunk, payload);
        }
        else if (!JsonObject.IsValid(payload))
        {
            _log.Add(chunk.Tag, chunk.Offset, H4mkErrorCode.Json, Throw.JsonDetail);
        }
    }

    private void CheckSeek(in ChunkInfo chunk, ReadOnlySpan<byte> payload)
    {
        // A count that does not fit the length has been found by the reader.
        if (payload.Length < SeekRecord.CountSize || StructureRules.CheckSeekCount(payload, (uint)payload.Length) is not null)
        {
            return;
        }

        var order = SeekOrder.Examine(payload);
        var at = order.FirstDecrease >= 0 ? order.FirstDecrease : order.FirstEqual;
        if (at >= 0)
        {
            var entries = payload[SeekRecord.CountSize..];
            _log.Note(chunk.Tag, chunk.Offset, H4mkErrorCode.SeekOrder, Throw.SeekOrderDetail(at, SeekOrder.PtsAt(entries, at - 1), SeekOrder.PtsAt(entries, at)));
        }
    }

    private void CheckVeri()
    {
        if (_veri is { } veri && _stored is { } stored && stored != _computed)
        {
            _log.Add(veri.Tag, veri.Offset, H4mkErrorCode.Veri, $"expected SHA-256 {stored} of the chunks before it, found {_computed}");
        }
    }

    private void CheckMissing()
    {
        if (_isCut11)
        {
            _log.Note(ChunkTag.Tail, _length, H4mkErrorCode.Incomplete, "expected a 1.1 container that ends in TAIL, found the end of the file");
            return;
        }

        if (_veri is not null)
        {
            return;
        }

        foreach (var tag in (ReadOnlySpan<ChunkTag>)[ChunkTag.Seek, ChunkTag.Meta, ChunkTag.Safe, ChunkTag.Veri])
        {
            if (!_seen.Contains(tag))
            {
                _log.Note(tag, _length, H4mkErrorCode.Missing, $"expected a {tag} chunk, found the end of the file");
            }
        }
    }

    private void Structure(ChunkTag? chunk, long offset, H4mkErrorCode code, string message)
    {
        _structure ??= code is H4mkErrorCode.Overrun or H4mkErrorCode.Trailing or H4mkErrorCode.TooShort ? IntegrityState.Incomplete : IntegrityState.Invalid;
        _log.Add(chunk, offset, code, message);
    }

    private async ValueTask<bool> IsTrakAsync(long offset, CancellationToken cancellationToken)
    {
        var rest = new byte[sizeof(uint)];
        var read = await _source.ReadAsync(offset, rest, cancellationToken).ConfigureAwait(false);
        return ContainerWalk.IsTrak(rest.AsSpan(0, read.Count));
    }

    /// <summary>Whether all before a position is a 1.0 file whose chunk headers keep the rules of structure: a TRAK that follows makes the file 1.1.</summary>
    private bool IsBehindWholePart(long offset) => _veri is { } veri && veri.EndOffset == offset && !_hasHeaderFault;

    /// <summary>The state rows of docs/format/h4mk-1.0.md section 10: structure outweighs damage, and damage what is missing.</summary>
    private IntegrityState Conclude() =>
        _isCut11 ? IntegrityState.Incomplete
        : _structure is { } structure ? structure
        : _log.IsDamaged ? IntegrityState.Invalid
        : _veri is null ? _seen.Contains(ChunkTag.Seek) && _seen.Contains(ChunkTag.Meta) && _seen.Contains(ChunkTag.Safe) ? IntegrityState.Unverified : IntegrityState.Incomplete
        : _log.IsLimited ? IntegrityState.Unverified
        : IntegrityState.Intact;
}
