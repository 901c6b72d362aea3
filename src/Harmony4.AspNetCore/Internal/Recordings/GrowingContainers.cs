using System.Security.Cryptography;
using Harmony4.Format;

namespace Harmony4.AspNetCore.Internal;

/// <summary>Recordings that are read while they grow. What is known of one is kept for the next request; those not asked for longest go first.</summary>
internal sealed class GrowingContainers(IContainerStore store, H4mkContainerOptions containerOptions, int capacity) : IDisposable
{
    private const int NameLength = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byUse = new();

    /// <summary>Opens a recording as it is now; null when it is not there, or nothing of it yet.</summary>
    public async ValueTask<Use?> OpenAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            if (!IsComplete(id))
            {
                return await UpdateAsync(id, cancellationToken);
            }
        }
        catch (H4mkFormatException exception) when (exception.Code == H4mkErrorCode.Overrun)
        {
        }

        // Another recording has taken its place, or is about to.
        Forget(id);
        return await UpdateAsync(id, cancellationToken);
    }

    /// <summary>Keeps a recording no longer.</summary>
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

    /// <summary>Closes recordings that nobody reads at the moment, those not asked for longest first, until so many are left.</summary>
    public void Trim(int count)
    {
        lock (_lock)
        {
            for (var node = _byUse.Last; node is not null && _entries.Count > count;)
            {
                var before = node.Previous;
                if (node.Value.Uses == 1)
                {
                    Remove(node);
                }

                node = before;
            }
        }
    }

    public void Dispose() => Trim(0);

    private bool IsComplete(string id)
    {
        lock (_lock)
        {
            return _entries.TryGetValue(id, out var node) && node.Value.Container.IsComplete;
        }
    }

    private async ValueTask<Use?> UpdateAsync(string id, CancellationToken cancellationToken)
    {
        if (await TakeAsync(id, cancellationToken) is not { } entry)
        {
            return null;
        }

        try
        {
            if (await entry.Container.UpdateAsync(cancellationToken) is { } container)
            {
                return new Use(container, FormattableString.Invariant($"live-{entry.Name}-{container.Length:x}"), () => Release(entry));
            }
        }
        catch
        {
            Release(entry);
            throw;
        }

        Release(entry);
        return null;
    }

    private async ValueTask<Entry?> TakeAsync(string id, CancellationToken cancellationToken)
    {
        if (Find(id) is { } known)
        {
            return known;
        }

        if (await store.OpenAsync(id, cancellationToken) is not { } source)
        {
            return null;
        }

        Entry entry;
        lock (_lock)
        {
            if (_entries.TryGetValue(id, out var other))
            {
                // Somebody was faster.
                other.Value.Uses++;
                entry = other.Value;
            }
            else
            {
                // One use is that of being kept.
                entry = new Entry(id, new H4mkGrowingContainer(source, containerOptions)) { Uses = 2 };
                _entries.Add(id, _byUse.AddFirst(entry));
                Telemetry.Recordings.Add(1);
                source = null;
            }
        }

        if (source is not null)
        {
            await source.DisposeAsync();
        }

        Trim(capacity);
        return entry;
    }

    private Entry? Find(string id)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(id, out var node))
            {
                return null;
            }

            _byUse.Remove(node);
            _byUse.AddFirst(node);
            node.Value.Uses++;
            return node.Value;
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _byUse.Remove(node);
        _entries.Remove(node.Value.Id);
        Telemetry.Recordings.Add(-1);
        Release(node.Value);
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

        _ = entry.Container.DisposeAsync().AsTask();
    }

    /// <summary>A recording as it was when it was opened, until it is disposed.</summary>
    internal sealed class Use(H4mkContainer container, string version, Action release) : IDisposable
    {
        public H4mkContainer Container => container;

        /// <summary>Gets a text that differs whenever the bytes do.</summary>
        public string Version => version;

        public void Dispose() => release();
    }

    private sealed class Entry(string id, H4mkGrowingContainer container)
    {
        public string Id { get; } = id;

        public H4mkGrowingContainer Container { get; } = container;

        /// <summary>Gets what tells it from others that grew under its id.</summary>
        public string Name { get; } = RandomNumberGenerator.GetHexString(NameLength, lowercase: true);

        public int Uses { get; set; }
    }
}
