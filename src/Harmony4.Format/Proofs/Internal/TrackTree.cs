using Harmony4.Hashing;

namespace Harmony4.Format.Internal;

/// <summary>Computes nodes of a track's Merkle tree from ROOT's page roots and the entries of one page: no other page is read.</summary>
internal readonly struct TrackTree(RootTables root, TrackPages track)
{
    private const int HashSize = Sha256Digest.SizeInBytes;
    private const int Batch = 128;

    /// <summary>Writes the root of a run of blocks that is inside a page or made of whole pages, as every node of a proof from that page is.</summary>
    public void WriteNode(MerkleSubtree node, IndexPage page, Span<byte> hash)
    {
        var start = node.Start - page.FirstOrdinal;
        if (start >= 0 && start + node.Count <= page.Count)
        {
            IndexPage.WriteRoot(page.Entries.Slice((int)start * IndexEntry.Size, (int)node.Count * IndexEntry.Size), hash);
            return;
        }

        var pageLog2 = root.Header.PageLog2;
        var first = (int)(node.Start >> pageLog2);
        var end = (int)((node.Start + node.Count + (1L << pageLog2) - 1) >> pageLog2);
        WriteRootOfPages(first, end, hash);
    }

    private void WriteRootOfPages(int first, int end, Span<byte> hash)
    {
        var tree = new MerkleTreeBuilder();
        Span<byte> roots = stackalloc byte[Batch * HashSize];
        while (first < end)
        {
            var count = Math.Min(Batch, end - first);
            for (var i = 0; i < count; i++)
            {
                PageRecord.RootOf(root.Page(track.FirstPage + first + i)).CopyTo(roots[(i * HashSize)..]);
            }

            tree.AppendLeafHashes(roots[..(count * HashSize)]);
            first += count;
        }

        tree.WriteRoot(hash);
    }
}
