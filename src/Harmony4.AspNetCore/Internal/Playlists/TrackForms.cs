using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Harmony4.Format;

namespace Harmony4.AspNetCore.Internal;

/// <summary>The forms of a container's tracks, kept as long as it is open, and what was measured of those that a playlist was asked of.</summary>
internal sealed class TrackForms
{
    private static readonly ConditionalWeakTable<H4mkContainer, TrackForms> Known = [];
    private static readonly TrackForms Damaged = new([]);

    private readonly Dictionary<int, TrackForm> _forms;

    private TrackForms(Dictionary<int, TrackForm> forms) => _forms = forms;

    /// <summary>Gets what was measured so far, by track.</summary>
    public ConcurrentDictionary<int, PlaylistFacts> Facts { get; } = new();

    /// <summary>Returns the form of a track; one that says nothing where the description of the tracks is damaged.</summary>
    public TrackForm this[int track] => _forms.GetValueOrDefault(track);

    /// <summary>Reads the forms, once while the container is open. The streams of one whose description is damaged can be read all the same.</summary>
    public static async ValueTask<TrackForms> FindAsync(H4mkContainer container, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(container, cancellationToken);
        }
        catch (H4mkFormatException)
        {
            Known.AddOrUpdate(container, Damaged);
            return Damaged;
        }
    }

    /// <summary>Reads the forms, once while the container is open.</summary>
    /// <exception cref="H4mkFormatException">The description of the tracks is damaged.</exception>
    public static async ValueTask<TrackForms> ReadAsync(H4mkContainer container, CancellationToken cancellationToken)
    {
        if (Known.TryGetValue(container, out var known) && known != Damaged)
        {
            return known;
        }

        var protection = ContainerKeys.IsSealed(container) ? TrackProtection.Sealed : TrackProtection.None;
        string? segment = null;
        if (container.Version == H4mkVersion.V10 || container.IsUpgraded)
        {
            // Of 1.0, META says what TRAK says of 1.1.
            if (await container.ReadMetaAsync(cancellationToken) is { } meta)
            {
                segment = TransportMetadata.FindSegment(meta.Span);
                protection = TransportMetadata.IsMasked(meta.Span) ? TrackProtection.Masked : protection;
            }
        }

        var first = container.Tracks[0].Id;
        var forms = new TrackForms((await container.ReadTrackInfoAsync(cancellationToken)).ToDictionary(
            info => info.Id,
            info => new TrackForm(
                Member(info, "segment") is { ValueKind: JsonValueKind.String } named ? named.GetString() : info.Id == first ? segment : null,
                info.Kind,
                Member(info, "time_track") is not null,
                protection)));
        Known.AddOrUpdate(container, forms);
        return forms;
    }

    private static JsonElement? Member(H4mkTrackInfo info, string name) => info.Members.TryGetValue(name, out var member) ? member : null;
}
