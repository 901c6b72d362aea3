namespace Harmony4.Format;

/// <summary>Limits and leniency of a reader. Immutable.</summary>
public sealed record H4mkContainerOptions
{
    /// <summary>Gets the longest META or SAFE that is read into memory, in bytes.</summary>
    /// <value>Default 16 MiB.</value>
    public int MaxMetadataLength { get; init; } = 16 * 1024 * 1024;

    /// <summary>Gets the longest SEEK payload that is read into memory, in bytes: 16 for each keyframe.</summary>
    /// <value>Default 256 MiB.</value>
    public int MaxSeekLength { get; init; } = 256 * 1024 * 1024;

    /// <summary>Gets the longest block that is read as a whole, in bytes. Track streams that check CRCs hold one such block.</summary>
    /// <value>Default 64 MiB.</value>
    public int MaxBlockLength { get; init; } = 64 * 1024 * 1024;

    /// <summary>Gets the most chunks that a container may have; the reader keeps 24 bytes for each.</summary>
    /// <value>Default 33,554,432: 2 TiB of 64 KiB blocks.</value>
    public int MaxChunkCount { get; init; } = 1 << 25;

    /// <summary>Gets the most findings that a verification lists; it counts the others.</summary>
    /// <value>Default 1,000.</value>
    public int MaxFindings { get; init; } = 1000;

    /// <summary>Gets whether a seek table whose times decrease is sorted for use instead of refused.</summary>
    /// <value>Default <see langword="false"/>.</value>
    public bool SortSeek { get; init; }
}
