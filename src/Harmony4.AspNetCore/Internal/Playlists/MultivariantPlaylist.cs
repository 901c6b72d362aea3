using Harmony4.Format;

namespace Harmony4.AspNetCore.Internal;

/// <summary>
/// Writes the playlist of several tracks (RFC 8216 section 4.3.4): a variant for each that has pictures, and sound beside them as renditions. Nothing here decodes a payload, so
/// codecs are not told.
/// </summary>
internal static class MultivariantPlaylist
{
    private const int Version = 4;
    private const string Group = "audio";
    private const string GroupWithOwn = "audio-of-video";
    private const int LongestLanguage = 63;

    /// <summary>A track that is listed.</summary>
    /// <param name="Info">What the producer says of it.</param>
    /// <param name="Form">What the export knew of it.</param>
    /// <param name="Facts">What its segments come to.</param>
    internal sealed record Entry(H4mkTrackInfo Info, TrackForm Form, PlaylistFacts Facts);

    public static void Write(PlaylistText text, IReadOnlyList<Entry> entries, Func<int, string> address)
    {
        text.Line("#EXTM3U"u8);
        text.Line($"#EXT-X-VERSION:{Version}");
        var videos = entries.Where(e => e.Info.Kind == TrackKind.Video).ToList();
        var sounds = entries.Where(e => e.Info.Kind == TrackKind.Audio).ToList();
        if (videos.Count == 0)
        {
            // A variant is needed for the renditions to be of.
            WriteRenditions(text, Group, null, sounds, address);
            WriteVariant(text, sounds[0], sounds, Group, address);
            return;
        }

        if (sounds.Count > 0 && videos.Any(v => !v.Form.HoldsOthers))
        {
            WriteRenditions(text, Group, null, sounds, address);
        }

        if (sounds.Count > 0 && videos.FirstOrDefault(v => v.Form.HoldsOthers) is { } muxed)
        {
            WriteRenditions(text, GroupWithOwn, muxed, sounds, address);
        }

        foreach (var video in videos)
        {
            WriteVariant(text, video, sounds, sounds.Count == 0 ? null : video.Form.HoldsOthers ? GroupWithOwn : Group, address);
        }
    }

    /// <summary>Writes a group: the sound inside of the pictures' own media, if there may be some, and then the tracks of sound.</summary>
    private static void WriteRenditions(PlaylistText text, string group, Entry? muxed, List<Entry> sounds, Func<int, string> address)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var languages = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        if (muxed is not null)
        {
            WriteRendition(text, group, muxed.Info, names, languages, null);
        }

        foreach (var sound in sounds)
        {
            WriteRendition(text, group, sound.Info, names, languages, address(sound.Info.Id));
        }
    }

    private static void WriteRendition(PlaylistText text, string group, H4mkTrackInfo info, HashSet<string> names, HashSet<string> languages, string? address)
    {
        // Names have to differ within a group.
        var name = PlaylistText.Quoted(info.Label ?? info.Language ?? FormattableString.Invariant($"track {info.Id}"));
        while (!names.Add(name))
        {
            name = FormattableString.Invariant($"{name[..^1]} ({info.Id})\"");
        }

        // The first is what plays when nobody chooses; a player may choose another by the language of its user.
        var isFirst = names.Count == 1;
        var language = IsLanguage(info.Language) ? info.Language : null;
        var isChoice = (language is not null && languages.Add(language)) || isFirst;
        text.Line(
            $"#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"{group}\",NAME={name}{(language is null ? "" : $",LANGUAGE=\"{language}\"")},DEFAULT={YesOrNo(isFirst)},AUTOSELECT={YesOrNo(isChoice)}{(address is null ? "" : $",URI=\"{address}\"")}");
    }

    private static void WriteVariant(PlaylistText text, Entry entry, List<Entry> sounds, string? group, Func<int, string> address)
    {
        // Players take the stream and one rendition.
        var others = sounds.Where(s => s != entry).ToList();
        var peak = (UInt128)entry.Facts.PeakRate + (others.Count == 0 ? 0 : others.Max(s => s.Facts.PeakRate));
        var average = (UInt128)entry.Facts.AverageRate + (others.Count == 0 ? 0 : others.Max(s => s.Facts.AverageRate));
        text.Line($"#EXT-X-STREAM-INF:BANDWIDTH={peak},AVERAGE-BANDWIDTH={average}{(group is null ? "" : $",AUDIO=\"{group}\"")}");
        text.Line($"{address(entry.Info.Id)}");
    }

    /// <summary>Whether a text may be a language tag: subtags between hyphens.</summary>
    private static bool IsLanguage(string? text) =>
        text is { Length: > 0 and <= LongestLanguage } && char.IsAsciiLetter(text[0]) && text.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-');

    private static string YesOrNo(bool value) => value ? "YES" : "NO";
}
