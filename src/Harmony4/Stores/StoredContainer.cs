namespace Harmony4;

/// <summary>What a store says of a container without opening it.</summary>
/// <param name="Id">The id, as <see cref="ContainerId"/> allows it.</param>
/// <param name="Length">Bytes of the file.</param>
/// <param name="Version">Text that differs whenever the bytes under this id do, such as an object store's entity tag. It means something to the store only.</param>
public sealed record StoredContainer(string Id, long Length, string Version)
{
    /// <summary>Gets whether it is all there.</summary>
    /// <value>Default <see cref="StoredState.Whole"/>.</value>
    public StoredState State { get; init; }
}
