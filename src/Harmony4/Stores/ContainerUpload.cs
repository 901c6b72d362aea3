namespace Harmony4;

/// <summary>A container on its way into a store. Disposing it without a commit leaves no trace.</summary>
/// <remarks>Not safe for concurrent use.</remarks>
public abstract class ContainerUpload : IAsyncDisposable
{
    /// <summary>Gets the stream that takes the bytes.</summary>
    public abstract Stream Output { get; }

    /// <summary>Makes the container appear under its id, at once and whole.</summary>
    /// <param name="replace">Whether it takes the place of one that is there already.</param>
    /// <param name="cancellationToken">Cancels the commit.</param>
    /// <returns>What is stored now; null when the id is taken and <paramref name="replace"/> is <see langword="false"/>.</returns>
    /// <exception cref="InvalidOperationException">The upload was committed before.</exception>
    /// <exception cref="IOException">The store failed.</exception>
    public abstract ValueTask<StoredContainer?> CommitAsync(bool replace, CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
