namespace Harmony4.Format.Internal;

/// <summary>A closed 1.1 file, cut where further blocks can follow: at its first page that is not full, else at SEEK, in an upgraded file at ROOT.</summary>
/// <param name="Index">What the file holds before the cut.</param>
/// <param name="CutOffset">Bytes that stay.</param>
internal sealed record ResumedContainer(RecordedIndex Index, long CutOffset)
{
    /// <summary>Reads TRAK, SEEK, and of each track the last page and that of its last keyframe: nothing that grows with the file.</summary>
    /// <param name="index">The file's index.</param>
    /// <param name="chunks">Reads its chunks.</param>
    /// <param name="options">Limits.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <exception cref="H4mkFormatException">What is needed of the file is damaged, or a chunk stands behind the cut that is to stay.</exception>
    public static async ValueTask<ResumedContainer> ReadAsync(PagedIndex index, ChunkReader chunks, H4mkContainerOptions options, CancellationToken cancellationToken)
    {
        var end = index.End;
        var root = end.Root;
        var trak = end.Trak;
        var list = TrackList.Parse(await chunks.ReadWholeAsync(trak, options.MaxJsonLength, cancellationToken, index.DigestOf(trak)).ConfigureAwait(false), options.MaxJsonDepth, trak);
        var seek = end.IsUpgraded ? null : await ReadSeekAsync(end, chunks, cancellationToken).ConfigureAwait(false);
        var resumed = new RecordedIndex(list.MatchTo(root, trak), root, seek);
        var cut = end.IsUpgraded ? end.RootOffset : end.LastListedEnd;
        for (var i = 0; i < root.Tracks.Length; i++)
        {
            var track = root.Tracks[i];
            var hasOpenPage = track.Record.BlockCount % (1L << root.Header.PageLog2) != 0;
            var open = hasOpenPage ? await index.LoadAsync(i, track.PageCount - 1, cancellationToken).ConfigureAwait(false) : null;
            var lastKeyPts = 0UL;
            if (track.Record.KeyCount > 0)
            {
                var page = await index.LoadAsync(i, index.PageOf(track.Record.LastKey), cancellationToken).ConfigureAwait(false);
                lastKeyPts = page.Entry((int)(track.Record.LastKey - page.FirstOrdinal)).Pts;
            }

            resumed.Tracks[i].Resume(root, track, lastKeyPts, open);
            cut = hasOpenPage ? Math.Min(cut, root.PageChunk(track, track.PageCount - 1).Offset) : cut;
        }

        CheckCut(root, resumed, cut);
        return new ResumedContainer(resumed, cut);
    }

    private static async ValueTask<byte[]> ReadSeekAsync(ContainerEnd end, ChunkReader chunks, CancellationToken cancellationToken)
    {
        var expected = SeekRecord.CountSize + (SeekRecord.Size * SeekStride.CountOf(end.Root.Tracks[0].Record.KeyCount));
        if (end.Find(ChunkTag.Seek) is not { } seek || seek.Length != expected)
        {
            Throw.Bad(H4mkErrorCode.Order, end.LastListedEnd, ChunkTag.Seek, $"expected SEEK of {expected} bytes between the last page and ROOT, found {end.RootOffset - end.LastListedEnd} bytes");
            return [];
        }

        return await chunks.ReadWholeAsync(seek, expected, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What stays must stand before the cut. A writer puts nothing else there; a file that was made to lie may.</summary>
    private static void CheckCut(RootTables root, RecordedIndex resumed, long cut)
    {
        for (var i = 0; i < root.AuxCount; i++)
        {
            CheckBefore(root.AuxChunk(i), cut);
        }

        for (var i = 0; i < root.Tracks.Length; i++)
        {
            var track = root.Tracks[i];
            if (resumed.Tracks[i].PageCount is > 0 and var pages)
            {
                CheckBefore(root.PageChunk(track, pages - 1), cut);
            }
        }
    }

    private static void CheckBefore(in ChunkInfo chunk, long cut)
    {
        if (chunk.EndOffset > cut)
        {
            Throw.Bad(H4mkErrorCode.Order, chunk.Offset, chunk.Tag, $"expected it before the first page that is not full, at {cut}, found its end at {chunk.EndOffset}");
        }
    }
}
