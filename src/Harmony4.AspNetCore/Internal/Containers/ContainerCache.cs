using System.Collections.Concurrent;
using Harmony4.Format;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Harmony4.AspNetCore.Internal;

/// <summary>
/// Containers that stay open between requests: opening a 1.0 file walks over all its chunks. The least recently used go first, those in use are
/// closed by their last user.
/// </summary>
internal sealed class ContainerCache(
    IContainerStore store,
    Harmony4HttpOptions options,
    H4mkContainerOptions containerOptions,
    MemoryBudget memory,
    GrowingContainers growing,
    AbandonedRecordings abandoned)
    : IDisposable
{
    // What is kept of a track that is read with a key: of one block in so many where it begins.
    private const int SealedTrackLength = 256;
    private const int BlocksOfAStart = 64;

    // 24 bytes each.
    private const int FewChunks = 32 * 1024;

    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byUse = new();

    /// <summary>Opens a container, or takes the open one; 404 when there is none.</summary>
    public async ValueTask<Lease> OpenAsync(string id, CancellationToken cancellationToken)
    {
        var stored = await FindAsync(id, cancellationToken);
        if (stored.State != StoredState.Whole)
        {
            var recording = await growing.OpenAsync(id, cancellationToken) ?? throw NotFound();
            return new Lease(new Opened(recording.Container, null, 0, recording.Version), recording.Dispose);
        }

        growing.Forget(id);
        var entry = Take(stored);
        try
        {
            var opened = await entry.Opening.WaitAsync(cancellationToken);
            Admit(entry);
            return new Lease(opened, () => Release(entry));
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
            abandoned.Notice(stored);
            return stored;
        }

        Forget(id);
        throw NotFound();
    }

    /// <summary>Keeps a container open no longer: a file that was replaced or taken away takes up its room until it is closed.</summary>
    public void Forget(string id)
    {
        growing.Forget(id);
        lock (_lock)
        {
            if (_entries.TryGetValue(id, out var node))
            {
                Remove(node);
            }
        }
    }

    public void Dispose()
    {
        Clear();
        _opening.Dispose();
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
        var container = await OpenAsync(stored.Id);
        var starts = 0L;
        try
        {
            // What is kept of sealed tracks, once they are read with a key.
            var wanted = ContainerKeys.IsSealed(container) ? (container.BlockCount / BlocksOfAStart * sizeof(long)) + (SealedTrackLength * container.Tracks.Count) : 0;
            await memory.TakeAsync(wanted, CancellationToken.None);
            starts = wanted;
            return entry.Opened = new Opened(container, await container.GetStreamDigestAsync(), starts, stored.Version);
        }
        catch
        {
            await container.DisposeAsync();
            memory.Return(starts);
            throw;
        }
    }

    /// <summary>Opens a container; a 1.0 container of many chunks, whose memory is known only when all are found, when no other such is being opened: two would wait for each other.</summary>
    private async Task<H4mkContainer> OpenAsync(string id)
    {
        try
        {
            var few = containerOptions with { MaxChunkCount = Math.Min(containerOptions.MaxChunkCount, FewChunks) };
            return await H4mkContainer.OpenAsync(await SourceAsync(id), few, CancellationToken.None);
        }
        catch (H4mkFormatException exception) when (exception.Code == H4mkErrorCode.Limit && containerOptions.MaxChunkCount > FewChunks)
        {
            if (!await _opening.WaitAsync(options.MemoryWait))
            {
                throw new ProblemException(StatusCodes.Status503ServiceUnavailable, "other containers of many chunks are being opened") { MayBeTriedAgain = true };
            }

            try
            {
                return await H4mkContainer.OpenAsync(await SourceAsync(id), containerOptions, CancellationToken.None);
            }
            finally
            {
                _opening.Release();
            }
        }
    }

    private async ValueTask<H4mkSource> SourceAsync(string id) => await store.OpenAsync(id, CancellationToken.None) ?? throw NotFound();

    /// <summary>Closes containers that nobody uses, those not used for longest first, until so many bytes are free.</summary>
    public void Reclaim(long bytes)
    {
        growing.Trim(0);
        lock (_lock)
        {
            for (var node = _byUse.Last; node is not null && bytes > 0;)
            {
                var before = node.Previous;
                if (node.Value is { IsAdmitted: true, Uses: 1 } idle)
                {
                    bytes -= idle.Memory;
                    Remove(node);
                }

                node = before;
            }
        }
    }

    /// <summary>The bytes that the containers that are kept open take up.</summary>
    private long Memory()
    {
        var bytes = 0L;
        foreach (var entry in _byUse)
        {
            bytes += entry.Memory;
        }

        return bytes;
    }

    private void Admit(Entry entry)
    {
        lock (_lock)
        {
            if (entry.IsAdmitted || entry.IsRemoved)
            {
                return;
            }

            entry.IsAdmitted = true;
            Telemetry.OpenContainers.Add(1);
            while (_byUse.Last is { } oldest && (_entries.Count > options.MaxOpenContainers || Memory() > options.MaxOpenMemory))
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

        _ = entry.CloseAsync(memory);
    }

    /// <param name="Container">The container.</param>
    /// <param name="Digest">What names the first track's stream; null when nothing does.</param>
    /// <param name="StartsLength">Bytes of memory for where the blocks of sealed tracks begin.</param>
    /// <param name="Version">The store's version of it.</param>
    internal sealed record Opened(H4mkContainer Container, Sha256Digest? Digest, long StartsLength, string Version)
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

        /// <summary>Gets the bytes of memory that it takes up. A seek table that is asked for later adds to them.</summary>
        public long Memory => Opened is { } opened ? opened.Container.IndexMemory + opened.StartsLength : 0;

        public bool IsAdmitted { get; set; }

        public bool IsRemoved { get; set; }

        public async Task CloseAsync(MemoryBudget memory)
        {
            await ((Task)Opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (Opened is { } opened)
            {
                await opened.Container.DisposeAsync();
                memory.Return(opened.StartsLength);
            }
        }
    }

    /// <summary>The use of an open container, until it is disposed.</summary>
    internal sealed class Lease(Opened opened, Action release) : IDisposable
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

        public void Dispose() => release();
    }
}
