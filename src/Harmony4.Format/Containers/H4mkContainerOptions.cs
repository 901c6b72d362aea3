namespace Harmony4.Format;

/// <summary>Limits and leniency of a reader. Immutable.</summary>
public sealed record H4mkContainerOptions
{
    /// <summary>Gets the longest META or SAFE of a 1.0 container that is read into memory, in bytes.</summary>
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

    /// <summary>Gets the longest META, SAFE or TRAK of a 1.1 container, in bytes.</summary>
    /// <value>Default 1 MiB.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int MaxJsonLength
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(MaxJsonLength));
            field = value;
        }
    } = 1024 * 1024;

    /// <summary>Gets how deeply META, SAFE or TRAK of a 1.1 container may nest.</summary>
    /// <value>Default 32.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int MaxJsonDepth
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(MaxJsonDepth));
            field = value;
        }
    } = 32;

    /// <summary>Gets the longest root of a 1.1 container that is read into memory, in bytes: 56 for each page of the index.</summary>
    /// <value>Default 64 MiB, which is 1.2 × 10⁹ blocks in pages of 1,024.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int MaxRootLength
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(MaxRootLength));
            field = value;
        }
    } = 64 * 1024 * 1024;

    /// <summary>Gets the most chunks besides blocks and index that a 1.1 container may list: META, SAFE, TRAK, SEAL and unknown ones.</summary>
    /// <value>Default 256.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int MaxAuxCount
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(MaxAuxCount));
            field = value;
        }
    } = 256;

    /// <summary>Gets the most SIGN chunks that a 1.1 container may have.</summary>
    /// <value>Default 16.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int MaxSignCount
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(MaxSignCount));
            field = value;
        }
    } = 16;

    /// <summary>Gets the longest SIGN payload, in bytes.</summary>
    /// <value>Default 64 KiB.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int MaxSignLength
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(MaxSignLength));
            field = value;
        }
    } = 64 * 1024;

    /// <summary>Gets the bytes of index pages that a 1.1 container keeps; the page read last always stays.</summary>
    /// <value>Default 1 MiB, which is some 13 pages of 1,024 blocks.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int PageCacheLength
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(PageCacheLength));
            field = value;
        }
    } = 1024 * 1024;

    /// <summary>
    /// Gets how many bytes of memory an open container takes at most to remember which blocks <c>CopyTrackAsync</c> found sound: 128 for each, and 4 for each 16 KiB of it. A block that is remembered is
    /// checked by these CRC-32 from then on. 0 has every block checked by its digest each time.
    /// </summary>
    /// <value>Default 1 MiB: of blocks of 512 KiB those of 2 GiB.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int CheckedBlockMemory
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(CheckedBlockMemory));
            field = value;
        }
    } = 1024 * 1024;

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

    /// <summary>Gets the most chunks that a 1.0 container may have; the reader keeps 24 bytes for each.</summary>
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

    /// <summary>Gets the most threads that a verification of version 1.1 works on. What it finds does not depend on them. Each has a buffer of 8 MiB.</summary>
    /// <value>Default <see cref="Environment.ProcessorCount"/>.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int MaxDegreeOfParallelism
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(MaxDegreeOfParallelism));
            field = value;
        }
    } = Environment.ProcessorCount;

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

    /// <summary>
    /// Gets the budget that is asked before memory is taken that grows with the file: the index of a container that is opened, until it is disposed.
    /// </summary>
    /// <value>Default <see langword="null"/>: nobody is asked.</value>
    public MemoryBudget? Memory { get; init; }

    /// <summary>
    /// Gets the budget that is asked for the blocks that copies of track streams hold. Another one than <see cref="Memory"/>, or one that it is a share of, lets copies go on while containers that are
    /// open have taken all of theirs.
    /// </summary>
    /// <value>Default <see langword="null"/>: nobody is asked.</value>
    public MemoryBudget? BlockMemory { get; init; }

    /// <summary>Gets whether a seek table whose times decrease is sorted for use instead of refused.</summary>
    /// <value>Default <see langword="false"/>.</value>
    public bool SortSeek { get; init; }
}
