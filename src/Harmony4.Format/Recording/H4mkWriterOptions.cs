namespace Harmony4.Format;

/// <summary>What a container writer has to know before the first block. Immutable.</summary>
public sealed record H4mkWriterOptions
{
    private static readonly byte[] EmptyObject = "{}"u8.ToArray();

    /// <summary>Gets the version to write.</summary>
    /// <value>Default 1.1.</value>
    public H4mkVersion Version { get; init; } = H4mkVersion.V11;

    /// <summary>Gets the tracks, by ascending id. Version 1.0 holds one, whose id is 0 and whose kind is video.</summary>
    /// <value>Default that one track.</value>
    public IReadOnlyList<H4mkTrackInfo> Tracks { get; init; } = [new H4mkTrackInfo { Id = 0, Kind = TrackKind.Video }];

    /// <summary>Gets how many blocks a page of the index holds, as a binary logarithm: 1 to 14, and at most 2^20 blocks in a page of each track together. Version 1.1 only.</summary>
    /// <value>Default 10, pages of 1,024 blocks.</value>
    public int PageLog2 { get; init; } = 10;

    /// <summary>Gets the TRAK payload, written as given instead of one made of <see cref="Tracks"/> and <see cref="PageLog2"/>. Version 1.1 only.</summary>
    /// <value>Default none.</value>
    public ReadOnlyMemory<byte> Trak { get; init; }

    /// <summary>Gets the META payload: a JSON object in UTF-8, written as given.</summary>
    /// <value>Default <c>{}</c>.</value>
    public ReadOnlyMemory<byte> Meta { get; init; } = EmptyObject;

    /// <summary>Gets the SAFE payload: a JSON object in UTF-8, written as given.</summary>
    /// <value>Default <c>{}</c>.</value>
    public ReadOnlyMemory<byte> Safe { get; init; } = EmptyObject;

    /// <summary>Gets the longest META, SAFE or TRAK that is written in version 1.1, in bytes. A reader refuses more than its own limit.</summary>
    /// <value>Default 1 MiB.</value>
    public int MaxJsonLength { get; init; } = 1024 * 1024;

    /// <summary>Gets how deeply META, SAFE and TRAK may nest in version 1.1. A reader refuses more than its own limit.</summary>
    /// <value>Default 32.</value>
    public int MaxJsonDepth { get; init; } = 32;

    /// <summary>Gets the most chunks besides blocks and index that are written in version 1.1: META, SAFE, TRAK and the caller's own. A reader refuses more than its own limit.</summary>
    /// <value>Default 256; at most 65,535.</value>
    public int MaxAuxCount
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 3, nameof(MaxAuxCount));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, ushort.MaxValue, nameof(MaxAuxCount));
            field = value;
        }
    } = 256;

    /// <summary>Gets who says something of the finished container in its SIGN chunks, in this order. Version 1.1 only; 16 chunks at most.</summary>
    /// <value>Default nobody.</value>
    public IReadOnlyList<IRootAuthenticator> Authenticators { get; init; } = [];

    /// <summary>Gets how many bytes of blocks are gathered at most to be hashed beside each other. Less costs speed where blocks are short. Version 1.1 only.</summary>
    /// <value>Default 32 MiB; at least 1 MiB.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1 MiB.</exception>
    public int HashMemory
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1024 * 1024, nameof(HashMemory));
            field = value;
        }
    } = 32 * 1024 * 1024;

    /// <summary>Gets whether <see cref="H4mkContainerWriter.FlushAsync"/> and <see cref="H4mkContainerWriter.CompleteAsync"/> also have a <see cref="FileStream"/> write through to its device.</summary>
    /// <value>Default <see langword="false"/>.</value>
    public bool FlushToDisk { get; init; }
}
