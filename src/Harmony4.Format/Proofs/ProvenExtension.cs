namespace Harmony4.Format;

/// <summary>What an extension proof proves: each track of the newer container begins with all blocks of the same track of the older one.</summary>
public sealed record ProvenExtension
{
    /// <summary>Gets the identity of the older container.</summary>
    public required Sha256Digest Identity { get; init; }

    /// <summary>Gets the identity of the newer container.</summary>
    public required Sha256Digest NewIdentity { get; init; }

    /// <summary>Gets whether META, SAFE, TRAK, SEAL and the chunks of other kinds are the same in both containers.</summary>
    /// <value>An extension proof also holds when they differ, as after an append to a sealed container, which adds a SEAL.</value>
    public required bool HasSameAuxChunks { get; init; }

    /// <summary>Gets by how much each track grew, by ascending id. Both containers have the same tracks.</summary>
    public required IReadOnlyList<ProvenTrackGrowth> Tracks { get; init; }
}
