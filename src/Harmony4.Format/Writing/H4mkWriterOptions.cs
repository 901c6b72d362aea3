namespace Harmony4.Format;

/// <summary>What a container writer has to know before the first block. Immutable.</summary>
public sealed record H4mkWriterOptions
{
    private static readonly byte[] EmptyObject = "{}"u8.ToArray();

    /// <summary>Gets the version to write.</summary>
    /// <value>Default 1.0.</value>
    public H4mkVersion Version { get; init; } = H4mkVersion.V10;

    /// <summary>Gets the tracks. Version 1.0 holds one, whose id is 0 and whose kind is video.</summary>
    /// <value>Default that one track.</value>
    public IReadOnlyList<H4mkTrackInfo> Tracks { get; init; } = [new H4mkTrackInfo(0, TrackKind.Video)];

    /// <summary>Gets the META payload: a JSON object in UTF-8, written as given.</summary>
    /// <value>Default <c>{}</c>.</value>
    public ReadOnlyMemory<byte> Meta { get; init; } = EmptyObject;

    /// <summary>Gets the SAFE payload: a JSON object in UTF-8, written as given.</summary>
    /// <value>Default <c>{}</c>.</value>
    public ReadOnlyMemory<byte> Safe { get; init; } = EmptyObject;
}
