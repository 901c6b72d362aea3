namespace Harmony4.Format;

/// <summary>Limits and leniency of a reader. Immutable.</summary>
public sealed record H4mkContainerOptions
{
    /// <summary>Gets the longest META or SAFE that is read into memory, in bytes.</summary>
    /// <value>Default 16 MiB.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int MaxMetadataLength
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(MaxMetadataLength));
            field = value;
        }
    } = 16 * 1024 * 1024;

    /// <summary>Gets the longest SEEK payload that is read into memory, in bytes: 16 for each keyframe.</summary>
    /// <value>Default 256 MiB.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int MaxSeekLength
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(MaxSeekLength));
            field = value;
        }
    } = 256 * 1024 * 1024;

    /// <summary>Gets the longest block that is read as a whole, in bytes. Track streams that check CRCs hold one such block.</summary>
    /// <value>Default 64 MiB.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int MaxBlockLength
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(MaxBlockLength));
            field = value;
        }
    } = 64 * 1024 * 1024;

    /// <summary>Gets the most chunks that a container may have; the reader keeps 24 bytes for each.</summary>
    /// <value>Default 33,554,432: 2 TiB of 64 KiB blocks.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int MaxChunkCount
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(MaxChunkCount));
            field = value;
        }
    } = 1 << 25;

    /// <summary>Gets the most findings that a verification lists; it counts the others.</summary>
    /// <value>Default 1,000.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int MaxFindings
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(MaxFindings));
            field = value;
        }
    } = 1000;

    /// <summary>Gets whether a seek table whose times decrease is sorted for use instead of refused.</summary>
    /// <value>Default <see langword="false"/>.</value>
    public bool SortSeek { get; init; }
}
