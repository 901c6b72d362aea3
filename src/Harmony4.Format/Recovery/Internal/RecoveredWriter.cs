using System.Buffers;
using System.Buffers.Binary;

namespace Harmony4.Format.Internal;

/// <summary>Writes a recording again from what is sound of it.</summary>
internal sealed class RecoveredWriter : IRecoveryTarget, IDisposable
{
    private const int PieceLength = 1024 * 1024;

    private readonly H4mkSource _source;
    private readonly long _length;
    private readonly Stream _output;
    private readonly RecoveryHead _head;
    private readonly RecoveredPages _pages;
    private readonly RecoveryLog _log;
    private readonly Recorder11 _recorder;
    private readonly H4mkWriterOptions _options;
    private readonly H4mkContainerOptions _limits;
    private readonly Dictionary<int, ulong> _lastPts = [];
    private long _budget;
    private uint _sealCount;

    public RecoveredWriter(H4mkSource source, long length, Stream output, RecoveryHead head, RecoveredPages pages, H4mkRecoveryOptions options, RecoveryLog log)
    {
        _source = source;
        _length = length;
        _output = output;
        _head = head;
        _pages = pages;
        _log = log;
        _limits = options.Limits;

        // A block takes at least the headers of TOKN and CORE: no more are added than the file could have held.
        _budget = length / (ChunkHeader.Size + TokenRecord.Size + ChunkHeader.Size);
        _options = new H4mkWriterOptions
        {
            Trak = head.Trak,
            Meta = head.Meta.IsEmpty ? "{}"u8.ToArray() : head.Meta,
            Safe = head.Safe.IsEmpty ? "{}"u8.ToArray() : head.Safe,
            MaxAuxCount = Math.Max(3, options.Limits.MaxAuxCount),
            MaxJsonLength = options.Limits.MaxJsonLength,
            MaxJsonDepth = options.Limits.MaxJsonDepth,
            Authenticators = options.Authenticators,
        };
        var sink = new ChunkSink(output, leaveOpen: true, isDurable: false, head.PartLength);
        _recorder = head.PartLength > 0 ? Recorder11.AfterPart(sink, _options) : new Recorder11(sink, _options);
    }

    /// <summary>Blocks that were found sound.</summary>
    public long SoundCount { get; private set; }

    /// <summary>Writes the 1.0 file that the recording begins with, if it does, and takes note of its blocks.</summary>
    public async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        if (_head.PartLength == 0)
        {
            return;
        }

        var part = await H4mkContainer.OpenAsync(new PrefixSource(_source, _head.PartLength), _limits, cancellationToken).ConfigureAwait(false);
        await using var disposal = part.ConfigureAwait(false);
        var reader = new PartReader(part, _options, blockTimes: null, progress: null);
        await reader.CheckAsync(cancellationToken).ConfigureAwait(false);
        var piece = ArrayPool<byte>.Shared.Rent(PieceLength);
        try
        {
            for (long at = 0; at < _head.PartLength;)
            {
                var count = (int)Math.Min(piece.Length, _head.PartLength - at);
                if ((await _source.ReadAsync(at, piece.AsMemory(0, count), cancellationToken).ConfigureAwait(false)).Count < count)
                {
                    Throw.Shrunk(at, _length);
                }

                await _output.WriteAsync(piece.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                at += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }

        await reader.AddAsync(_recorder, ordinal => _pages.FindAsync(0, ordinal, cancellationToken), cancellationToken).ConfigureAwait(false);
        SoundCount = part.BlockCount;
        _lastPts[0] = reader.LastPts;
    }

    public async ValueTask TakeBlockAsync(TokenRecord token, long tokenOffset, ScannedChunk core, CancellationToken cancellationToken)
    {
        if (!await FillAsync(token, tokenOffset, core.Info.EndOffset, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        var info = InfoOf(token);
        var listed = await _pages.FindAsync(token.Track, token.Ordinal, cancellationToken).ConfigureAwait(false);
        if ((listed is { } entry && entry with { Link = 0 } != new IndexEntry(token.Pts, token.Duration, token.Length, 0, token.Flags, core.Digest))
            || !_recorder.TryAccept(token.Track, info, core.Info.Length))
        {
            await WriteLostAsync(token.Track, token.Pts, cancellationToken).ConfigureAwait(false);
            return;
        }

        await WithPayloadAsync(core, WriteAsync, cancellationToken).ConfigureAwait(false);
        SoundCount++;
        _lastPts[token.Track] = token.Pts;

        async ValueTask WriteAsync(ReadOnlyMemory<byte> payload)
        {
            if ((info.Flags & BlockFlags.Sealed) != 0)
            {
                // The number of a SEAL is its place among them: those that a gap hid leave an empty one each.
                await WriteMissingSealsAsync(payload, cancellationToken).ConfigureAwait(false);
            }

            await _recorder.WriteHashedBlockAsync(payload, core.Digest, cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask TakeLostAsync(TokenRecord token, long tokenOffset, CancellationToken cancellationToken)
    {
        if (await FillAsync(token, tokenOffset, tokenOffset + ChunkHeader.Size + TokenRecord.Size, cancellationToken).ConfigureAwait(false))
        {
            await WriteLostAsync(token.Track, token.Pts, cancellationToken).ConfigureAwait(false);
        }
    }

    public void TakePage(in ScannedChunk page)
    {
    }

    public async ValueTask TakeOtherAsync(ScannedChunk chunk, CancellationToken cancellationToken)
    {
        RequireRoom(chunk.Info);
        _sealCount += chunk.Info.Tag == ChunkTag.Seal ? 1u : 0;
        await WithPayloadAsync(chunk, payload => _recorder.WriteOtherAsync(chunk.Info.Tag, payload, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    public ValueTask TakeDamagedSealAsync(CancellationToken cancellationToken)
    {
        RequireRoom(new ChunkInfo { Tag = ChunkTag.Seal });
        _sealCount++;
        return _recorder.WriteOtherAsync(ChunkTag.Seal, default, cancellationToken);
    }

    public void Skip(long from, long to) => _log.AddSkipped(from, to);

    public ValueTask<H4mkWriteSummary> CompleteAsync(CancellationToken cancellationToken) => _recorder.CompleteAsync(cancellationToken);

    public void Dispose() => _recorder.Dispose();

    private static BlockInfo InfoOf(in TokenRecord token) => new() { Pts = token.Pts, Duration = token.Duration, Flags = (BlockFlags)token.Flags };

    /// <summary>Adds the lost blocks before one that was found.</summary>
    /// <returns>Whether the block itself has a place.</returns>
    private async ValueTask<bool> FillAsync(TokenRecord token, long from, long to, CancellationToken cancellationToken)
    {
        var count = _recorder.CountOf(token.Track);
        if (count < 0 || token.Ordinal < count || token.Ordinal - count > _budget)
        {
            _log.AddSkipped(from, to);
            return false;
        }

        _budget -= token.Ordinal - count;
        for (; count < token.Ordinal; count++)
        {
            var listed = await _pages.FindAsync(token.Track, count, cancellationToken).ConfigureAwait(false);
            await WriteLostAsync(token.Track, listed?.Pts ?? _lastPts.GetValueOrDefault(token.Track), cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private async ValueTask WriteLostAsync(int track, ulong pts, CancellationToken cancellationToken)
    {
        _log.AddLost(track, _recorder.CountOf(track));
        _recorder.Accept(track, new BlockInfo { Pts = Math.Min(pts, long.MaxValue), Flags = BlockFlags.Lost }, 0);
        await _recorder.WriteBlockAsync(ReadOnlySequence<byte>.Empty, cancellationToken).ConfigureAwait(false);
        _lastPts[track] = pts;
    }

    private async ValueTask WriteMissingSealsAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        if (payload.Length < SealedFrameHeader.Size || BinaryPrimitives.ReadUInt32BigEndian(payload.Span[SealedFrameHeader.SealNumberOffset..]) is var number && number >= _options.MaxAuxCount)
        {
            return;
        }

        while (_sealCount <= number && _recorder.HasRoomForChunk)
        {
            _sealCount++;
            await _recorder.WriteOtherAsync(ChunkTag.Seal, default, cancellationToken).ConfigureAwait(false);
        }
    }

    private void RequireRoom(in ChunkInfo chunk)
    {
        if (!_recorder.HasRoomForChunk)
        {
            Throw.Bad(H4mkErrorCode.Limit, chunk.Offset, chunk.Tag, $"expected at most {_options.MaxAuxCount} chunks besides blocks and index (a limit of the options), found more");
        }
    }

    /// <summary>Gives a payload to an action: from the scan, or read again when it is longer than the scan holds.</summary>
    private async ValueTask WithPayloadAsync(ScannedChunk chunk, Func<ReadOnlyMemory<byte>, ValueTask> action, CancellationToken cancellationToken)
    {
        var length = chunk.Info.Length;
        if (chunk.Payload.Length == length)
        {
            await action(chunk.Payload).ConfigureAwait(false);
            return;
        }

        if (length > Recorder11.MaxBlockLength)
        {
            Throw.Limit(chunk.Info, Recorder11.MaxBlockLength);
        }

        var bytes = ArrayPool<byte>.Shared.Rent((int)length);
        try
        {
            var payload = bytes.AsMemory(0, (int)length);
            if ((await _source.ReadAsync(chunk.Info.PayloadOffset, payload, cancellationToken).ConfigureAwait(false)).Count < payload.Length)
            {
                Throw.Shrunk(chunk.Info.PayloadOffset, _length);
            }

            await action(payload).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
