using System.Collections.Concurrent;
using Harmony4.Format;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Harmony4.AspNetCore.Internal;

/// <summary>
/// Containers that stay open between requests: opening a 1.0 file walks over all its chunks. The least recently used go first, those in use are
/// closed by their last user.
/// </summary>
internal sealed class ContainerCache(MediaTransport transport, IContainerStore store, Harmony4HttpOptions options, int pageCacheLength)
{
    // What a container of version 1.0 keeps of a block and of an entry of its seek table, and one of 1.1 of a block in its page cache.
    private const int WalkedBlockLength = 24;
    private const int SeekEntryLength = 16;
    private const int PagedBlockLength = 80;

    // What is kept of a track that is read with a key: of one block in so many where it begins.
    private const int SealedTrackLength = 256;
    private const int BlocksOfAStart = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byUse = new();
    private long _memory;

    /// <summary>Opens a container, or takes the open one; 404 when there is none.</summary>
    public async ValueTask<Lease> OpenAsync(string id, CancellationToken cancellationToken)
    {
        var entry = Take(await FindAsync(id, cancellationToken));
        try
        {
            var opened = await entry.Opening.WaitAsync(cancellationToken);
            Admit(entry, opened);
            return new Lease(this, entry, opened);
        }
        catch
        {
            ForgetIfFailed(entry);
            Release(entry);
            throw;
        }
    }

    /// <summary>Looks for a container; 404 when there is none.</summary>
    public async ValueTask<StoredContainer> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken) is { } stored)
        {
            return stored;
        }

        Forget(id);
        throw NotFound();
    }

    /// <summary>Keeps a container open no longer: a file that was replaced or taken away takes up its room until it is closed.</summary>
    public void Forget(string id)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(id, out var node))
            {
                Remove(node);
            }
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            while (_byUse.Last is { } node)
            {
                Remove(node);
            }
        }
    }

    public static ProblemException NotFound() => new(StatusCodes.Status404NotFound, "there is no container of that id");

    private Entry Take(StoredContainer stored)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(stored.Id, out var node))
            {
                if (node.Value.Version == stored.Version)
                {
                    _byUse.Remove(node);
                    _byUse.AddFirst(node);
                    node.Value.Uses++;
                    return node.Value;
                }

                Remove(node);
            }

            // One use is the cache's own. One caller that goes away must not fail the others that wait.
            var entry = new Entry(stored.Id, stored.Version) { Uses = 2 };
            entry.Opening = Task.Run(() => OpenAsync(entry, stored));
            _entries.Add(stored.Id, _byUse.AddFirst(entry));
            return entry;
        }
    }

    private async Task<Opened> OpenAsync(Entry entry, StoredContainer stored)
    {
        var source = await store.OpenAsync(stored.Id, CancellationToken.None) ?? throw NotFound();
        var container = await transport.OpenAsync(source, CancellationToken.None);
        try
        {
            return entry.Opened = new Opened(container, await container.GetStreamDigestAsync(), await MemoryOfAsync(container), stored.Version);
        }
        catch
        {
            await container.DisposeAsync();
            throw;
        }
    }

    /// <summary>The bytes of memory that a container takes up at most while it is open.</summary>
    private async ValueTask<long> MemoryOfAsync(H4mkContainer container)
    {
        if (container.FindChunk(ChunkTag.Root) is not { } root || container.PageLog2 is not { } pageLog2)
        {
            return (WalkedBlockLength * container.BlockCount) + (SeekEntryLength * (await container.CountSeekEntriesAsync() ?? 0));
        }

        // The page read last stays, whatever the cache may hold.
        var opened = ContainerKeys.IsSealed(container) ? (container.BlockCount / BlocksOfAStart * sizeof(long)) + (SealedTrackLength * container.Tracks.Count) : 0;
        return opened + root.Length + Math.Min(Math.Max(pageCacheLength, PagedBlockLength << pageLog2), PagedBlockLength * container.BlockCount);
    }

    private void Admit(Entry entry, Opened opened)
    {
        lock (_lock)
        {
            if (entry.IsAdmitted || entry.IsRemoved)
            {
                return;
            }

            entry.IsAdmitted = true;
            entry.Memory = opened.Memory;
            _memory += entry.Memory;
            Telemetry.OpenContainers.Add(1);
            while (_byUse.Last is { } oldest && (_entries.Count > options.MaxOpenContainers || _memory > options.MaxOpenMemory))
            {
                Remove(oldest);
            }
        }
    }

    private void ForgetIfFailed(Entry entry)
    {
        lock (_lock)
        {
            if (entry.Opening.IsFaulted && _entries.TryGetValue(entry.Id, out var node) && node.Value == entry)
            {
                Remove(node);
            }
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        var entry = node.Value;
        _byUse.Remove(node);
        _entries.Remove(entry.Id);
        _memory -= entry.Memory;
        entry.IsRemoved = true;
        if (entry.IsAdmitted)
        {
            Telemetry.OpenContainers.Add(-1);
        }

        Release(entry);
    }

    private void Release(Entry entry)
    {
        lock (_lock)
        {
            if (--entry.Uses > 0)
            {
                return;
            }
        }

        _ = entry.CloseAsync();
    }

    /// <param name="Container">The container.</param>
    /// <param name="Digest">What names the first track's stream; null when nothing does.</param>
    /// <param name="Memory">Bytes of memory that it takes up.</param>
    /// <param name="Version">The store's version of it.</param>
    internal sealed record Opened(H4mkContainer Container, Sha256Digest? Digest, long Memory, string Version)
    {
        /// <summary>The sealed tracks that were read with a key so far, by id.</summary>
        public ConcurrentDictionary<int, Lazy<Task<SealedTrack>>> SealedTracks { get; } = new();
    }

    internal sealed class Entry(string id, string version)
    {
        public string Id { get; } = id;

        public string Version { get; } = version;

        public Task<Opened> Opening { get; set; } = Task.FromException<Opened>(new InvalidOperationException("not being opened"));

        /// <summary>Gets or sets what was opened; null until then, and when it failed.</summary>
        public Opened? Opened { get; set; }

        public int Uses { get; set; }

        /// <summary>Gets or sets the bytes that count in the budget, from the moment it is admitted.</summary>
        public long Memory { get; set; }

        public bool IsAdmitted { get; set; }

        public bool IsRemoved { get; set; }

        public async Task CloseAsync()
        {
            await ((Task)Opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (Opened is { } opened)
            {
                await opened.Container.DisposeAsync();
            }
        }
    }

    /// <summary>The use of an open container, until it is disposed.</summary>
    internal sealed class Lease(ContainerCache cache, Entry entry, Opened opened) : IDisposable
    {
        public H4mkContainer Container => opened.Container;

        /// <summary>The tag of a track stream: its Merkle root, in version 1.0 VERI, or weakly the store's version.</summary>
        public EntityTagHeaderValue TagOf(H4mkTrack track) => EntityTags.OfStream(track.Root ?? opened.Digest, opened.Version);

        /// <summary>Returns the track asked for, the first one by default; 404 when there is none of that id.</summary>
        public H4mkTrack Track(int? id)
        {
            foreach (var track in Container.Tracks)
            {
                if (id is null || track.Id == id)
                {
                    return track;
                }
            }

            throw new ProblemException(StatusCodes.Status404NotFound, "there is no track of that id");
        }

        /// <summary>Reads the index of a sealed track, once for all requests.</summary>
        public async ValueTask<SealedTrack> SealedTrackAsync(H4mkTrack track, CancellationToken cancellationToken)
        {
            // One caller that goes away must not fail the others that wait.
            var reading = opened.SealedTracks.GetOrAdd(
                track.Id,
                static (id, container) => new Lazy<Task<SealedTrack>>(() => SealedTrack.ReadAsync(container, id, CancellationToken.None).AsTask()),
                Container);
            try
            {
                return await reading.Value.WaitAsync(cancellationToken);
            }
            catch when (reading.Value.IsFaulted)
            {
                opened.SealedTracks.TryRemove(KeyValuePair.Create(track.Id, reading));
                throw;
            }
        }

        public void Dispose() => cache.Release(entry);
    }
}
