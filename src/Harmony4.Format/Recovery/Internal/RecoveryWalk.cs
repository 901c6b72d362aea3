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

    /// <param name="start">Position of the first chunk.</param>
    /// <param name="hashes">Whether the target needs digests.</param>
    /// <param name="limits">How many threads hash.</param>
    /// <param name="progress">Told how far the walk is.</param>
    /// <param name="cancellationToken">Cancels the walk.</param>
    public async Task RunAsync(long start, bool hashes, H4mkContainerOptions limits, IProgress<VerificationProgress>? progress, CancellationToken cancellationToken)
    {
        _cancellationToken = cancellationToken;
        using var scan = new ChunkScan(source, length, limits.MaxDegreeOfParallelism, hashes);
        await scan.RunAsync(start, AcceptAsync, progress, cancellationToken).ConfigureAwait(false);
        CutOffset ??= _token?.Offset;
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
