using System.Text.Json;

namespace Harmony4.Format;

/// <summary>What the producer says of a track: an entry of TRAK. All of it enters the container's identity.</summary>
public sealed record H4mkTrackInfo
{
    private static readonly Dictionary<string, JsonElement> NoMembers = [];

    /// <summary>Gets the number that calls on the container take: 0 to 65,535.</summary>
    public required int Id { get; init; }

    /// <summary>Gets what the track is for.</summary>
    public required TrackKind Kind { get; init; }

    /// <summary>Gets what people are to call the track; <see langword="null"/> when it has no name.</summary>
    public string? Label { get; init; }

    /// <summary>Gets the language as a BCP 47 tag, such as <c>pt-BR</c>; <see langword="null"/> when none is said.</summary>
    public string? Language { get; init; }

    /// <summary>Gets the producer's further members by name.</summary>
    /// <value>Default none. The names id, kind, label and language are taken.</value>
    public IReadOnlyDictionary<string, JsonElement> Members { get; init; } = NoMembers;
}
