namespace Harmony4;

/// <summary>A container on its way into a store. Disposing it without a commit leaves no trace, unless it was published.</summary>
/// <remarks>Not safe for concurrent use.</remarks>
public abstract class ContainerUpload : IAsyncDisposable
{
    /// <summary>Gets the stream that takes the bytes.</summary>
    public abstract Stream Output { get; }

    /// <summary>Makes what was written so far, and what is written from now on, appear under the id as it comes: a recording that others read while it grows.</summary>
    /// <param name="replace">Whether it takes the place of one that is there already.</param>
    /// <param name="cancellationToken">Cancels the publication.</param>
    /// <returns>Whether it appeared; <see langword="false"/> when the id is taken and <paramref name="replace"/> is <see langword="false"/>, or when another recording grows under it.</returns>
    /// <exception cref="NotSupportedException">The store shows only what is whole; this is what an upload does that does not say otherwise.</exception>
    /// <exception cref="InvalidOperationException">The upload was published or committed before.</exception>
    /// <exception cref="IOException">The store failed.</exception>
    /// <remarks>
    /// Until the commit the store describes it as <see cref="StoredState.Growing"/>, and other uploads do not take its place. Disposed without a commit, or left by a process that was killed, it
    /// stays as it is: <see cref="StoredState.Abandoned"/>.
    /// </remarks>
    public virtual ValueTask<bool> PublishAsync(bool replace, CancellationToken cancellationToken = default) => throw new NotSupportedException("this store shows only what is whole");

    /// <summary>Makes the container appear under its id, at once and whole; what was published is whole from then on.</summary>
    /// <param name="replace">Whether it takes the place of one that is there already.</param>
    /// <param name="cancellationToken">Cancels the commit.</param>
    /// <returns>What is stored now; null when the id is taken and <paramref name="replace"/> is <see langword="false"/>, or when a recording grows under it. Of what was published, never null.</returns>
    /// <exception cref="InvalidOperationException">The upload was committed before.</exception>
    /// <exception cref="IOException">The store failed.</exception>
    public abstract ValueTask<StoredContainer?> CommitAsync(bool replace, CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
