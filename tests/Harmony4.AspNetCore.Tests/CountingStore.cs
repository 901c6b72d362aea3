using Harmony4.Format;

namespace Harmony4.AspNetCore.Tests;

/// <summary>A store in memory that counts how often it opens something, and what is read then.</summary>
internal sealed class CountingStore : IContainerStore
{
    private int _opened;
    private int _reads;
    private long _bytesRead;

    public MemoryContainerStore Inner { get; } = new();

    public int Opened => Volatile.Read(ref _opened);

    public int Reads => Volatile.Read(ref _reads);

    public long BytesRead => Volatile.Read(ref _bytesRead);

    public IAsyncEnumerable<StoredContainer> ListAsync(CancellationToken cancellationToken = default) => Inner.ListAsync(cancellationToken);

    public ValueTask<StoredContainer?> FindAsync(string id, CancellationToken cancellationToken = default) => Inner.FindAsync(id, cancellationToken);

    public async ValueTask<H4mkSource?> OpenAsync(string id, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _opened);
        return await Inner.OpenAsync(id, cancellationToken) is { } source ? new CountedSource(this, source) : null;
    }

    public ValueTask<ContainerUpload> CreateAsync(string id, CancellationToken cancellationToken = default) => Inner.CreateAsync(id, cancellationToken);

    private sealed class CountedSource(CountingStore store, H4mkSource inner) : H4mkSource
    {
        public override async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync();
            await base.DisposeAsync();
        }

        protected override async ValueTask<SourceRead> ReadCoreAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken) =>
            Count(await inner.ReadAsync(offset, destination, cancellationToken));

        protected override async ValueTask<SourceRead> ReadTailCoreAsync(Memory<byte> destination, CancellationToken cancellationToken) =>
            Count(await inner.ReadTailAsync(destination, cancellationToken));

        private SourceRead Count(SourceRead read)
        {
            Interlocked.Increment(ref store._reads);
            Interlocked.Add(ref store._bytesRead, read.Count);
            return read;
        }
    }
}
