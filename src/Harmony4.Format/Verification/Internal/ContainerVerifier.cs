using System.Buffers;

namespace Harmony4.Format.Internal;

/// <summary>One full verification: a forward pass over the file that hashes and checks as it goes.</summary>
internal sealed class ContainerVerifier : IDisposable
{
    private const int ReadLength = 1024 * 1024;

    private readonly H4mkSource _source;
    private readonly WalkedIndex _map;
    private readonly H4mkContainerOptions _options;
    private readonly OverlappedSha256 _hash = new();
    private readonly List<VerificationFinding> _findings = [];
    private readonly ChunkInfo? _veri;
    private readonly byte[] _storedVeri = new byte[Sha256Digest.SizeInBytes];
    private byte[] _captured = [];
    private int _capturedLength;
    private long _findingCount;
    private bool _damaged;
    private bool _unchecked;

    public ContainerVerifier(H4mkSource source, WalkedIndex map, H4mkContainerOptions options)
    {
        _source = source;
        _map = map;
        _options = options;
        _veri = map.Find(ChunkTag.Veri);
    }

    public async ValueTask<VerificationResult> RunAsync(IProgress<VerificationProgress>? progress, CancellationToken cancellationToken)
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
        return new VerificationResult
        {
            Integrity = Conclude(),
            Signature = SignatureState.None,
            Findings = _findings,
            FindingCount = _findingCount,
            Veri = _veri is null ? null : new Sha256Digest(_storedVeri),
            BlockCount = _map.BlockCount,
            BytesVerified = _map.Length,
        };
    }

    public void Dispose() => _hash.Dispose();

    private void ReadAll(ReadOnlyMemory<byte> memory, IProgress<VerificationProgress>? progress, CancellationToken cancellationToken)
    {
        var state = Start();
        while (state.Position < _map.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var rest = memory[(int)state.Position..];
            var piece = rest.Length > ReadLength ? rest[..ReadLength] : rest;
            Process(piece.Span, isFinal: piece.Length == rest.Length, ref state);
            progress?.Report(new VerificationProgress(state.Position, _map.Length));
        }
    }

    private async ValueTask ReadAllAsync(IProgress<VerificationProgress>? progress, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ReadLength);
        try
        {
            var state = Start();
            while (state.Position < _map.Length)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var length = (int)Math.Min(ReadLength, _map.Length - state.Position);
                var read = await _source.ReadAsync(state.Position, buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
                if (read.Count < length)
                {
                    Throw.Shrunk(state.Position + read.Count, _map.Length);
                }

                Process(buffer.AsSpan(0, read.Count), isFinal: state.Position + read.Count == _map.Length, ref state);
                progress?.Report(new VerificationProgress(state.Position, _map.Length));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static H4mkReaderState Start() => new(new H4mkReaderOptions { ReportCrcMismatch = true });

    private void Process(ReadOnlySpan<byte> bytes, bool isFinal, ref H4mkReaderState state)
    {
        var start = state.Position;
        var reader = new H4mkReader(bytes, isFinal, state);
        while (reader.Read())
        {
            switch (reader.Part)
            {
                case ChunkPart.Start:
                    StartChunk(reader.Chunk);
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
        if (_veri is { } veri)
        {
            var from = Math.Max(start, FileHeader.Size);
            var to = Math.Min(reader.Position, veri.Offset);
            if (to > from)
            {
                _hash.Append(bytes[(int)(from - start)..(int)(to - start)]);
            }
        }

        state = reader.CurrentState;
    }

    private void StartChunk(in ChunkInfo chunk)
    {
        _capturedLength = -1;
        var limit = chunk.Tag == ChunkTag.Seek ? _options.MaxSeekLength
            : chunk.Tag == ChunkTag.Meta || chunk.Tag == ChunkTag.Safe ? _options.MaxMetadataLength
            : chunk.Tag == ChunkTag.Veri ? Sha256Digest.SizeInBytes
            : -1;
        if (limit < 0)
        {
            return;
        }

        if (chunk.Length > limit)
        {
            _unchecked = true;
            Find(chunk, H4mkErrorCode.Limit, $"expected a payload of at most {limit} bytes (a limit of the options), found {chunk.Length}");
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
            _damaged = true;
            Find(chunk, H4mkErrorCode.Crc, Throw.CrcDetail(chunk.Crc.GetValueOrDefault(), crc));
        }

        if (_capturedLength < 0)
        {
            return;
        }

        var payload = _captured.AsSpan(0, _capturedLength);
        if (chunk.Tag == ChunkTag.Veri)
        {
            payload.CopyTo(_storedVeri);
        }
        else if (isCrcValid && chunk.Tag == ChunkTag.Seek)
        {
            CheckSeek(chunk, payload);
        }
        else if (isCrcValid && !JsonObject.IsValid(payload))
        {
            _damaged = true;
            Find(chunk, H4mkErrorCode.Json, Throw.JsonDetail);
        }
    }

    private void CheckSeek(in ChunkInfo chunk, ReadOnlySpan<byte> payload)
    {
        var order = SeekOrder.Examine(payload);
        var at = order.FirstDecrease >= 0 ? order.FirstDecrease : order.FirstEqual;
        if (at >= 0)
        {
            var entries = payload[SeekRecord.CountSize..];
            Find(chunk, H4mkErrorCode.SeekOrder, Throw.SeekOrderDetail(at, SeekOrder.PtsAt(entries, at - 1), SeekOrder.PtsAt(entries, at)));
        }
    }

    private void CheckVeri()
    {
        if (_veri is not { } veri)
        {
            return;
        }

        Span<byte> computed = stackalloc byte[Sha256Digest.SizeInBytes];
        _hash.GetCurrentHash(computed);
        if (!computed.SequenceEqual(_storedVeri))
        {
            _damaged = true;
            Find(veri, H4mkErrorCode.Veri, $"expected SHA-256 {Convert.ToHexStringLower(_storedVeri)} of the chunks before it, found {Convert.ToHexStringLower(computed)}");
        }
    }

    /// <summary>The state rows of docs/format/h4mk-1.0.md section 10; damage outweighs what is missing.</summary>
    private Integrity Conclude()
    {
        var missing = false;
        if (_veri is null)
        {
            foreach (var tag in (ReadOnlySpan<ChunkTag>)[ChunkTag.Seek, ChunkTag.Meta, ChunkTag.Safe])
            {
                if (_map.Find(tag) is null)
                {
                    missing = true;
                    Missing(tag);
                }
            }

            Missing(ChunkTag.Veri);
        }

        return _damaged ? Integrity.Invalid
            : missing ? Integrity.Incomplete
            : _veri is null || _unchecked ? Integrity.Unverified
            : Integrity.Intact;
    }

    private void Missing(ChunkTag tag) =>
        Add(new VerificationFinding(tag, _map.Length, H4mkErrorCode.Missing, $"expected a {tag} chunk, found the end of the file"));

    private void Find(in ChunkInfo chunk, H4mkErrorCode code, string message) => Add(new VerificationFinding(chunk.Tag, chunk.Offset, code, message));

    private void Add(VerificationFinding finding)
    {
        if (_findingCount++ < _options.MaxFindings)
        {
            _findings.Add(finding);
        }
    }
}
