using Harmony4.Format;

namespace Harmony4.AspNetCore.Tests;

/// <summary>A store in memory that counts how often it opens something.</summary>
internal sealed class CountingStore : IContainerStore
{
    private int _opened;

    public MemoryContainerStore Inner { get; } = new();

    public int Opened => Volatile.Read(ref _opened);

    public IAsyncEnumerable<StoredContainer> ListAsync(CancellationToken cancellationToken = default) => Inner.ListAsync(cancellationToken);

    public ValueTask<StoredContainer?> FindAsync(string id, CancellationToken cancellationToken = default) => Inner.FindAsync(id, cancellationToken);

    public ValueTask<H4mkSource?> OpenAsync(string id, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _opened);
        return Inner.OpenAsync(id, cancellationToken);
    }

    public ValueTask<ContainerUpload> CreateAsync(string id, CancellationToken cancellationToken = default) => Inner.CreateAsync(id, cancellationToken);
}
