namespace Harmony4.Format;

/// <summary>One track of a container: a sequence of blocks. What the producer says of it is in <see cref="H4mkContainer.ReadTrackInfoAsync"/>.</summary>
public sealed record H4mkTrack
{
    private readonly long? _finalBlockCount;

    /// <summary>Gets the number that calls on the container take: 0 to 65,535.</summary>
    public required int Id { get; init; }

    /// <summary>Gets how many blocks it has.</summary>
    public required long BlockCount { get; init; }

    /// <summary>Gets how many blocks, from the first one on, are final: the index of their page has come, and is what they give. All, unless the container is still being written.</summary>
    public long FinalBlockCount
    {
        get => _finalBlockCount ?? BlockCount;
        init => _finalBlockCount = value;
    }

    /// <summary>Gets the bytes of payload in all: the length of the track stream.</summary>
    public required long ByteLength { get; init; }

    /// <summary>Gets how many keyframes it has; <see langword="null"/> in version 1.0 before the seek table is read.</summary>
    public long? KeyframeCount { get; init; }

    /// <summary>Gets the least presentation time in microseconds; <see langword="null"/> without blocks and in version 1.0.</summary>
    public ulong? FirstPts { get; init; }

    /// <summary>Gets the greatest end of a block, its presentation time plus duration, in microseconds; <see langword="null"/> without blocks and in version 1.0.</summary>
    public ulong? EndPts { get; init; }

    /// <summary>Gets the root of the Merkle tree over the track's blocks; <see langword="null"/> in version 1.0.</summary>
    public Sha256Digest? Root { get; init; }

    /// <summary>Gets the playing time in microseconds, from the first time to the end; <see langword="null"/> when the file does not say.</summary>
    public ulong? Duration => EndPts - FirstPts;
}
