using Harmony4.Format;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Harmony4.AspNetCore.Internal;

/// <summary>
/// Containers that stay open between requests: opening a 1.0 file walks over all its chunks. The least recently used go first, those in use are
/// closed by their last user.
/// </summary>
internal sealed class ContainerCache(MediaTransport transport, IContainerStore store, Harmony4HttpOptions options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byUse = new();
    private long _blocks;

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
            return entry.Opened = new Opened(container, await TagAsync(container, stored));
        }
        catch
        {
            await container.DisposeAsync();
            throw;
        }
    }

    // VERI names all bytes before it. Without one, the store's version tells bytes apart, weakly.
    private static async ValueTask<EntityTagHeaderValue> TagAsync(H4mkContainer container, StoredContainer stored)
    {
        try
        {
            return EntityTags.Of((await container.ReadVeriAsync(CancellationToken.None))?.ToArray(), stored.Version);
        }
        catch (H4mkFormatException)
        {
            return EntityTags.Of(null, stored.Version);
        }
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
            entry.Blocks = opened.Container.BlockCount;
            _blocks += entry.Blocks;
            Telemetry.OpenContainers.Add(1);
            while (_byUse.Last is { } oldest && (_entries.Count > options.MaxOpenContainers || _blocks > options.MaxOpenBlocks))
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
        _blocks -= entry.Blocks;
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

    internal sealed record Opened(H4mkContainer Container, EntityTagHeaderValue Tag);

    internal sealed class Entry(string id, string version)
    {
        public string Id { get; } = id;

        public string Version { get; } = version;

        public Task<Opened> Opening { get; set; } = Task.FromException<Opened>(new InvalidOperationException("not being opened"));

        /// <summary>Gets or sets what was opened; null until then, and when it failed.</summary>
        public Opened? Opened { get; set; }

        public int Uses { get; set; }

        public long Blocks { get; set; }

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

        public EntityTagHeaderValue Tag => opened.Tag;

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

        public void Dispose() => cache.Release(entry);
    }
}
