namespace Harmony4.Format.Internal;

/// <summary>
/// The blocks of a 1.0 part, whose times and flags stand in pages that come only after it, and the blocks behind them that share a page with the last
/// of them. 48 bytes for each block.
/// </summary>
internal sealed class EarlyBlocks
{
    private readonly List<(uint Length, long Offset, Sha256Digest Digest)> _blocks = [];
    private readonly List<(IndexEntry Entry, long Offset)> _waiting = [];
    private int _placed;

    public int Count => _blocks.Count;

    /// <summary>Blocks that no page has come for.</summary>
    public int Left => _blocks.Count - _placed;

    /// <summary>Blocks on the open page: those of the 1.0 part that are left, and those behind them.</summary>
    public int OpenCount => Left + _waiting.Count;

    public void Add(uint length, long offset, in Sha256Digest digest) => _blocks.Add((length, offset, digest));

    /// <summary>Takes a block behind the 1.0 part, whose page begins with blocks of that part.</summary>
    public void AddWaiting(in IndexEntry entry, long offset) => _waiting.Add((entry, offset));

    /// <summary>Gives the blocks of a page to the index: times and flags as the page says, lengths, digests and places as they were found.</summary>
    /// <returns>What is wrong with a block; null when nothing is.</returns>
    public string? PlacePage(ReadOnlySpan<byte> entries, RecordedIndex index)
    {
        var track = index.Tracks[0];
        var early = Math.Min(Left, entries.Length / IndexEntry.Size);
        for (var i = 0; i < early; i++)
        {
            var claimed = IndexEntry.Read(entries[(i * IndexEntry.Size)..]);
            var (length, offset, digest) = _blocks[_placed++];
            if (Place(track, index, claimed with { Length = length, Digest = digest }, offset) is { } fault)
            {
                return fault;
            }
        }

        foreach (var (entry, offset) in _waiting)
        {
            if (Place(track, index, entry, offset) is { } fault)
            {
                return fault;
            }
        }

        _waiting.Clear();
        return null;
    }

    private static string? Place(RecordedTrack track, RecordedIndex index, in IndexEntry entry, long offset)
    {
        if (track.FaultOf(entry.Pts, entry.Duration, entry.Flags, entry.Length) is { } fault)
        {
            return fault.Message;
        }

        index.AddBlock(0, entry, offset);
        return null;
    }
}
