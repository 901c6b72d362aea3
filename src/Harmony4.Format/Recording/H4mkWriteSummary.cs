namespace Harmony4.Format;

/// <summary>What a finished container holds.</summary>
public sealed record H4mkWriteSummary
{
    /// <summary>Gets the version that was written.</summary>
    public required H4mkVersion Version { get; init; }

    /// <summary>Gets the bytes of the file.</summary>
    public required long Length { get; init; }

    /// <summary>Gets the blocks of all tracks.</summary>
    public required long BlockCount { get; init; }

    /// <summary>Gets the bytes of block payload of all tracks.</summary>
    public required long PayloadLength { get; init; }

    /// <summary>Gets the keyframes of all tracks.</summary>
    public required long KeyframeCount { get; init; }

    /// <summary>Gets the tracks, by ascending id.</summary>
    public required IReadOnlyList<H4mkTrack> Tracks { get; init; }

    /// <summary>Gets what a signature covers; <see langword="null"/> in version 1.0.</summary>
    public H4mkRoot? Root { get; init; }

    /// <summary>Gets the container's identity, as <see cref="H4mkContainer.Identity"/> gives it; <see langword="null"/> in version 1.0.</summary>
    public Sha256Digest? Identity { get; init; }

    /// <summary>Gets the SHA-256 of all that follows ROOT, as <see cref="H4mkContainer.FileDigest"/> gives it; <see langword="null"/> in version 1.0.</summary>
    public Sha256Digest? FileDigest { get; init; }

    /// <summary>Gets the SHA-256 that VERI holds; <see langword="null"/> in version 1.1.</summary>
    public Sha256Digest? Veri { get; init; }
}
