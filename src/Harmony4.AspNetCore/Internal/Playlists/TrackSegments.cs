using System.Runtime.CompilerServices;
using Harmony4.Format;

namespace Harmony4.AspNetCore.Internal;

/// <summary>Reads the segments of a track from the index, a page at a time, and nothing of its blocks.</summary>
internal static class TrackSegments
{
    public static async IAsyncEnumerable<MediaSegment> ReadAsync(H4mkContainer container, H4mkTrack track, TrackForm form, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var cutter = new SegmentCutter(form);
        var blocks = container.Version == H4mkVersion.V10 ? ReadKeyframesAsync(container, track, cancellationToken) : ReadBlocksAsync(container, track, cancellationToken);
        await foreach (var block in blocks)
        {
            if (cutter.Add(block) is { } segment)
            {
                yield return segment;
            }
        }

        // What no key block ends yet may still become longer.
        if (!container.IsGrowing && cutter.Complete() is { } last)
        {
            yield return last;
        }
    }

    private static async IAsyncEnumerable<PlaylistBlock> ReadBlocksAsync(H4mkContainer container, H4mkTrack track, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (long ordinal = 0; ordinal < track.BlockCount; ordinal++)
        {
            // Of a page that is at hand, blocks come without anything that looks at the token.
            cancellationToken.ThrowIfCancellationRequested();
            var block = await container.GetBlockAsync(track.Id, ordinal, cancellationToken);
            yield return new PlaylistBlock(block.StreamOffset, block.Length, block.Pts.GetValueOrDefault(), block.Duration, block.IsKey, (block.Flags & BlockFlags.Discontinuity) != 0);
        }
    }

    /// <summary>Version 1.0 knows the times of keyframes alone. An entry of its seek table that is not behind the one before it, in time and in the stream, begins nothing.</summary>
    private static async IAsyncEnumerable<PlaylistBlock> ReadKeyframesAsync(H4mkContainer container, H4mkTrack track, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var table = await container.GetSeekTableAsync(cancellationToken);
        var pending = new PlaylistBlock(0, 0, 0, 0, IsKey: false);
        for (var i = 0; i < table.Count; i++)
        {
            var entry = table[i];
            if (entry.Offset >= (ulong)track.ByteLength || (pending.IsKey && (entry.Pts <= pending.Pts || (long)entry.Offset <= pending.Offset)))
            {
                continue;
            }

            yield return pending with { Length = (long)entry.Offset - pending.Offset };
            pending = new PlaylistBlock((long)entry.Offset, 0, entry.Pts, 0, IsKey: true);
        }

        yield return pending with { Length = track.ByteLength - pending.Offset };
    }
}
