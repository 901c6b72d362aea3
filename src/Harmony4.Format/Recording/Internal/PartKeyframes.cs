using System.Buffers.Binary;

namespace Harmony4.Format.Internal;

/// <summary>The keyframes of a 1.0 file: which block each entry of its SEEK means.</summary>
internal static class PartKeyframes
{
    /// <summary>Finds the block of each entry. Entries of one offset mean the last blocks that start there.</summary>
    /// <param name="container">A 1.0 container.</param>
    /// <param name="seek">The payload of its SEEK, whose length fits its count.</param>
    /// <param name="chunk">Where SEEK stands.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>Ordinals and times, both ascending.</returns>
    /// <exception cref="H4mkFormatException">SEEK could not be written again from what is found: its times do not increase, its offsets decrease, or one is not the start of a block.</exception>
    public static async ValueTask<List<(long Ordinal, ulong Pts)>> FindAsync(H4mkContainer container, ReadOnlyMemory<byte> seek, ChunkInfo chunk, CancellationToken cancellationToken)
    {
        var count = (seek.Length - SeekRecord.CountSize) / SeekRecord.Size;
        var keys = new List<(long, ulong)>(count);
        var track = container.GetTrack();
        long next = 0;
        for (var i = 0; i < count;)
        {
            var first = EntryAt(seek.Span, i);
            var same = 1;
            for (; i + same < count && EntryAt(seek.Span, i + same).Offset == first.Offset; same++)
            {
            }

            for (var k = i; k < i + same; k++)
            {
                CheckOrder(seek.Span, k, chunk);
            }

            // The blocks that start at the offset stand one behind the other, all without bytes but the last.
            while (next < track.BlockCount && (await container.GetBlockAsync(track.Id, next, cancellationToken).ConfigureAwait(false)).StreamOffset < (long)first.Offset)
            {
                next++;
            }

            var start = next;
            while (next < track.BlockCount && (await container.GetBlockAsync(track.Id, next, cancellationToken).ConfigureAwait(false)).StreamOffset == (long)first.Offset)
            {
                next++;
            }

            if (next - start < same)
            {
                Throw.Bad(H4mkErrorCode.SeekOrder, chunk.Offset, chunk.Tag, $"expected {same} blocks that start at offset {first.Offset}, as SEEK says, found {next - start}: such a file cannot be upgraded, only exported anew");
            }

            for (var k = 0; k < same; k++)
            {
                keys.Add((next - same + k, EntryAt(seek.Span, i + k).Pts));
            }

            i += same;
        }

        return keys;
    }

    private static void CheckOrder(ReadOnlySpan<byte> seek, int entry, in ChunkInfo chunk)
    {
        var (pts, offset) = EntryAt(seek, entry);
        if (pts > long.MaxValue)
        {
            Throw.Bad(H4mkErrorCode.SeekOrder, chunk.Offset, chunk.Tag, $"expected times of at most 2^63 - 1 us, found {pts}: such a file cannot be upgraded, only exported anew");
        }

        if (entry > 0 && EntryAt(seek, entry - 1) is var previous && (pts <= previous.Pts || offset < previous.Offset))
        {
            Throw.Bad(H4mkErrorCode.SeekOrder, chunk.Offset, chunk.Tag, $"expected times that increase and offsets that do not fall, found {pts} us at {offset} after {previous.Pts} us at {previous.Offset}: such a file cannot be upgraded, only exported anew");
        }
    }

    private static (ulong Pts, ulong Offset) EntryAt(ReadOnlySpan<byte> seek, int entry)
    {
        var at = seek[(SeekRecord.CountSize + (SeekRecord.Size * entry))..];
        return (BinaryPrimitives.ReadUInt64BigEndian(at), BinaryPrimitives.ReadUInt64BigEndian(at[sizeof(ulong)..]));
    }
}
