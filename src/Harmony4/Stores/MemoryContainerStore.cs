using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Harmony4.Format;

namespace Harmony4;

/// <summary>Keeps containers in memory, for tests and demonstrations: nothing bounds it, and nothing outlives it.</summary>
public sealed class MemoryContainerStore : IContainerStore
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private long _version;

    /// <summary>Stores a container, in place of one that is there already.</summary>
    /// <param name="id">The id.</param>
    /// <param name="bytes">The file, which must not change from now on.</param>
    /// <exception cref="ArgumentException">The id is not valid.</exception>
    public void Set(string id, ReadOnlyMemory<byte> bytes)
    {
        ContainerId.ThrowIfInvalid(id);
        _entries[id] = NewEntry(bytes);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredContainer> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var id in _entries.Keys.Order(StringComparer.Ordinal))
        {
            if (await FindAsync(id, cancellationToken).ConfigureAwait(false) is { } found)
            {
                yield return found;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<StoredContainer?> FindAsync(string id, CancellationToken cancellationToken = default)
    {
        ContainerId.ThrowIfInvalid(id);
        cancellationToken.ThrowIfCancellationRequested();
        return new ValueTask<StoredContainer?>(_entries.TryGetValue(id, out var entry) ? entry.Describe(id) : null);
    }

    /// <inheritdoc/>
    public ValueTask<H4mkSource?> OpenAsync(string id, CancellationToken cancellationToken = default)
    {
        ContainerId.ThrowIfInvalid(id);
        cancellationToken.ThrowIfCancellationRequested();
        return new ValueTask<H4mkSource?>(_entries.TryGetValue(id, out var entry) ? H4mkSource.FromMemory(entry.Bytes) : null);
    }

    /// <inheritdoc/>
    public ValueTask<ContainerUpload> CreateAsync(string id, CancellationToken cancellationToken = default)
    {
        ContainerId.ThrowIfInvalid(id);
        cancellationToken.ThrowIfCancellationRequested();
        return new ValueTask<ContainerUpload>(new Upload(this, id));
    }

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(StoredContainer container, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(container);
        ContainerId.ThrowIfInvalid(container.Id);
        cancellationToken.ThrowIfCancellationRequested();
        return new ValueTask<bool>(
            _entries.TryGetValue(container.Id, out var entry) && entry.Describe(container.Id).Version == container.Version && _entries.TryRemove(KeyValuePair.Create(container.Id, entry)));
    }

    private Entry NewEntry(ReadOnlyMemory<byte> bytes) => new(bytes, Interlocked.Increment(ref _version));

    private sealed record Entry(ReadOnlyMemory<byte> Bytes, long Version)
    {
        public StoredContainer Describe(string id) => new(id, Bytes.Length, Version.ToString(CultureInfo.InvariantCulture));
    }

    private sealed class Upload(MemoryContainerStore store, string id) : ContainerUpload
    {
        private readonly MemoryStream _output = new();
        private bool _committed;

        public override Stream Output => _output;

        public override ValueTask<StoredContainer?> CommitAsync(bool replace, CancellationToken cancellationToken = default)
        {
            if (_committed)
            {
                throw new InvalidOperationException("the upload was committed before");
            }

            cancellationToken.ThrowIfCancellationRequested();
            var entry = store.NewEntry(_output.ToArray());
            if (replace)
            {
                store._entries[id] = entry;
            }
            else if (!store._entries.TryAdd(id, entry))
            {
                return new ValueTask<StoredContainer?>((StoredContainer?)null);
            }

            _committed = true;
            return new ValueTask<StoredContainer?>(entry.Describe(id));
        }

        public override ValueTask DisposeAsync() => _output.DisposeAsync();
    }
}
