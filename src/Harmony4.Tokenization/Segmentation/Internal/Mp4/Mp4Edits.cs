using System.Buffers.Binary;

namespace Harmony4.Tokenization.Internal;

/// <summary>Reads an edit list (ISO/IEC 14496-12, 8.6.6).</summary>
internal static class Mp4Edits
{
    /// <param name="table">Where the list is kept.</param>
    /// <param name="timescale">The track's ticks per second.</param>
    /// <param name="movieTimescale">The ticks per second that durations count; 0 where the movie header does not say it: durations are then not known.</param>
    public static IReadOnlyList<MediaEdit> Read(Mp4SampleTables table, uint timescale, uint movieTimescale)
    {
        var list = table.Get(Mp4Box.Elst).Span;
        var isWide = table.GetVersion(Mp4Box.Elst) == 1;
        var length = isWide ? 20 : 12;
        if (list.Length < 4)
        {
            return [];
        }

        var edits = new MediaEdit[Math.Min(BinaryPrimitives.ReadUInt32BigEndian(list), (uint)((list.Length - 4) / length))];
        list = list[4..];
        for (var i = 0; i < edits.Length; i++, list = list[length..])
        {
            var duration = isWide ? BinaryPrimitives.ReadUInt64BigEndian(list) : BinaryPrimitives.ReadUInt32BigEndian(list);
            var time = isWide ? BinaryPrimitives.ReadInt64BigEndian(list[8..]) : BinaryPrimitives.ReadInt32BigEndian(list[4..]);

            // Writers of fragments do not know how long the track will be, and write 0.
            var ticks = movieTimescale == 0 || duration == 0 ? null : MediaClock.ToTicks(((((Int128)duration * timescale * 2) + movieTimescale) / ((Int128)movieTimescale * 2)));
            edits[i] = new MediaEdit(time < 0 ? null : time, ticks);
        }

        return edits;
    }
}
