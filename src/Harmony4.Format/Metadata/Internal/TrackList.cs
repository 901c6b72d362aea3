using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Harmony4.Format.Internal;

/// <summary>The payload of TRAK: <c>{"page_log2":h,"tracks":[{"id":0,"kind":"video"},…]}</c>.</summary>
internal sealed record TrackList(int PageLog2, IReadOnlyList<H4mkTrackInfo> Tracks)
{
    private static readonly string[] KindNames = ["video", "audio", "data"];

    public static string NameOf(TrackKind kind) => KindNames[(int)kind];

    /// <summary>Reads and judges a payload.</summary>
    /// <exception cref="H4mkFormatException">It is not a list of tracks.</exception>
    public static TrackList Parse(ReadOnlyMemory<byte> payload, int maxDepth, in ChunkInfo chunk)
    {
        if (!TryParse(payload, maxDepth, out var list, out var fault))
        {
            Throw.Bad(H4mkErrorCode.Track, chunk.Offset, ChunkTag.Trak, fault);
        }

        return list;
    }

    /// <summary>Reads and judges a payload.</summary>
    public static bool TryParse(
        ReadOnlyMemory<byte> payload,
        int maxDepth,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out TrackList? list,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out string? fault)
    {
        list = null;
        if (JsonObject.JudgeStrict(payload.Span, maxDepth) is not JsonVerdict.Sound and var verdict)
        {
            fault = verdict == JsonVerdict.TooDeep
                ? string.Create(CultureInfo.InvariantCulture, $"expected at most {maxDepth} levels (a limit of the options), found more")
                : "expected a JSON object without duplicate members, found other bytes";
            return false;
        }

        using var document = JsonDocument.Parse(payload, new JsonDocumentOptions { MaxDepth = Math.Max(1, maxDepth) });
        var root = document.RootElement;
        if (!TryGetInteger(root, "page_log2", 1, RootCheck.MaxPageLog2, out var pageLog2))
        {
            fault = $"expected a page_log2 of 1 to {RootCheck.MaxPageLog2}";
            return false;
        }

        if (!root.TryGetProperty("tracks", out var entries) || entries.ValueKind != JsonValueKind.Array)
        {
            fault = "expected an array \"tracks\"";
            return false;
        }

        var count = entries.GetArrayLength();
        if (!AreCountsInRange(count, pageLog2))
        {
            fault = string.Create(CultureInfo.InvariantCulture, $"expected 1 to {RootCheck.MaxTrackCount} tracks, and at most 2^{RootCheck.MaxTracksLog2} blocks in a page of each, found {count} with a page_log2 of {pageLog2}");
            return false;
        }

        var tracks = new List<H4mkTrackInfo>(count);
        foreach (var entry in entries.EnumerateArray())
        {
            if (ParseTrack(entry) is not { } track || (tracks.Count > 0 && track.Id <= tracks[^1].Id))
            {
                fault = string.Create(CultureInfo.InvariantCulture, $"expected ascending ids of 0 to 65535 and kinds video, audio or data, found otherwise in track {tracks.Count}");
                return false;
            }

            tracks.Add(track);
        }

        list = new TrackList(pageLog2, tracks);
        fault = null;
        return true;
    }

    public static bool AreCountsInRange(int tracks, int pageLog2) =>
        pageLog2 is >= 1 and <= RootCheck.MaxPageLog2 && tracks is >= 1 and <= RootCheck.MaxTrackCount && (long)tracks << pageLog2 <= 1L << RootCheck.MaxTracksLog2;

    /// <summary>Holds the tracks against those of ROOT.</summary>
    /// <exception cref="H4mkFormatException">They are others.</exception>
    public TrackList MatchTo(RootTables root, in ChunkInfo chunk)
    {
        if (!Matches(root))
        {
            Throw.Bad(H4mkErrorCode.Track, chunk.Offset, ChunkTag.Trak, "expected the page size and track ids of ROOT, found others");
        }

        return this;
    }

    public bool Matches(RootTables root) =>
        PageLog2 == root.Header.PageLog2 && Tracks.Select(t => t.Id).SequenceEqual(root.Tracks.Select(t => (int)t.Record.Id));

    /// <summary>Writes the payload in canonical form.</summary>
    /// <exception cref="ArgumentException">A value has no canonical form, or a member has a name that the format gives.</exception>
    public byte[] Write()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{{\"page_log2\":{PageLog2},\"tracks\":[");
        for (var i = 0; i < Tracks.Count; i++)
        {
            text.Append(i > 0 ? "," : "");
            AppendTrack(text, Tracks[i]);
        }

        return Encoding.UTF8.GetBytes(text.Append("]}").ToString());
    }

    private static void AppendTrack(StringBuilder text, H4mkTrackInfo track)
    {
        var members = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["id"] = track.Id.ToString(CultureInfo.InvariantCulture),
            ["kind"] = Quoted(NameOf(track.Kind)),
        };
        if (track.Label is { } label)
        {
            members["label"] = Quoted(label);
        }

        if (track.Language is { } language)
        {
            members["language"] = Quoted(language);
        }

        foreach (var (name, value) in track.Members)
        {
            if (name is "id" or "kind" or "label" or "language")
            {
                throw new ArgumentException($"\"{name}\" is a member of its own, not one of the producer's", nameof(track));
            }

            members[name] = Encoding.UTF8.GetString(CanonicalJson.Write(value));
        }

        text.Append('{');
        var isFirst = true;
        foreach (var (name, value) in members)
        {
            text.Append(isFirst ? "" : ",");
            isFirst = false;
            CanonicalJson.AppendString(text, name);
            text.Append(':').Append(value);
        }

        text.Append('}');
    }

    private static string Quoted(string value)
    {
        var text = new StringBuilder();
        CanonicalJson.AppendString(text, value);
        return text.ToString();
    }

    private static H4mkTrackInfo? ParseTrack(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object
            || !TryGetInteger(entry, "id", 0, ushort.MaxValue, out var id)
            || !entry.TryGetProperty("kind", out var kind)
            || kind.ValueKind != JsonValueKind.String
            || Array.IndexOf(KindNames, kind.GetString()) is not (>= 0 and var kindIndex))
        {
            return null;
        }

        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in entry.EnumerateObject())
        {
            if (member.Name is not ("id" or "kind") && !(member.Name is "label" or "language" && member.Value.ValueKind == JsonValueKind.String))
            {
                members.Add(member.Name, member.Value.Clone());
            }
        }

        return new H4mkTrackInfo { Id = id, Kind = (TrackKind)kindIndex, Label = Text(entry, "label"), Language = Text(entry, "language"), Members = members };
    }

    private static string? Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A plain decimal integer: digits alone, so neither -0 nor 1.0 nor 1e0.</summary>
    private static bool TryGetInteger(JsonElement parent, string name, int least, int most, out int value)
    {
        value = 0;
        return parent.TryGetProperty(name, out var element)
            && element.ValueKind == JsonValueKind.Number
            && int.TryParse(element.GetRawText(), NumberStyles.None, CultureInfo.InvariantCulture, out value)
            && value >= least
            && value <= most;
    }
}
