using Harmony4.Format;

namespace Harmony4;

/// <summary>Where containers are kept: <see cref="FolderContainerStore"/>, <see cref="MemoryContainerStore"/>, or a host's own, such as an object store.</summary>
/// <remarks>
/// Safe for concurrent use. A container appears whole or not at all, and whoever has one open goes on reading the bytes that were opened when
/// another takes its place. Every id is checked by the store itself: an invalid one is an <see cref="ArgumentException"/>.
/// </remarks>
public interface IContainerStore
{
    /// <summary>Lists the containers by ascending id, in ordinal order.</summary>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <returns>The containers.</returns>
    /// <exception cref="IOException">The store failed.</exception>
    IAsyncEnumerable<StoredContainer> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Looks for a container. It should be cheap: it is asked once for each request.</summary>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>What is there; null for nothing.</returns>
    /// <exception cref="ArgumentException">The id is not valid.</exception>
    /// <exception cref="IOException">The store failed.</exception>
    ValueTask<StoredContainer?> FindAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Opens a container's bytes.</summary>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>A source that the caller disposes; null when there is no such container.</returns>
    /// <exception cref="ArgumentException">The id is not valid.</exception>
    /// <exception cref="IOException">The store failed.</exception>
    ValueTask<H4mkSource?> OpenAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Begins to write a container. It appears with <see cref="ContainerUpload.CommitAsync"/>, and not otherwise.</summary>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Cancels the beginning.</param>
    /// <returns>The upload, which the caller disposes.</returns>
    /// <exception cref="ArgumentException">The id is not valid.</exception>
    /// <exception cref="IOException">The store failed.</exception>
    ValueTask<ContainerUpload> CreateAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Deletes a container. Whoever has it open goes on reading the bytes that were opened.</summary>
    /// <param name="container">The container as <see cref="FindAsync"/> described it: one that has taken its place since is left alone.</param>
    /// <param name="cancellationToken">Cancels the deletion.</param>
    /// <returns>Whether it was there in that version, and is gone.</returns>
    /// <exception cref="ArgumentException">The id is not valid.</exception>
    /// <exception cref="NotSupportedException">The store deletes nothing; this is what a store does that does not say otherwise.</exception>
    /// <exception cref="IOException">The store failed.</exception>
    ValueTask<bool> DeleteAsync(StoredContainer container, CancellationToken cancellationToken = default) => throw new NotSupportedException("this store deletes nothing");

    /// <summary>Checks that the store answers. It should be cheap, however many containers there are.</summary>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <returns>A task that ends when it has answered.</returns>
    /// <exception cref="IOException">The store failed.</exception>
    /// <remarks>A store that does not say otherwise is asked for its first container.</remarks>
    async ValueTask CheckAsync(CancellationToken cancellationToken = default)
    {
        var containers = ListAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (containers.ConfigureAwait(false))
        {
            await containers.MoveNextAsync().ConfigureAwait(false);
        }
    }
}
