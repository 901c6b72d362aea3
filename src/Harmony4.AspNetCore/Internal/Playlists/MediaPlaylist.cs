using Harmony4.Format;

namespace Harmony4.AspNetCore.Internal;

/// <summary>Writes the playlist of one track: byte ranges of its stream (RFC 8216 section 4.3.3).</summary>
internal static class MediaPlaylist
{
    // The least versions in which byte ranges, and maps of segments, are known (section 7).
    private const int VersionOfRanges = 4;
    private const int VersionOfMaps = 6;

    // It must not change while segments are added (section 6.2.1), and how long those to come will be nobody knows.
    private const ulong TargetSecondsOfGrowing = 10;

    public static async Task WriteAsync(PlaylistText text, H4mkContainer container, H4mkTrack track, TrackForm form, PlaylistFacts facts, string address, CancellationToken cancellationToken)
    {
        text.Line("#EXTM3U"u8);
        text.Line($"#EXT-X-VERSION:{(facts.HasMap ? VersionOfMaps : VersionOfRanges)}");
        text.Line($"#EXT-X-TARGETDURATION:{(container.IsGrowing ? Math.Max(facts.TargetSeconds, TargetSecondsOfGrowing) : facts.TargetSeconds)}");
        text.Line("#EXT-X-MEDIA-SEQUENCE:0"u8);
        text.Line(container.IsGrowing ? "#EXT-X-PLAYLIST-TYPE:EVENT"u8 : "#EXT-X-PLAYLIST-TYPE:VOD"u8);
        if (facts.AllBeginWithKey && form.IsIndependent)
        {
            text.Line("#EXT-X-INDEPENDENT-SEGMENTS"u8);
        }

        (long Offset, long Length) map = default;
        await foreach (var segment in TrackSegments.ReadAsync(container, track, form, cancellationToken))
        {
            if (segment.IsDiscontinuity)
            {
                text.Line("#EXT-X-DISCONTINUITY"u8);
            }

            if (segment.MapLength > 0 && map != (segment.MapOffset, segment.MapLength))
            {
                map = (segment.MapOffset, segment.MapLength);
                text.Line($"#EXT-X-MAP:URI=\"{address}\",BYTERANGE=\"{map.Length}@{map.Offset}\"");
            }

            text.Entry(segment, address);
            if (!await text.FlushWhenFullAsync(cancellationToken))
            {
                return;
            }
        }

        if (!container.IsGrowing)
        {
            text.Line("#EXT-X-ENDLIST"u8);
        }
    }
}
