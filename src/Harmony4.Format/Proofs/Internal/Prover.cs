using System.Globalization;

namespace Harmony4.Format.Internal;

/// <summary>Makes the proofs of an opened container. Each loads the pages that hold the blocks it names, and no others.</summary>
internal static class Prover
{
    public static async ValueTask<byte[]> ProveBlockAsync(PagedIndex index, int position, long ordinal, CancellationToken cancellationToken)
    {
        var page = await index.LoadAsync(position, index.PageOf(ordinal), cancellationToken).ConfigureAwait(false);
        var writer = new ProofWriter();
        writer.WriteStart(ProofKind.Block, position);
        writer.WriteTrack(index.Root, position);
        writer.WriteBlock(index.Root, index.Root.Tracks[position], page, (int)(ordinal - page.FirstOrdinal));
        return writer.ToArray();
    }

    public static async ValueTask<BlockInclusion> IncludeAsync(PagedIndex index, int position, long ordinal, CancellationToken cancellationToken)
    {
        var page = await index.LoadAsync(position, index.PageOf(ordinal), cancellationToken).ConfigureAwait(false);
        var writer = new ProofWriter();
        writer.WriteBlock(index.Root, index.Root.Tracks[position], page, (int)(ordinal - page.FirstOrdinal));
        var block = writer.ToArray().AsMemory(sizeof(uint));
        return new BlockInclusion
        {
            Ordinal = ordinal,
            BlockCount = index.Root.Tracks[position].Record.BlockCount,
            Entry = block[..IndexEntry.Size],
            Path = block[IndexEntry.Size..],
        };
    }

    public static async ValueTask<byte[]> ProveKeyframeAsync(PagedIndex index, int position, ulong pts, CancellationToken cancellationToken)
    {
        var key = await index.FindKeyAsync(position, pts, cancellationToken).ConfigureAwait(false);
        var next = await index.FindNextKeyAsync(position, pts, cancellationToken).ConfigureAwait(false);
        var writer = new ProofWriter();
        writer.WriteStart(ProofKind.Keyframe, position);
        writer.WriteTrack(index.Root, position);
        writer.WriteTime(pts);
        WriteKey(writer, index.Root, position, key);
        WriteKey(writer, index.Root, position, next);
        var proof = writer.ToArray();

        // A page is judged by itself and by ROOT; that a link leads to the last keyframe of an earlier page shows only here.
        var reader = new ProofReader(proof);
        if (!FactCheck.TryRead(ref reader, index.Root.Identity, out _))
        {
            var page = (next ?? key)?.Page;
            var offset = page is null ? index.RootOffset : index.Root.PageChunk(index.Root.Tracks[position], index.PageOf(page.FirstOrdinal)).Offset;
            Throw.Bad(H4mkErrorCode.Page, offset, page is null ? ChunkTag.Root : ChunkTag.Indx, reader.Fault);
        }

        return proof;
    }

    /// <exception cref="ArgumentException">The later container does not extend the older one.</exception>
    public static async ValueTask<byte[]> ProveExtensionAsync(RootTables old, PagedIndex later, CancellationToken cancellationToken)
    {
        var grown = later.Root;
        CheckTracks(old, grown);
        var writer = new ProofWriter();
        writer.WriteStart(ProofKind.Extension, old.Tracks.Length);
        writer.WriteBytes(old.HeaderBytes);
        writer.WriteBytes(grown.HeaderBytes);
        writer.WriteBytes(old.TrackBytes);
        writer.WriteBytes(grown.TrackBytes);
        for (var i = 0; i < old.Tracks.Length; i++)
        {
            var count = old.Tracks[i].Record.BlockCount;
            if (count > 0 && count < grown.Tracks[i].Record.BlockCount)
            {
                var page = await later.LoadAsync(i, later.PageOf(count - 1L), cancellationToken).ConfigureAwait(false);
                writer.WriteConsistency(grown, grown.Tracks[i], count, page);
            }
        }

        var proof = writer.ToArray();
        var reader = new ProofReader(proof);
        if (!ExtensionCheck.TryRead(ref reader, old.Identity, grown.Identity, out _))
        {
            throw new ArgumentException($"the later container does not begin with the blocks of this one: {reader.Fault}", nameof(later));
        }

        return proof;
    }

    private static void WriteKey(ProofWriter writer, RootTables root, int position, (IndexPage Page, int Index)? key)
    {
        if (key is var (page, index))
        {
            writer.WriteBlock(root, root.Tracks[position], page, index);
        }
        else
        {
            writer.WriteNone();
        }
    }

    private static void CheckTracks(RootTables old, RootTables later)
    {
        if (old.Header.PageLog2 != later.Header.PageLog2 || old.Tracks.Length != later.Tracks.Length)
        {
            throw new ArgumentException(
                Text($"expected a later container with {old.Tracks.Length} tracks and page log2 {old.Header.PageLog2}, found {later.Tracks.Length} tracks and page log2 {later.Header.PageLog2}"),
                nameof(later));
        }

        for (var i = 0; i < old.Tracks.Length; i++)
        {
            var (before, after) = (old.Tracks[i].Record, later.Tracks[i].Record);
            if (before.Id != after.Id || before.BlockCount > after.BlockCount)
            {
                throw new ArgumentException(
                    Text($"expected a later container with track {before.Id} of at least {before.BlockCount} blocks, found track {after.Id} of {after.BlockCount}"),
                    nameof(later));
            }
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
