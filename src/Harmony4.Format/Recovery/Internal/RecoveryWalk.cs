namespace Harmony4.Format.Internal;

/// <summary>
/// Follows the chain of chunks through a damaged recording. A damaged CORE is passed over by the length in its TOKN; where else the chain breaks, the walk goes
/// on at the next sound TOKN with its CORE.
/// </summary>
internal sealed class RecoveryWalk(H4mkSource source, long length, IRecoveryTarget target)
{
    private readonly SoundChunkSearch _search = new(source, length);
    private (TokenRecord Record, long Offset)? _token;
    private CancellationToken _cancellationToken;

    /// <summary>Where the last chunk is not whole, once the walk is done.</summary>
    public long? CutOffset { get; private set; }

    /// <summary>Walks for a target that takes whole blocks.</summary>
    /// <param name="start">Position of the first chunk.</param>
    /// <param name="limits">How many threads hash.</param>
    /// <param name="progress">Told how far the walk is.</param>
    /// <param name="cancellationToken">Cancels the walk.</param>
    public async Task RunAsync(long start, H4mkContainerOptions limits, IProgress<VerificationProgress>? progress, CancellationToken cancellationToken)
    {
        _cancellationToken = cancellationToken;
        using var scan = new ChunkScan(source, length, limits.MaxDegreeOfParallelism);
        await scan.RunAsync(start, AcceptAsync, progress, cancellationToken).ConfigureAwait(false);
        CutOffset ??= _token?.Offset;
    }

    /// <summary>Walks the same way for a target that takes no blocks, and reads of them only those behind which the chain may break.</summary>
    /// <param name="start">Position of the first chunk.</param>
    /// <param name="progress">Told how far the walk is.</param>
    /// <param name="cancellationToken">Cancels the walk.</param>
    public async Task SkimAsync(long start, IProgress<VerificationProgress>? progress, CancellationToken cancellationToken)
    {
        _cancellationToken = cancellationToken;
        using var skim = new ChunkSkim(source, length);
        await skim.RunAsync(start, IsPassedAsync, AcceptAsync, progress, cancellationToken).ConfigureAwait(false);
        CutOffset ??= _token?.Offset;

        // Sound or damaged, from a block that a chunk follows the walk goes on there.
        async ValueTask<bool> IsPassedAsync(ChunkInfo chunk)
        {
            if (_token is not { } token || chunk.Tag != ChunkTag.Core || chunk.Length != token.Record.Length || length - chunk.EndOffset < ChunkHeader.Size
                || !await _search.IsFollowedAsync(await skim.HeaderAsync(chunk.EndOffset, _cancellationToken).ConfigureAwait(false), _cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            _token = null;
            return true;
        }
    }

    private async ValueTask<long> AcceptAsync(ScannedChunk chunk)
    {
        var info = chunk.Info;
        var isSound = !chunk.IsCut && chunk.IsCrcValid && info.Tag.IsValid && !FormatTags.IsNearMiss(info.Tag);
        if (!isSound || (_token is { } announcing && (info.Tag != ChunkTag.Core || info.Length != announcing.Record.Length)))
        {
            return await ResumeAsync(chunk).ConfigureAwait(false);
        }

        if (_token is { } token)
        {
            _token = null;
            await target.TakeBlockAsync(token.Record, token.Offset, chunk, _cancellationToken).ConfigureAwait(false);
        }
        else if (info.Tag == ChunkTag.Tokn && info.Length == TokenRecord.Size)
        {
            _token = (TokenRecord.Read(chunk.Payload.Span), info.Offset);
        }
        else if (info.Tag == ChunkTag.Indx)
        {
            target.TakePage(chunk);
        }
        else if (info.Tag == ChunkTag.Seal || !FormatTags.IsKnown(info.Tag))
        {
            await target.TakeOtherAsync(chunk, _cancellationToken).ConfigureAwait(false);
        }
        else if (info.Tag != ChunkTag.Seek && info.Tag != ChunkTag.Root && info.Tag != ChunkTag.Sign && info.Tag != ChunkTag.Tail)
        {
            target.Skip(info.Offset, info.EndOffset);
        }

        return info.EndOffset;
    }

    private async ValueTask<long> ResumeAsync(ScannedChunk chunk)
    {
        var at = chunk.Info.Offset;
        if (_token is { } token)
        {
            _token = null;
            var next = at + ChunkHeader.Size + token.Record.Length;
            if (await _search.IsFollowedAsync(next, _cancellationToken).ConfigureAwait(false))
            {
                await target.TakeLostAsync(token.Record, token.Offset, _cancellationToken).ConfigureAwait(false);
                return next;
            }
        }

        if (chunk.Info.Tag == ChunkTag.Seal && !chunk.IsCut)
        {
            await target.TakeDamagedSealAsync(_cancellationToken).ConfigureAwait(false);
        }

        var found = await _search.FindAsync(at + 1, _cancellationToken).ConfigureAwait(false);
        if (found < 0)
        {
            CutOffset = at;
            return -1;
        }

        target.Skip(at, found);
        return found;
    }
}
