namespace Harmony4.Format;

/// <summary>How much one track grew from an older container to a newer one.</summary>
public readonly record struct ProvenTrackGrowth
{
    /// <summary>Gets the track's id.</summary>
    public required int Track { get; init; }

    /// <summary>Gets how many blocks the track has in the older container.</summary>
    public required long BlockCount { get; init; }

    /// <summary>Gets how many blocks the track has in the newer container: as many or more.</summary>
    public required long NewBlockCount { get; init; }
}
