namespace Harmony4.Format.Internal;

/// <summary>The intact pages of a damaged recording: where each stands, and of each track the one asked for last. They tell of blocks that were lost.</summary>
internal sealed class RecoveredPages(H4mkSource source, TrackList tracks, H4mkContainerOptions limits) : IRecoveryTarget
{
    private readonly ChunkReader _chunks = new(source, limits);
    private readonly Dictionary<(int Track, long Page), ChunkInfo> _pages = [];
    private readonly Dictionary<int, (long Page, byte[] Payload)> _loaded = [];
    private readonly HashSet<int> _ids = [.. tracks.Tracks.Select(t => t.Id)];

    public ValueTask TakeBlockAsync(TokenRecord token, long tokenOffset, ScannedChunk core, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask TakeLostAsync(TokenRecord token, long tokenOffset, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask TakeOtherAsync(ScannedChunk chunk, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask TakeDamagedSealAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public void Skip(long from, long to)
    {
    }

    public void TakePage(in ScannedChunk page)
    {
        var count = ((long)page.Info.Length - PageHeader.Size) / PageHeader.BytesPerBlock;
        if (count < 1 || count > 1L << tracks.PageLog2 || PageHeader.PayloadLength((int)count) != page.Info.Length)
        {
            return;
        }

        var header = PageHeader.Read(page.Payload.Span);
        if (_ids.Contains(header.Track) && header.FirstOrdinal % (1L << tracks.PageLog2) == 0)
        {
            _pages[(header.Track, header.FirstOrdinal >> tracks.PageLog2)] = page.Info;
        }
    }

    /// <summary>What an intact page says of a block.</summary>
    public ValueTask<IndexEntry?> FindAsync(int track, long ordinal, CancellationToken cancellationToken)
    {
        var page = ordinal >> tracks.PageLog2;
        return _loaded.TryGetValue(track, out var loaded) && loaded.Page == page ? new ValueTask<IndexEntry?>(EntryOf(loaded.Payload, ordinal))
            : _pages.TryGetValue((track, page), out var chunk) ? LoadAsync(track, page, ordinal, chunk, cancellationToken)
            : default;
    }

    private async ValueTask<IndexEntry?> LoadAsync(int track, long page, long ordinal, ChunkInfo chunk, CancellationToken cancellationToken)
    {
        var payload = await _chunks.ReadWholeAsync(chunk, chunk.Length, cancellationToken).ConfigureAwait(false);
        _loaded[track] = (page, payload);
        return EntryOf(payload, ordinal);
    }

    private IndexEntry? EntryOf(byte[] payload, long ordinal)
    {
        var index = (int)(ordinal & ((1L << tracks.PageLog2) - 1));
        var count = (payload.Length - PageHeader.Size) / PageHeader.BytesPerBlock;
        return index < count ? IndexEntry.Read(payload.AsSpan(PageHeader.Size + (IndexEntry.Size * index))) : null;
    }
}
